"""What the referrers screen shows: leaders, the tree, communities, channels; and the person who is open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual.app import ComposeResult
from textual.containers import Container, Horizontal

from referral_tui import figures
from referral_tui.dashboard.screens.referrers_query import GroupOrder, measure
from referral_tui.dashboard.widgets.accounting import AccountPane
from referral_tui.dashboard.widgets.referrer_tables import BranchTable, GroupTable, LeaderTable
from referral_tui.dashboard.widgets.table import Sorting, Table
from referral_tui.dashboard.widgets.views import ViewLine

if TYPE_CHECKING:
    from db.read.referrers import LeaderRow
    from db.read.tree import Branch
    from referral_tui.dashboard.screens.referrers_query import ReferrersAnswer, Sight
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step

VIEWS: Final[tuple[tuple[Sight, str, str], ...]] = (
    ("leaders", "l", "Leaders"),
    ("tree", "g", "Tree"),
    ("communities", "c", "Communities"),
    ("channels", "n", "Channels"),
)
GROUP_TITLES: Final[dict[GroupOrder, str]] = {
    "friends": "friends",
    "qualified": "qualified friends",
    "issued": "issued money",
}


class ReferrersBoard(Container):
    """The parts of the referrers screen."""

    def __init__(self) -> None:
        super().__init__(id="board")

    def compose(self) -> ComposeResult:
        """Put the views in one place, and the open person beside them."""
        yield ViewLine(VIEWS)
        with Horizontal(classes="beside"):
            yield LeaderTable()
            yield BranchTable()
            yield GroupTable("community")
            yield GroupTable("channel")
            yield AccountPane(referrer_first=True)

    def on_mount(self) -> None:
        """Show the first view."""
        self.turn("leaders")

    @property
    def account(self) -> AccountPane:
        """The account that is open, if any."""
        return self.query_one(AccountPane)

    def table(self, sight: Sight) -> Table[Any]:
        """Return the rows of a view."""
        return self.query_one(f"#{sight}", Table)

    def turn(self, sight: Sight) -> None:
        """Show the rows of a view, and hide those of the others."""
        for name, _key, _title in VIEWS:
            self.table(name).display = name == sight

    def show(self, snapshot: Snapshot, step: Step | None, path: Path) -> None:
        """Give the open view what it shows."""
        answer: ReferrersAnswer = snapshot.answer
        view, database_status = snapshot.request.view, snapshot.database_status
        program = database_status.program
        rows: tuple[Any, ...] = answer.leaders or answer.groups
        table, empty, sorting = self.table(answer.sight), None, None
        if answer.tree is not None:
            rows = answer.tree.rows
            if not answer.tree.indexed:
                empty = (
                    "The tree is drawn when the run pauses: at full speed there are no indexes to read it by."
                )
        if isinstance(table, LeaderTable):
            table.use(program, answer.qualified, max((row.qualified for row in rows), default=0))
            sorting = Sorting(answer.order, descending=True)
            table.border_title = (
                f"Leaders by {answer.order}{' money' if answer.order == 'issued' else ' friends'}"
            )
        if isinstance(table, GroupTable):
            most = max((measure(row, answer.group_order) for row in answer.groups), default=0)
            table.use(program, answer.qualified, most)
            table.sort(answer.group_order)
            sorting = Sorting(answer.group_order, descending=True)
            table.border_title = f"{answer.sight.capitalize()} by {GROUP_TITLES[answer.group_order]}"
        table.call(snapshot.names)
        table.mark(self._marks(answer.sight, step))
        table.show(rows, sorting, empty)
        self.query_one(ViewLine).show(answer.sight, _view_note(answer, past=view.at is not None))
        self.account.call(snapshot.names, database_status.program, view.at)
        for row in rows:
            if self.account.ref is not None and getattr(row, "ref", None) == self.account.ref:
                self.account.open(path, row.ref, row)
                break

    def open(self, row: LeaderRow | Branch, path: Path) -> None:
        """Show everything about a person."""
        self.set_class(True, "-open")
        self.account.open(path, row.ref, row)
        self.account.focus()

    def close(self, sight: Sight) -> bool:
        """Close the open person; false if nobody is open."""
        if self.account.ref is None:
            return False
        self.set_class(False, "-open")
        self.account.close()
        self.table(sight).focus()
        return True

    def _marks(self, sight: Sight, step: Step | None) -> frozenset[Any]:
        people = step.people if step is not None else frozenset()
        if sight == "tree":
            return frozenset((row.person, False) for row in self.table("tree").rows if row.ref in people)
        return frozenset(people)


def _view_note(answer: ReferrersAnswer, *, past: bool) -> str:
    """Return a note on the view: how many friends each generation has, or that a board shows only the present."""
    if past and answer.sight in ("leaders", "communities"):
        return "as of now: boards of the past are not kept"
    if not answer.generations:
        return ""
    counts = ", ".join(
        f"{number}: {figures.compact(count)}" for number, count in enumerate(answer.generations[:6], 1)
    )
    return f"friends by generation  {counts}{' …' if len(answer.generations) > 6 else ''}"
