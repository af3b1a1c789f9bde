"""Orders to a running writer: a small database of their own, `NAME.control.db` beside `NAME.db`.

An insert into the writer's own database would wait behind its big transactions (2 s measured); here it
waits for nobody. Whoever watches writes orders; the writer takes each once, obeys it, and records it.
Standard library only, so that a screen may import it.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simulator.domain.errors import DatabaseError

PAUSE: Final = "pause"
RESUME: Final = "resume"
STEP: Final = "step"
SPEED: Final = "speed"
VERDICT: Final = "verdict"
PROGRAM: Final = "program"
DIAL: Final = "dial"
CHANGE: Final = "change"
"""What a step may go on until: an entry of the trail, so an attribution, a decision or a change of a reward."""
KINDS: Final = (PAUSE, RESUME, STEP, SPEED, VERDICT, PROGRAM, DIAL)

_WAIT_S = 2.0  # longer than any transaction on this file takes, short enough for a person
_MAKE = """
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    args TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    taken INTEGER NOT NULL DEFAULT 0
)
"""
_OPEN_ORDERS = "SELECT id, kind, args, issued_at FROM orders WHERE taken = 0 ORDER BY id"


@dataclass(frozen=True, slots=True)
class Order:
    """One order; `issued_at` is the wall clock in milliseconds UTC and unique, `args` belong to the kind."""

    id: int
    kind: str
    args: dict[str, object]
    issued_at: int


def control_path(path: Path) -> Path:
    """Name the control database of the database at `path` (`path` itself, if it already is one)."""
    if path.name.endswith(".control.db"):
        return path
    return path.with_name(path.name.removesuffix(".db") + ".control.db")


def send(path: Path, kind: str, args: Mapping[str, object] | None = None, now_ms: int | None = None) -> Order:
    """Write an order for the writer of the database at `path`.

    `kind` is one of `KINDS`. `step` takes `until`: `CHANGE`, or nothing for one event; `speed` takes `pace`, simulated
    milliseconds per wall millisecond (0: as fast as it goes); `verdict` takes `decision` (its number), `verdict`
    (approve, decline) and `by` (an operator's reference); `program` takes `text` (a whole program file); `dial` takes
    `faults`, a mix's name or rates by dial (`lost`, `bill.paid:lost`), which hold from the next full hour of simulated
    time on. `now_ms` is the wall clock in milliseconds UTC, read here when left out. Raises DatabaseError when the
    control database can't be written.
    """
    if kind not in KINDS:
        raise DatabaseError(f"order {kind!r}: no such order; there are {', '.join(KINDS)}")
    given = dict(args or {})
    issued = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    try:
        with closing(_connect(path)) as db:
            db.execute("BEGIN IMMEDIATE")
            (last,) = db.execute("SELECT coalesce(max(issued_at), 0) FROM orders").fetchone()
            issued = max(issued, last + 1)
            number = db.execute(
                "INSERT INTO orders (kind, args, issued_at) VALUES (?, ?, ?)",
                (kind, json.dumps(given), issued),
            ).lastrowid
            db.execute("COMMIT")
    except sqlite3.Error as error:
        raise _failed(path, error) from error
    return Order(number or 0, kind, given, issued)


class Inbox:
    """The writer's end: takes each order once, also across restarts.

    An order counts as taken when `take` returns it: one that a crash lost on the way is not obeyed twice.
    """

    def __init__(self, path: Path) -> None:
        """Open, or make, the control database of the database at `path`; raises DatabaseError."""
        self._path = path
        try:
            self._db = _connect(path)
        except sqlite3.Error as error:
            raise _failed(path, error) from error

    def take(self) -> list[Order]:
        """Take the orders given since the last call, oldest first; microseconds when there is none."""
        try:
            if self._db.execute(_OPEN_ORDERS + " LIMIT 1").fetchone() is None:
                return []
            self._db.execute("BEGIN IMMEDIATE")
            rows = self._db.execute(_OPEN_ORDERS).fetchall()
            self._db.execute("UPDATE orders SET taken = 1 WHERE taken = 0")
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise _failed(self._path, error) from error
        return [Order(number, kind, json.loads(args), issued) for number, kind, args, issued in rows]

    def close(self) -> None:
        """Let go of the file; a second call does nothing."""
        self._db.close()


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(control_path(path), timeout=_WAIT_S, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(
            "PRAGMA synchronous = OFF"
        )  # an order lost by a power cut is pressed again; a key must not wait
        db.execute(_MAKE)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _failed(path: Path, error: sqlite3.Error) -> DatabaseError:
    return DatabaseError(f"{control_path(path)}: orders can't be kept there ({error})")
