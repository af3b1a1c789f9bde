"""Read the versions of the program: their texts, and when each came into force."""

from __future__ import annotations

import sqlite3
import tomllib
from dataclasses import dataclass

from simulator.domain.toml_text import read_toml

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


def version_at(db: sqlite3.Connection, seq: int | None = None) -> int | None:
    """Return the version in force after the event `seq` (None: after all events), or None if there is no program."""
    last = 2**62 if seq is None else seq
    found: int | None = db.execute(
        "SELECT max(version) FROM program_version WHERE from_seq <= ?", (last,)
    ).fetchone()[0]
    return found


def program_text(db: sqlite3.Connection, version: int) -> str:
    """Return the text of a version."""
    text: str
    (text,) = db.execute("SELECT text FROM program_version WHERE version = ?", (version,)).fetchone()
    return text


def ever_folded_codes(db: sqlite3.Connection) -> bool:
    """Return whether any version of the program ignores the case of codes.

    A version whose text somebody has made unreadable counts as one: then too much may be found, but not too little.
    """
    return any(_folds_codes(one.text) for one in versions(db))


def _folds_codes(text: str) -> bool:
    try:
        attribution = read_toml(text).get("attribution", {})
    except (tomllib.TOMLDecodeError, TypeError, AttributeError):
        return True
    return not isinstance(attribution, dict) or attribution.get("codes") == "fold"


def newest_money(db: sqlite3.Connection) -> tuple[str, int]:
    """Return the program's currency and the digits of its minor unit; `XXX` (no currency) if there is no program."""
    found = db.execute(
        "SELECT currency, digits FROM program_version ORDER BY version DESC LIMIT 1"
    ).fetchone()
    return ("XXX", 2) if found is None else (str(found[0]), int(found[1]))


def changes(db: sqlite3.Connection, until_ms: int) -> tuple[Change, ...]:
    """Read the newest changes of the program up to a moment, oldest first."""
    rows = db.execute(_CHANGES, (MOST,)).fetchall()
    return tuple(Change(version, at) for version, at in reversed(rows) if at <= until_ms)


_CHANGES = """
SELECT v.version, e.received_at
FROM (SELECT version, from_seq FROM program_version WHERE version > 1 ORDER BY version DESC LIMIT ?) v
JOIN event e ON e.seq = v.from_seq ORDER BY v.version DESC
"""
