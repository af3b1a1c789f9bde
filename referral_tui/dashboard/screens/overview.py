"""The first screen: the whole program at a glance, live."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.widget import Widget

from referral_tui.dashboard.frame import DashboardScreen

if TYPE_CHECKING:
    from referral_tui.dashboard.query import ScreenQuery
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step


class OverviewScreen(DashboardScreen):
    """Headline numbers, the funnel, what just happened, rewards, and who brought whom."""

    KEY = "1"
    TITLE_IN_TAB = "Overview"
    MODE = "overview"
    FIRST_FOCUS = "#funnel"

    def parts(self) -> Iterable[Widget]:
        """Make the board; its module is loaded now, after the frame's paint."""
        from referral_tui.dashboard.screens.overview_board import OverviewBoard

        yield OverviewBoard()

    def screen_query(self) -> ScreenQuery:
        """Ask for the figures and the newest rows."""
        from referral_tui.dashboard.screens.overview_query import OverviewQuery

        return OverviewQuery()

    def show_parts(self, snapshot: Snapshot, step: Step | None) -> None:
        """Hand the snapshot to the board."""
        from referral_tui.dashboard.screens.overview_board import OverviewBoard

        self.query_one(OverviewBoard).show(snapshot, step)
