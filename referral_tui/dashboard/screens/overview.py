"""The first screen: the whole program at a glance, live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from referral_tui.dashboard.frame import DashboardScreen

if TYPE_CHECKING:
    from referral_tui.dashboard.screens.overview_board import OverviewBoard
    from referral_tui.dashboard.screens.overview_query import OverviewQuery
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step


class OverviewScreen(DashboardScreen):
    """Headline numbers, the funnel, what just happened, rewards, and who brought whom."""

    KEY = "1"
    TITLE_IN_TAB = "Overview"
    MODE = "overview"
    FIRST_FOCUS = "#funnel"
    BOARD = "overview_board:OverviewBoard"
    QUERY = "overview_query:OverviewQuery"

    board: OverviewBoard
    _screen_query: OverviewQuery

    def show_parts(self, snapshot: Snapshot, step: Step | None) -> None:
        """Hand the snapshot to the board."""
        self.board.show(snapshot, step)
