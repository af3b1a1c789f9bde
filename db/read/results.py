"""Read each friend's result, ordered by reference. Standard library only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from db.read.pending import PROMISED
from db.sqlite.readonly import Database
from simulator.domain.definitions import PAID


class FriendResult(NamedTuple):
    """A friend's result: the best of all their decisions.

    `result` is `paid` if a reward for them was issued and not taken back, `pending` if one will be if nothing else
    happens, otherwise the decision's outcome, or `no decision`. `reason` is that of a decision that was ignored or
    refused, or waits for review.
    """

    ref: str
    friend: int
    result: str
    reason: str | None


def friend_results(db: Database) -> Iterator[FriendResult]:
    """Yield the result of each friend with an attribution or a decision, by reference."""
    kept = tuple(state for state in PAID if state != "revoked")
    rows = db.execute(
        "WITH line AS (SELECT r.decision, MIN(CASE "
        f"WHEN r.state IN {kept} THEN 0 WHEN r.state IN ('offered', 'waiting') OR {PROMISED} THEN 1 ELSE 2 END) "
        "AS best FROM reward r GROUP BY r.decision), "
        "judged AS (SELECT d.friend, d.outcome, d.reason, line.best, MIN(CASE d.outcome WHEN 'qualified' THEN "
        "COALESCE(line.best, 2) WHEN 'review' THEN 3 WHEN 'refused' THEN 4 ELSE 5 END * 4611686018427387 + d.id) "
        "FROM decision d LEFT JOIN line ON line.decision = d.id GROUP BY d.friend), "
        "friend AS (SELECT friend AS id FROM attribution UNION SELECT friend FROM decision) "
        "SELECT p.ref, p.id, CASE WHEN j.outcome IS NULL THEN 'no decision' WHEN j.outcome <> 'qualified' "
        "THEN j.outcome WHEN j.best = 0 THEN 'paid' WHEN j.best = 1 THEN 'pending' ELSE 'qualified' END, "
        "CASE WHEN j.outcome <> 'qualified' THEN j.reason END "
        "FROM friend JOIN person p ON p.id = friend.id LEFT JOIN judged j ON j.friend = friend.id ORDER BY p.ref"
    )
    return (FriendResult(*row) for row in rows)
