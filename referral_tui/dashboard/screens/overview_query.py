"""What the first screen has read."""

from __future__ import annotations

from dataclasses import dataclass

from db.read.overview import History, Overview, overview, overview_at
from db.read.sums import Past
from referral_tui.dashboard.query import Desk, Wish


@dataclass(frozen=True, slots=True)
class OverviewWish(Wish):
    """The figures and the newest rows; nothing can be set."""

    def read(self, desk: Desk) -> Overview:
        """Read them; the hours that can't change any more are kept."""
        if desk.at is not None:
            return overview_at(desk.db, desk.kept.setdefault("past", Past()), desk.at)
        clock = desk.standing.clock
        return overview(desk.db, desk.kept.setdefault("history", History()), clock.sim_at if clock else 0)
