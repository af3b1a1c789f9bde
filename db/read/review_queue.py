"""What waits for a review: a bounded look at the queue, the oldest first. Standard library only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

TAIL: Final = 10_000  # newest decisions that are looked through where there is no index: some 5 ms


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
    """Read what waits for a review now, the oldest first, at most so many.

    While a run goes as fast as it can its index is not there yet: then only the newest decisions are looked through.
    """
    after = -1
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'decision_review'").fetchone() is None:
        after = db.execute("SELECT coalesce(max(id), 0) FROM decision").fetchone()[0] - TAIL
    return tuple(_waiting(row) for row in db.execute(_QUEUE, (after, most)))


def _waiting(row: Sequence[object]) -> Waiting:
    values = list(row)
    values[6] = tuple((code, how) for code, how in json.loads(str(values[6])))
    return Waiting(*values)  # type: ignore[arg-type]


_QUEUE = """
SELECT d.id, d.decided_at, f.ref, r.ref, d.milestone, d.reason, d.failed, e.amount_minor, e.currency, e.source, e.id
FROM (SELECT * FROM decision WHERE outcome = 'review' AND id > ? ORDER BY id LIMIT ?) d
JOIN event e ON e.seq = d.seq JOIN person f ON f.id = d.friend LEFT JOIN person r ON r.id = d.referrer ORDER BY d.id
"""
