"""What the first screen has read."""

from __future__ import annotations

from dataclasses import dataclass

from db.read.overview import History, Overview, overview, overview_at
from db.read.sums import PastSums
from referral_tui.dashboard.query import QueryContext, ScreenQuery


@dataclass(frozen=True, slots=True)
class OverviewQuery(ScreenQuery):
    """The figures and the newest rows; nothing can be set."""

    def read(self, context: QueryContext) -> Overview:
        """Read them; hours that can no longer change are kept."""
        if context.at is not None:
            return overview_at(context.db, context.kept.setdefault("past", PastSums()), context.at)
        clock = context.database_status.clock
        return overview(
            context.db, context.kept.setdefault("history", History()), clock.sim_at if clock else 0
        )
