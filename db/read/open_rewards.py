"""Read the rewards that can still be stopped: those that are pending, or leave their recipient a choice."""

from __future__ import annotations

from typing import Any, Final

from db.read.outcomes import REWARD, REWARDS
from db.sqlite.readonly import Select
from simulator.domain.vocabulary import RewardState

Fields = dict[str, Any]
OPEN: Final = frozenset({RewardState.PENDING, RewardState.WAITING, RewardState.OFFERED})
"""The states of a reward that can still be stopped."""


def open_reward(select: Select, number: int) -> Fields | None:
    """Return a reward under the names of `export`, or None if it can no longer be stopped."""
    rows = select(f"{REWARDS} WHERE r.id = ?", (number,))
    found = [dict(zip(REWARD, row[1:], strict=True)) for row in rows]
    return found[0] if found and found[0]["state"] in OPEN else None


def pending_since(select: Select, after: int) -> list[tuple[int, int, int]]:
    """Return due time (milliseconds UTC), number and entry of the rewards pending now, by entries after `after`."""
    return [
        (due, number, entry)
        for due, number, entry in select(
            "SELECT r.due_at, r.id, a.seq FROM audit a JOIN reward r ON r.id = a.ref "
            "WHERE a.seq > ? AND a.kind = 'pending' AND r.state = 'pending' ORDER BY a.seq",
            (after,),
        )
    ]
