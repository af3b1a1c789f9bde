"""Read how the client's data arrives and what goes wrong in transit: models, dials, reconciliation, quarantine.

Bounded by the number of rows requested. Standard library only.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Final

from db.read.settings import setting

MESSAGE_DIALS: Final = (
    "duplicate",
    "lost-ack",
    "conflict",
    "rebooked",
    "swap",
    "delay",
    "outage",
    "lost",
    "malformed",
    "skew",
)
"""Dials that each strike a share of a channel's messages; `outage`, a share of its hours."""

FILE_DIALS: Final = (
    "file-late",
    "file-missing",
    "file-empty",
    "file-twice",
    "file-overlap",
    "file-short",
    "file-corrected",
)
"""Dials that each strike a share of a channel's batch files."""

DIALS: Final = (*MESSAGE_DIALS, *FILE_DIALS)
"""All fault dials."""

_MOST_TEXT = 700  # characters of a refused message that are shown


@dataclass(frozen=True, slots=True)
class Dial:
    """A fault dial: its rate (the largest over event types with their own), and how often it has struck."""

    dial: str
    rate: float
    count: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A client's list of a day or a file, which ends at `until`, compared at `at` with what was accepted.

    Times are in milliseconds UTC. `missing` were listed and not accepted, `returned` are those of them that arrived
    later; `extra` were accepted and not listed, `different` were accepted with other content.
    """

    type: str
    until: int
    at: int
    listed: int
    found: int
    missing: int
    extra: int
    different: int
    returned: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A message in quarantine, masked; `reason` says what would be right."""

    number: int
    received_at: int
    source: str | None
    id: str | None
    receipt: str
    field: str | None
    reason: str
    message: str
    sha256: str


def models(db: sqlite3.Connection) -> dict[str, str]:
    """Read the delivery model of each of the client's event types; empty for events from files."""
    text = setting(db, "models")
    found = json.loads(text) if text else {}
    return {str(name): str(model) for name, model in found.items()}


def dials(db: sqlite3.Connection) -> tuple[Dial, ...]:
    """Read the current state of all dials."""
    rows = db.execute("SELECT dial, max(rate), sum(count) FROM fault GROUP BY dial")
    known = {dial: (rate, count) for dial, rate, count in rows}
    return tuple(Dial(name, *known.get(name, (0.0, 0))) for name in DIALS)


def reconciled(db: sqlite3.Connection, most: int, at: int | None = None) -> tuple[Reconciled, ...]:
    """Read the newest reconciliations, newest first; with `at`, only those made by then (milliseconds UTC)."""
    return tuple(Reconciled(*row) for row in db.execute(_RECONCILED, (2**62 if at is None else at, most)))


def refused(db: sqlite3.Connection, most: int, at: int | None = None) -> tuple[Refused, ...]:
    """Read the newest messages in quarantine; with `at`, only those received by then (milliseconds UTC)."""
    last = 2**62 if at is None else _number_at(db, at)
    return tuple(Refused(*row) for row in db.execute(_REFUSED, (_MOST_TEXT, last, most)))


def _number_at(db: sqlite3.Connection, at: int) -> int:
    """Find the last message refused by then, by bisection, since they are in the order of receipt."""
    low, high = 0, db.execute("SELECT coalesce(max(number), 0) FROM quarantine").fetchone()[0]
    while low < high:
        middle = (low + high + 1) // 2
        row = db.execute("SELECT received_at FROM quarantine WHERE number = ?", (middle,)).fetchone()
        if row is not None and row[0] <= at:
            low = middle
        else:
            high = middle - 1
    return int(low)


# a few rows for each day and type: sorting a year of them takes some thousand rows
_RECONCILED = """
SELECT type, until, at, listed, found, missing, extra, different, returned FROM reconciliation
WHERE at <= ? ORDER BY until DESC, type LIMIT ?
"""
_REFUSED = """
SELECT number, received_at, source, id, receipt, field, reason, substr(message, 1, ?), sha256 FROM quarantine
WHERE number <= ? ORDER BY number DESC LIMIT ?
"""
