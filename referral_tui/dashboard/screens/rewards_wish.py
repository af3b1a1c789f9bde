"""What the screen of rewards has read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from db.read import sums
from db.read.review_queue import Waiting, queue
from db.read.rewards import Budget, DueRow, RewardRow, budget, by_reward, falling_due
from referral_tui.dashboard.wish import Desk, Wish

MOST_WAITING = 200  # rows of the queue; it says when there are more


@dataclass(frozen=True, slots=True)
class RewardsLook:
    """Rewards, budget, calendar and queue of one moment; of the past, calendar and queue are not known (null).

    `now` is that moment, milliseconds UTC.
    """

    now: int
    rewards: tuple[RewardRow, ...]
    budget: Budget
    due: tuple[DueRow, ...] | None
    queue: tuple[Waiting, ...] | None
    waiting: int

    def references(self) -> set[str | None]:
        """Name everybody who appears in it."""
        return set[str | None]().union(*(row.references() for row in self.queue or ()))


@dataclass(frozen=True, slots=True)
class RewardsWish(Wish):
    """All of the screen; nothing can be set."""

    EVERY_MS: ClassVar[int] = 400

    def read(self, desk: Desk) -> RewardsLook:
        """Read it; of the past what can't change any more is kept."""
        clock = desk.standing.clock
        now = desk.at if desk.at is not None else clock.sim_at if clock else 0
        past: sums.Past = desk.kept.setdefault("past", sums.Past())
        found = sums.now(desk.db) if desk.at is None else past.at(desk.db, desk.at)
        return RewardsLook(
            now,
            by_reward(found),
            budget(desk.db, past, found, now),
            falling_due(desk.db) if desk.at is None else None,
            queue(desk.db, MOST_WAITING) if desk.at is None else None,
            found.count("decision.review"),
        )
