"""Read how each friend came out, in the order of their references. Standard library only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from db.read.pending import PROMISED
from db.sqlite.readonly import Database
from simulator.domain.definitions import PAID


class FriendResult(NamedTuple):
    """How a friend came out: the best result of any of their decisions.

    `result` is `paid` where a reward of theirs was issued and not taken back, `pending` where one will be if nothing
    else happens, else the decision's outcome; without a decision it is `no decision`. `reason` is that of a decision
    that was ignored or refused, or waits for review.
    """

    ref: str
    friend: int
    result: str
    reason: str | None


def friend_results(db: Database) -> Iterator[FriendResult]:
    """Yield how each friend with an attribution or a decision came out, by reference."""
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
