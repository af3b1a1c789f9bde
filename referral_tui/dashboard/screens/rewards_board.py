"""The parts of the screen of rewards: the table by state, the queue, the budget and the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Vertical

from referral_tui.dashboard.widgets.budget import BudgetGauge
from referral_tui.dashboard.widgets.calendar import Calendar
from referral_tui.dashboard.widgets.review_queue import ReviewQueue
from referral_tui.dashboard.widgets.reward_table import RewardTable
from referral_tui.dashboard.widgets.table import Table

if TYPE_CHECKING:
    from db.read.review_queue import Waiting
    from referral_tui.dashboard.screens.rewards_wish import RewardsLook
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step


BELOW = 9  # lines for budget and calendar, at least


class RewardsBoard(Container):
    """The parts, and the way of the focus between them."""

    def __init__(self) -> None:
        super().__init__(id="board")
        self._rows = ""

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield RewardTable()
        yield ReviewQueue()
        with Vertical(id="rewards-side"):
            yield BudgetGauge()
            yield Calendar()

    def show(self, snapshot: Snapshot, step: Step | None) -> None:
        """Hand each part what it shows; those that would stay the same do nothing."""
        look: RewardsLook = snapshot.answer
        program = snapshot.standing.program
        table, queue = self.query_one(RewardTable), self.query_one(ReviewQueue)
        table.use(program)
        table.take(look.rewards)
        self._fit(len(look.rewards))
        table.mark({entry.reward for entry in step.happenings if entry.reward} if step else frozenset())
        self.query_one(BudgetGauge).show(look.budget, program)
        calendar = self.query_one(Calendar)
        calendar.use(program, look.now)
        calendar.take(look.due)
        queue.use(program, look.now)
        queue.call(snapshot.names)
        queue.take(look.queue, look.waiting)
        people = step.people if step else frozenset()
        queue.mark({row.number for row in look.queue or () if row.friend in people})

    def on_resize(self, _event: events.Resize) -> None:
        """Share the new height."""
        self._fit(len(self.query_one(RewardTable).rows) - 1)

    def _fit(self, rewards: int) -> None:
        """Give the upper table the lines it needs, as long as enough are left for what is below."""
        rows = f"{max(5, min(max(rewards, 1) + 4, self.size.height - BELOW))} 1fr"
        if rows != self._rows:
            self._rows = rows
            self.styles.grid_rows = rows

    def measure(self) -> None:
        """Show money in place of counts, or the other way."""
        self.query_one(RewardTable).measure()

    def chosen(self) -> Waiting | None:
        """What the cursor of the queue stands on."""
        return self.query_one(ReviewQueue).row

    def on_table_left(self, message: Table.Left) -> None:
        """Go on upwards where a table was left over its first row."""
        message.stop()
        if message.table.id != "rewards-table":
            self.query_one(RewardTable).focus()
