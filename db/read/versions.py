"""Read the versions of the program: their texts, and when each came into force."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

MOST = 40  # newest changes; more marks than a chart has room for


@dataclass(frozen=True, slots=True)
class Change:
    """A version of the program after the first, and when its first event was received (milliseconds UTC)."""

    version: int
    at: int


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the program: its number, the event from which on it is in force, and its file."""

    version: int
    from_seq: int
    text: str


def versions(db: sqlite3.Connection) -> list[Version]:
    """Return all versions, in order."""
    found = db.execute("SELECT version, from_seq, text FROM program_version ORDER BY version")
    return [Version(*row) for row in found]


def changes(db: sqlite3.Connection, until_ms: int) -> tuple[Change, ...]:
    """Read the newest changes of the program up to a moment, oldest first."""
    rows = db.execute(_CHANGES, (MOST,)).fetchall()
    return tuple(Change(version, at) for version, at in reversed(rows) if at <= until_ms)


_CHANGES = """
SELECT v.version, e.received_at
FROM (SELECT version, from_seq FROM program_version WHERE version > 1 ORDER BY version DESC LIMIT ?) v
JOIN event e ON e.seq = v.from_seq ORDER BY v.version DESC
"""
