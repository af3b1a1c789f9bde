"""What waits for a review: a bounded look at the queue, the oldest first. Standard library only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decision that waits for a verdict; `failed` are pairs of a rule and `fail` or `missing`."""

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

    def references(self) -> tuple[str | None, ...]:
        """Name who appears in it."""
        return self.friend, self.referrer


def queue(db: sqlite3.Connection, most: int) -> tuple[Waiting, ...]:
    """Read what waits for a review now, the oldest first, at most so many."""
    return tuple(_waiting(row) for row in db.execute(_QUEUE, (most,)))


def _waiting(row: Sequence[object]) -> Waiting:
    values = list(row)
    values[6] = tuple((code, how) for code, how in json.loads(str(values[6])))
    return Waiting(*values)  # type: ignore[arg-type]


_QUEUE = """
SELECT d.id, d.decided_at, f.ref, r.ref, d.milestone, d.reason, d.failed, e.amount_minor, e.currency, e.source, e.id
FROM (SELECT * FROM decision WHERE outcome = 'review' ORDER BY id LIMIT ?) d
JOIN event e ON e.seq = d.seq JOIN person f ON f.id = d.friend LEFT JOIN person r ON r.id = d.referrer ORDER BY d.id
"""
