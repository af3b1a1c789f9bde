"""Read a run's measurements for the load screen. Standard library only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from db.read.versions import Change, changes

BEATS = 600  # read at most; of a longer run, every second or third (and so on) of all its measurements


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measurement over about a second, up to `wall_ms` on the wall clock and `sim_at` on the simulated one.

    Rates are in events a second, latencies in milliseconds (None if nothing was processed).
    """

    number: int
    wall_ms: int
    sim_at: int
    offered: float | None
    achieved: float
    p50: float | None
    p99: float | None
    behind: float
    queue: int
    database: int
    memory: int


@dataclass(frozen=True, slots=True)
class Load:
    """Measurements, oldest first, and the run's figures as of the newest, as in `load --json`.

    One in `every` measurements is there. `changes` are those of the program. `paced` says whether events wait for the
    simulated clock, so that the run isn't as fast as it could be.
    """

    measurements: tuple[Measurement, ...]
    every: int
    changes: tuple[Change, ...]
    text: str
    paced: bool
    figures: Mapping[str, Any] = field(compare=False)


def load(db: sqlite3.Connection, until_ms: int | None = None) -> Load | None:
    """Read the measurements up to a simulated time (milliseconds UTC; None for now); None if there are none."""
    where, values = ("WHERE sim_at <= ?", [until_ms]) if until_ms is not None else ("", [])
    newest = db.execute(
        f"SELECT number, sim_at, figures FROM meter {where} ORDER BY number DESC LIMIT 1", values
    ).fetchone()
    if newest is None:
        return None
    last, sim_at, text = newest
    (first,) = db.execute("SELECT min(number) FROM meter").fetchone()
    every = -(-(last - first + 1) // BEATS)
    numbers = list(range(last, first - 1, -every))[::-1]
    rows = db.execute(
        "SELECT m.number, m.at, m.sim_at, m.offered_per_second, m.achieved_per_second, m.p50_ms, m.p99_ms, "
        "m.behind_ms, m.queue, m.database_bytes, m.memory_bytes "
        "FROM json_each(?) j CROSS JOIN meter m ON m.number = j.value ORDER BY m.number",
        (json.dumps(numbers),),
    )
    measurements = tuple(Measurement(*row) for row in rows)
    (paced,) = db.execute("SELECT coalesce(max(pace), 0) > 0 FROM clock").fetchone()
    return Load(measurements, every, changes(db, sim_at), text, bool(paced), json.loads(text))
