"""What the rewards screen has read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from db.read import sums
from db.read.figures import figure
from db.read.overview import History, Span
from db.read.review_queue import Waiting, queue
from db.read.rewards import Budget, DueRow, RewardRow, budget, by_reward, falling_due
from db.read.versions import Change, changes
from referral_tui.dashboard.query import QueryContext, ScreenQuery
from simulator.domain.spans import HOUR_MS

MOST_WAITING = 200  # rows of the queue; it says when there are more


@dataclass(frozen=True, slots=True)
class MoneyHistory:
    """How the money went: what was issued and spent in each bucket, and what was pending at its end."""

    span: Span
    changes: tuple[Change, ...]
    issued: tuple[float | None, ...]
    pending: tuple[float | None, ...]
    spent: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class RewardsLook:
    """Rewards, budget, money over time, due lines and queue of one moment; None where it is not known of the past.

    `now` is that moment, milliseconds UTC.
    """

    now: int
    rewards: tuple[RewardRow, ...]
    budget: Budget
    money: MoneyHistory
    due: tuple[DueRow, ...] | None
    queue: tuple[Waiting, ...] | None
    waiting: int

    def references(self) -> set[str | None]:
        """List everybody who appears in it."""
        return set[str | None]().union(*(row.references() for row in self.queue or ()))


@dataclass(frozen=True, slots=True)
class RewardsQuery(ScreenQuery):
    """The query of the whole screen; it has no settings."""

    EVERY_MS: ClassVar[int] = 400

    def read(self, context: QueryContext) -> RewardsLook:
        """Read it; of the past, what can no longer change is kept."""
        clock = context.database_status.clock
        now = context.at if context.at is not None else clock.sim_at if clock else 0
        past: sums.PastSums = context.kept.setdefault("past", sums.PastSums())
        found = sums.now(context.db) if context.at is None else past.at(context.db, context.at)
        return RewardsLook(
            now,
            by_reward(found),
            budget(context.db, past, found, now),
            _money(context, found, now),
            falling_due(context.db) if context.at is None else None,
            queue(context.db, MOST_WAITING) if context.at is None else None,
            found.count("decision.review"),
        )


def _money(context: QueryContext, found: sums.Sums, now: int) -> MoneyHistory:
    """Read how the money went up to a moment; buckets that can no longer change are kept, but not of the past."""
    history: History = History() if context.at is not None else context.kept.setdefault("history", History())
    buckets = history.read(context.db, *(() if context.at is None else (context.at // HOUR_MS,)))
    issued, pending, spent = (
        figure(key, found.totals, buckets).series for key in ("issued", "pending", "spent")
    )
    return MoneyHistory(history.span(now), changes(context.db, now), issued, pending, spent)
