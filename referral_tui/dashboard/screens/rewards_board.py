"""The parts of the rewards screen: the table by state, the queue, the budget and the calendar."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Vertical

from referral_tui.dashboard import helper
from referral_tui.dashboard.pictures import due_picture, rewards_picture
from referral_tui.dashboard.screens.account_box import AccountBox
from referral_tui.dashboard.status_message import StatusMessage
from referral_tui.dashboard.widgets.budget import BudgetGauge
from referral_tui.dashboard.widgets.calendar import Calendar
from referral_tui.dashboard.widgets.chart import Chart
from referral_tui.dashboard.widgets.review_queue import ReviewQueue
from referral_tui.dashboard.widgets.reward_table import RewardTable
from referral_tui.dashboard.widgets.table import Table
from simulator.domain.definitions import DEFINITIONS

if TYPE_CHECKING:
    from db.read.review_queue import Waiting
    from referral_tui.dashboard.pictures import Picture
    from referral_tui.dashboard.screens.rewards_query import RewardsLook
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step


BELOW = 9  # lines for budget and calendar, at least
CHART, QUEUE, CALENDAR = 8, 4, 4  # lines of each, at least
BUDGET = 8  # lines of the budget with all its sentences
BUDGET_LARGE = 12  # with its number in large digits, too
ROOMY = 34  # lines below the table from which it is so large
CHART_TEXT = (
    "What was issued in each complete hour, day or week, what was pending, and what was spent, by the end of each. "
    "A dashed line is the moment at which a new version of the program came into force."
)
DUE_TEXT = (
    "What will have been issued by the end of each day to come, if nothing else happens: no friend, no reversal, "
    "no change of the program. Pending lines that would pay nothing are left out."
)
CHART_FACTS = (
    ("pending", DEFINITIONS["pending"].formula),
    ("issued", DEFINITIONS["issued"].formula),
    ("spent", DEFINITIONS["spent"].formula),
    ("budget", "drawn if it is at most five times what is spent, else given beside the curve's name"),
)


class RewardsBoard(Container):
    """The parts, and how the focus moves between them."""

    def __init__(self) -> None:
        super().__init__(id="board")
        self._rows = ""
        self._settled = False
        self._falling: Picture | None = None

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield RewardTable()
        with Vertical(id="rewards-below"):
            yield Chart("Money over time", CHART_TEXT, CHART_FACTS, id="chart")
            yield ReviewQueue()
        with Vertical(id="rewards-side"):
            yield BudgetGauge()
            yield Calendar()
            yield Chart("Falls due, added up", DUE_TEXT, (), id="due-chart")

    def show(self, snapshot: Snapshot, step: Step | None) -> None:
        """Give each part what it shows; parts that would not change do nothing."""
        look: RewardsLook = snapshot.answer
        program = snapshot.database_status.program
        table, queue = self.query_one(RewardTable), self.query_one(ReviewQueue)
        table.use(program)
        table.take(look.rewards)
        table.mark({entry.reward for entry in step.audit_entries if entry.reward} if step else frozenset())
        self.query_one(BudgetGauge).show(look.budget, program)
        self.query_one("#chart", Chart).show(rewards_picture(look, program))
        self._falling = due_picture(look, program)
        if self._falling is not None:
            self.query_one("#due-chart", Chart).show(self._falling)
        calendar = self.query_one(Calendar)
        calendar.use(program, look.now)
        calendar.take(look.due)
        queue.use(program, look.now)
        queue.call(snapshot.names)
        queue.take(look.queue, look.waiting)
        people = step.people if step else frozenset()
        self._settled = look.queue == ()
        self._fit()
        queue.mark({row.number for row in look.queue or () if row.friend in people})

    def on_resize(self, _event: events.Resize) -> None:
        """Share the new height."""
        self._fit()

    def _fit(self) -> None:
        """Share the height: table and queue get what they need, the chart the rest, or nothing if that is too little.

        If nothing waits and there is no room for both, the chart takes the place of the queue.
        """
        queue, chart, budget = (
            self.query_one(ReviewQueue),
            self.query_one("#chart", Chart),
            self.query_one(BudgetGauge),
        )
        above = max(5, min(max(len(self.query_one(RewardTable).rows) - 1, 1) + 4, self.size.height - BELOW))
        below = self.size.height - above
        waits = max(QUEUE, min(len(queue.rows) + 3, below // 2))
        both = below - waits >= CHART
        chart.display = both or self._settled
        queue.display = both or not self._settled
        queue.styles.height = waits if both else "1fr"
        gauge = BUDGET_LARGE if below >= ROOMY else max(5, min(BUDGET, below - CALENDAR, below // 2 + 1))
        budget.styles.height = gauge
        self._fit_calendar(below - gauge)
        rows = f"{above} 1fr"
        if rows != self._rows:
            self._rows = rows
            self.styles.grid_rows = rows

    def _fit_calendar(self, room: int) -> None:
        """Give the calendar the lines that it needs, and the rest to its chart if that is enough for one."""
        calendar, chart = self.query_one(Calendar), self.query_one("#due-chart", Chart)
        needs = len(calendar.rows) + 3
        chart.display = self._falling is not None and room - needs >= CHART
        calendar.styles.height = needs if chart.display else "1fr"

    def measure(self) -> None:
        """Show money in place of counts, or the other way."""
        self.query_one(RewardTable).measure()

    def chosen(self) -> Waiting | None:
        """Return the row under the cursor of the queue."""
        return self.query_one(ReviewQueue).row

    def account_box(self, row: Waiting, path: Path, snapshot: Snapshot) -> AccountBox:
        """Make the box that shows the journey of a row of the queue; its result is a verdict, or None."""
        return AccountBox(path, row, snapshot)

    async def settle(self, row: Waiting, verdict: str, by: str, path: Path) -> StatusMessage:
        """Settle a row of the queue with a helper process, and say what came of it."""
        reply = await helper.ask(
            ["review", verdict, str(row.number), "--by", by, "--db", str(path), "--json"]
        )
        if reply.status == 0 and isinstance(reply.data, dict):
            gone = (
                "; its conversion was reversed, so no reward follows" if row.reversed_at is not None else ""
            )
            return StatusMessage(
                f"Done: decision {row.number} is {reply.data.get('outcome')} now{gone}.", "good"
            )
        return StatusMessage(f"Not done: {reply.said}", "bad")

    def on_table_left(self, message: Table.Left) -> None:
        """Move the focus up when the cursor leaves a table at its first row."""
        message.stop()
        if message.table.id != "rewards-table":
            self.query_one(RewardTable).focus()
