"""The load screen: how fast events are judged and stored, how late, and where the time goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from referral_tui.dashboard.frame import DashboardScreen

if TYPE_CHECKING:
    from referral_tui.dashboard.screens.load_board import LoadBoard
    from referral_tui.dashboard.screens.load_query import LoadLook, LoadQuery
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step


class LoadScreen(DashboardScreen):
    """Rates, latencies, time by stage and by rule, queue, disk and memory."""

    KEY = "7"
    TITLE_IN_TAB = "Load"
    MODE = "load"
    FIRST_FOCUS = "#load-rates"
    BOARD = "load_board:LoadBoard"
    QUERY = "load_query:LoadQuery"
    CSS_PATH = "load.tcss"

    board: LoadBoard
    _screen_query: LoadQuery

    def show_parts(self, snapshot: Snapshot, step: Step | None) -> None:  # noqa: ARG002 -- a step shows nothing here
        """Hand the beats to the board."""
        look: LoadLook = snapshot.answer
        door = look.door if snapshot.status in ("running", "paused") else None
        if look.load is None and door is None:
            self.notice(
                "Nothing is measured here",
                "A load test, or a simulation at full speed, keeps what it measures. Start one with\n"
                "referral-tui load --db FILE\nand open the dashboard on that file.",
                bad=False,
            )
        else:
            self.board.show(look.load, door)
