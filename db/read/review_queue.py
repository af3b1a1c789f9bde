"""Read the decisions in review, the oldest first: all, one, or a bounded number. Standard library only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from db.sqlite.readonly import Select

TAIL: Final = 10_000  # newest decisions that are scanned if there is no index: some 5 ms


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decision in review; `failed` are pairs of a rule and `fail` or `missing`."""

    number: int
    since: int
    friend: str
    referrer: str | None
    milestone: str
    reason: str | None
    failed: tuple[tuple[str, str], ...]
    amount_minor: int | None
    currency: str | None
    source: str
    event_id: str

    def as_json(self) -> dict[str, Any]:
        """Return the object that `review list --json` prints."""
        return {
            "number": self.number,
            "source": self.source,
            "id": self.event_id,
            "milestone": self.milestone,
            "friend": self.friend,
            "referrer": self.referrer,
            "reason": self.reason,
            "failed": [list(pair) for pair in self.failed],
            "since": self.since,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
        }

    def references(self) -> tuple[str | None, ...]:
        """Return the references of everybody in it."""
        return self.friend, self.referrer


def queue(db: sqlite3.Connection, most: int) -> tuple[Waiting, ...]:
    """Read up to `most` decisions in review, the oldest first.

    During a run at full speed the index doesn't exist yet; then only the newest decisions are scanned.
    """
    after = -1
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'decision_review'").fetchone() is None:
        after = db.execute("SELECT coalesce(max(id), 0) FROM decision").fetchone()[0] - TAIL
    return tuple(_waiting(row) for row in db.execute(_SOME, (after, most)))


def waiting(query: Select) -> list[Waiting]:
    """Read all decisions in review, the oldest first."""
    return [_waiting(row) for row in query(_ALL, ())]


def waiting_one(query: Select, number: int) -> Waiting | None:
    """Read the decision with this number, or None if it is not in review."""
    return next((_waiting(row) for row in query(_ONE, (number,))), None)


def outcome_of(query: Select, number: int) -> str | None:
    """Read the outcome of the decision with this number; None if there is no such decision."""
    found = query("SELECT outcome FROM decision WHERE id = ?", (number,))
    return str(found[0][0]) if found else None


def _waiting(row: Sequence[object]) -> Waiting:
    values = list(row)
    values[6] = tuple((code, how) for code, how in json.loads(str(values[6])))
    return Waiting(*values)  # type: ignore[arg-type]


_COLUMNS = """
SELECT d.id, d.decided_at, f.ref, r.ref, d.milestone, d.reason, d.failed, e.amount_minor, e.currency, e.source, e.id
FROM (SELECT * FROM decision WHERE outcome = 'review' {which}) d
JOIN event e ON e.seq = d.seq JOIN person f ON f.id = d.friend LEFT JOIN person r ON r.id = d.referrer ORDER BY d.id
"""
_ALL = _COLUMNS.format(which="")
_ONE = _COLUMNS.format(which="AND id = ?")
_SOME = _COLUMNS.format(which="AND id > ? ORDER BY id LIMIT ?")
