"""What the load screen reads: the newest beats of a run's measurements. Standard library only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BEATS = 240  # read at most: as many as the widest line has points


@dataclass(frozen=True, slots=True)
class Beat:
    """A second or so of a run: rates in events a second, latencies in milliseconds (null where nothing was done)."""

    number: int
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
    """The beats, oldest first, and the figures of the run as of the newest: what `load --json` says of them."""

    beats: tuple[Beat, ...]
    text: str
    figures: Mapping[str, Any] = field(compare=False)


def load(db: sqlite3.Connection, until_ms: int | None = None) -> Load | None:
    """Read the beats up to a moment of simulated time (milliseconds UTC; null: now); null where there is none."""
    where, values = ("WHERE sim_at <= ? ", [until_ms]) if until_ms is not None else ("", [])
    rows = db.execute(
        "SELECT number, offered_per_second, achieved_per_second, p50_ms, p99_ms, behind_ms, queue, database_bytes, "
        f"memory_bytes FROM meter {where}ORDER BY number DESC LIMIT ?",
        (*values, BEATS),
    ).fetchall()
    if not rows:
        return None
    text = db.execute("SELECT figures FROM meter WHERE number = ?", (rows[0][0],)).fetchone()[0]
    return Load(tuple(Beat(*row) for row in reversed(rows)), text, json.loads(text))
