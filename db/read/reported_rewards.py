"""Read which rewards reached a state, as simulated people learn of it; page by page along the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from db.sqlite.readonly import Select

_PAGE: Final = 20_000
"""How many audit entries are scanned at once."""
_LAST = (
    "SELECT seq, at FROM (SELECT seq, at FROM audit WHERE seq > ? ORDER BY seq LIMIT ?) "
    "ORDER BY seq DESC LIMIT 1"
)


@dataclass(frozen=True)
class Reports:
    """Rewards that reached a state, and the audit entry to continue after.

    Each row has the time (milliseconds UTC), the state, the conversion's source and id, the milestone, the reward's
    name, the role, the references of its recipient and of the friend, and when it is due (milliseconds UTC).
    """

    rows: Sequence[tuple[Any, ...]]
    last_seq: int


def reported_rewards(query: Select, states: Sequence[str], after_seq: int, before_ms: int) -> Reports:
    """Return people's rewards that reached one of `states`, by audit entries after one and before a moment."""
    rows: list[tuple[Any, ...]] = []
    while found := query(_LAST, (after_seq, _PAGE)):
        ((last, at),) = found
        page = query(_sql(len(states)), (after_seq, last, before_ms, *states))
        rows += page
        if at >= before_ms:
            ((reached,),) = query(
                "SELECT COALESCE(MAX(seq), ?) FROM audit WHERE seq > ? AND seq <= ? AND at < ?",
                (after_seq, after_seq, last, before_ms),
            )
            return Reports(rows, reached)
        after_seq = last
    return Reports(rows, after_seq)


def _sql(states: int) -> str:
    return (
        "SELECT a.at, a.kind, e.source, e.id, d.milestone, r.reward, r.role, recipient.ref, friend.ref, r.due_at "
        "FROM audit a JOIN reward r ON r.id = a.ref JOIN decision d ON d.id = r.decision "
        "JOIN event e ON e.seq = d.seq JOIN person recipient ON recipient.id = r.recipient "
        "JOIN person friend ON friend.id = d.friend "
        f"WHERE a.seq > ? AND a.seq <= ? AND a.at < ? AND a.kind IN ({', '.join('?' * states)}) ORDER BY a.seq"
    )
