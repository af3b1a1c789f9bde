"""The load screen: how fast events are judged and stored, how late, and where the time goes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.widget import Widget

from referral_tui.dashboard.frame import DashboardScreen

if TYPE_CHECKING:
    from referral_tui.dashboard.query import ScreenQuery
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step


class LoadScreen(DashboardScreen):
    """Rates, latencies, time by stage and by rule, queue, disk and memory."""

    KEY = "7"
    TITLE_IN_TAB = "Load"
    MODE = "load"
    FIRST_FOCUS = "#load-rates"
    CSS_PATH = "load.tcss"

    def parts(self) -> Iterable[Widget]:
        """Make the board; its module is loaded now, after the frame's paint."""
        from referral_tui.dashboard.screens.load_board import LoadBoard

        yield LoadBoard()

    def screen_query(self) -> ScreenQuery:
        """Ask for the newest beats."""
        from referral_tui.dashboard.screens.load_query import LoadQuery

        return LoadQuery()

    def show_parts(self, snapshot: Snapshot, step: Step | None) -> None:  # noqa: ARG002 -- a step shows nothing here
        """Hand the beats to the board."""
        from referral_tui.dashboard.screens.load_board import LoadBoard

        if snapshot.answer is None:
            self.notice(
                "Nothing is measured here",
                "A load test, or a simulation at full speed, keeps what it measures. Begin one with\n"
                "referral-tui load --db FILE\nand open the dashboard on that file.",
                bad=False,
            )
        else:
            self.query_one(LoadBoard).show(snapshot.answer)
