"""Read the decisions in review, the oldest first: all, one, or a bounded number. Standard library only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from db.sqlite.readonly import Select, select_on

TAIL: Final = 10_000  # newest decisions that are scanned if there is no index: some 5 ms


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decision in review; `failed` are pairs of a rule and `fail` or `missing`.

    `reversed_at` is when its conversion was reversed (milliseconds UTC), None if it stands: no verdict on a reversed
    one leads to a reward.
    """

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
    reversed_at: int | None = None

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
            "reversed_at": self.reversed_at,
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
    query = select_on(db)
    return tuple(_waiting(query, row) for row in query(_SOME, (after, most)))


def waiting(query: Select) -> list[Waiting]:
    """Read all decisions in review, the oldest first."""
    return [_waiting(query, row) for row in query(_ALL, ())]


def waiting_one(query: Select, number: int) -> Waiting | None:
    """Read the decision with this number, or None if it is not in review."""
    return next((_waiting(query, row) for row in query(_ONE, (number,))), None)


def outcome_of(query: Select, number: int) -> str | None:
    """Read the outcome of the decision with this number; None if there is no such decision."""
    found = query("SELECT outcome FROM decision WHERE id = ?", (number,))
    return str(found[0][0]) if found else None


def _waiting(query: Select, row: Sequence[Any]) -> Waiting:
    seq, friend, *values = row
    values[6] = tuple((code, how) for code, how in json.loads(str(values[6])))
    found = Waiting(*values)
    return replace(found, reversed_at=reversed_at(query, (seq, friend, found.source, found.event_id)))


def reversed_at(query: Select, conversion: tuple[int, int, str, str]) -> int | None:
    """Return when a conversion was reversed, by its seq, friend, source and id; None if it stands.

    During a run at full speed the index of reversals doesn't exist yet; then nothing is known of them.
    """
    seq, friend, source, own_id = conversion
    if not query("SELECT 1 FROM sqlite_master WHERE name = 'event_reverses'", ()):
        return None
    reversals = query(_REVERSALS, (own_id, source, friend, seq, friend, friend))
    if not reversals:
        return None
    since = max(seq, reversals[0][0])  # a reinstatement that came before found nothing to reinstate
    ((restored,),) = query(_RESTORED, (friend, since, own_id, source, since, own_id, source))
    return next((int(at) for number, at in reversals if restored is None or number > restored), None)


_REVERSALS = """
SELECT r.seq, r.received_at FROM event r WHERE r.reverses = ? AND r.source = ?
AND (r.person IS NULL OR r.person = ? OR EXISTS (
    SELECT 1 FROM merge WHERE merge.seq < max(r.seq, ?) AND (
        merge.merged = r.person AND merge.person = ? OR merge.merged = ? AND merge.person = r.person)))
ORDER BY r.seq LIMIT 100
"""
"""The reversals of a conversion in the friend's name or nobody's; no real conversion has a hundred."""
_RESTORED = (
    "SELECT max(seq) FROM ("
    + " UNION ALL ".join(
        f"SELECT seq FROM event WHERE person {whose} AND seq > ? AND type = 'conversion.reinstated' "
        "AND reinstates = ? AND source = ?"
        for whose in ("= ?", "IS NULL")
    )
    + ")"
)
"""The newest reinstatement of a conversion after an event, by the index of people: few events name nobody."""


_COLUMNS = """
SELECT d.seq, d.friend, d.id, d.decided_at, f.ref, r.ref, d.milestone, d.reason, d.failed, e.amount_minor, e.currency,
       e.source, e.id
FROM (SELECT * FROM decision WHERE outcome = 'review' {which}) d
JOIN event e ON e.seq = d.seq JOIN person f ON f.id = d.friend LEFT JOIN person r ON r.id = d.referrer ORDER BY d.id
"""
_ALL = _COLUMNS.format(which="")
_ONE = _COLUMNS.format(which="AND id = ?")
_SOME = _COLUMNS.format(which="AND id > ? ORDER BY id LIMIT ?")
