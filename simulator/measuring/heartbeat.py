"""Heartbeats: once a second, measurements become a row of the table `meter`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from db.sqlite.rows import Row
from simulator.measuring.histogram import Histogram
from simulator.platform.session import HEARTBEAT_S


class Heartbeat:
    """Numbers heartbeat rows and computes the differences from one heartbeat to the next."""

    def __init__(self, now: float, number: int = 0) -> None:
        """Start at `now`, in seconds of the clock that `row` is given too.

        `number` is that of the last row stored.
        """
        self._number = number
        self._at = now
        self._offered = self._done = 0
        self._latency = Histogram()

    def due(self, now: float) -> bool:
        """Return whether a heartbeat is due."""
        return now - self._at >= HEARTBEAT_S

    def row(
        self, now: float, wall_ms: int, sim_at: int, figures: Mapping[str, Any], latency: Histogram
    ) -> Row:
        """Return the next row, from `figures` of the run so far (`running`) and `latency` of the whole run."""
        span = max(now - self._at, 1e-9)
        done = figures["received"] - figures["queue"]
        paced = figures["offered_per_second"] is not None
        recent = latency.since(self._latency)
        p50, p99 = (recent.percentile(percent) for percent in (50, 99))
        self._number += 1
        row = (
            self._number,
            wall_ms,
            sim_at,
            round((figures["offered"] - self._offered) / span, 1) if paced else None,
            round((done - self._done) / span, 1),
            None if p50 is None else round(p50 * 1000, 3),
            None if p99 is None else round(p99 * 1000, 3),
            figures["behind_now_ms"],
            figures["queue"],
            figures["database_bytes"],
            figures["memory_bytes"],
            orjson.dumps(dict(figures)).decode(),
        )
        self._at, self._offered, self._done = now, figures["offered"], done
        self._latency = latency.copy()
        return row
