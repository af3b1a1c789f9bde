"""The third screen: what became of the money, what falls due, and what waits for a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from referral_tui.dashboard.commands import OPEN, Command
from referral_tui.dashboard.frame import DashboardScreen
from referral_tui.dashboard.status_message import StatusMessage

if TYPE_CHECKING:
    from db.read.review_queue import Waiting
    from referral_tui.dashboard.screens.rewards_board import RewardsBoard
    from referral_tui.dashboard.screens.rewards_query import RewardsQuery
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step
    from referral_tui.dashboard.widgets.table import Table

PAST = "This is the past, and its queue is not kept. Return to now with } first, then decide."
BY = "dashboard"  # the operator's reference in a verdict that is given here


class RewardsScreen(DashboardScreen):
    """Rewards by name and state, the budget, the calendar, and the review queue."""

    KEY = "3"
    TITLE_IN_TAB = "Rewards"
    MODE = "rewards"
    FIRST_FOCUS = "#rewards-table"
    BOARD = "rewards_board:RewardsBoard"
    QUERY = "rewards_query:RewardsQuery"
    CSS_PATH = "rewards.tcss"
    OWN_COMMANDS = (
        OPEN,
        Command(
            "review.approve",
            "a",
            "decide('approve')",
            "Approve",
            "Approves the selected decision in the queue: it qualifies, and its rewards become pending",
            "approve",
        ),
        Command(
            "review.decline",
            "d",
            "decide('decline')",
            "Decline",
            "Declines the selected decision in the queue: it is refused",
            "decline",
        ),
        Command(
            "rewards.measure",
            "m",
            "measure",
            "Money or counts",
            "Switches between money and counts if there is no room for both",
            "counts",
        ),
    )

    board: RewardsBoard
    _screen_query: RewardsQuery

    def offers(self, command: Command) -> bool:
        """Return whether something waits that can be opened and decided; in the past nothing can."""
        if command.id == OPEN.id or command.id.startswith("review."):
            look = self.host.snapshot.answer if self.host.snapshot is not None else None
            return bool(getattr(look, "queue", None))
        return True

    def show_parts(self, snapshot: Snapshot, step: Step | None) -> None:
        """Hand the snapshot to the board."""
        self.board.show(snapshot, step)

    def action_measure(self) -> None:
        """Show money in place of counts, or the other way."""
        self.board.measure()

    def action_decide(self, verdict: str) -> None:
        """Settle the decision under the cursor of the queue: by a command during a run, else by a helper."""
        row = self.board.chosen()
        snapshot = self.host.snapshot
        if snapshot is not None and snapshot.request.view.at is not None:
            self.say(StatusMessage(PAST, "warn"))
        elif snapshot is None or row is None:
            self.say(StatusMessage("Nothing waits for a review, so there is nothing to decide.", "warn"))
        else:
            self._give(row, verdict)

    def _give(self, row: Waiting, verdict: str) -> None:
        """Give a verdict, by a command during a run, else by a helper."""
        snapshot = self.host.snapshot
        if snapshot is None:
            return
        if self.host.setup.read_only:
            self.say(
                StatusMessage(
                    "This dashboard was opened with --read-only, so it can't decide anything.", "warn"
                )
            )
        elif snapshot.status in ("running", "paused") and snapshot.database_status.made_by == "simulate":
            self.send_command("verdict", {"decision": row.number, "verdict": verdict, "by": BY})
        else:
            self.say(StatusMessage(f"Deciding {row.number} in the database; this takes a moment.", "warn"))
            self.run_worker(self._settle(row, verdict), exclusive=True, group="verdict")

    def action_open(self) -> None:
        """Open what would be approved: the journey of the friend whose conversion waits."""
        row, snapshot = self.board.chosen(), self.host.snapshot
        if snapshot is not None and snapshot.request.view.at is not None:
            self.say(StatusMessage(PAST, "warn"))
        elif snapshot is None or row is None:
            self.say(StatusMessage("Nothing waits for a review, so there is nothing to open.", "warn"))
        else:
            box = self.board.account_box(row, self.host.setup.path, snapshot)
            self.app.push_screen(box, lambda verdict: self._decide(row, verdict))

    def on_table_opened(self, _message: Table.Opened) -> None:
        """Open the decision under the cursor of the queue, as enter does wherever the focus is."""
        self.action_open()

    def _decide(self, row: Waiting, verdict: str | None) -> None:
        """Settle the decision that was opened, if a verdict was given."""
        if verdict is not None:
            self._give(row, verdict)

    async def _settle(self, row: Waiting, verdict: str) -> None:
        """Settle it with a helper process: nobody else writes to the database now."""
        self.say(await self.board.settle(row, verdict, BY, self.host.setup.path))
