"""What the referrers screen shows: leaders, the tree of who brought whom, communities, channels; and who is open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual.app import ComposeResult
from textual.containers import Container, Horizontal

from referral_tui import figures
from referral_tui.dashboard.screens.referrers_columns import group_columns, leader_columns, tree_columns
from referral_tui.dashboard.screens.referrers_query import GroupOrder, measure
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.accounting import AccountPane
from referral_tui.dashboard.widgets.branches import Branches
from referral_tui.dashboard.widgets.table import Sorting, Table
from referral_tui.dashboard.widgets.views import ViewLine
from referral_tui.names import PSEUDONYMS, Names

if TYPE_CHECKING:
    from db.read.queries import Program
    from db.read.referrers import GroupRow, LeaderRow
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
_LEADERS: Final = Topic(
    "Leaders",
    "The first 200 referrers, by qualified friends or by money. Boards are kept for now only, not for the past.",
    (
        (
            "by qualified",
            "of equals who got more money, then who has more friends, then who came first in the log",
        ),
        ("by issued", "of equals who has more qualified friends"),
    ),
)
_TREE: Final = Topic(
    "Who brought whom",
    "The first referrers whom nobody brought, and below each the friends they brought, generation by generation: "
    "right opens a branch, left closes it, enter tells all about the person.",
    (("shown", "of one person 50 friends, those who brought others first"),),
)
_COMMUNITIES: Final = Topic(
    "Communities",
    "Clubs, workplaces, neighbourhoods, families: whose referrers brought most. A friend counts for the community that "
    "the referrer was known to be in when they were matched. Kept for now only, not for the past.",
)
_CHANNELS: Final = Topic(
    "Channels", "By which way friends came: the channel of the visit that won, or a code that was typed."
)


class ReferrersBoard(Container):
    """The parts of the referrers screen."""

    def __init__(self) -> None:
        super().__init__(id="board")
        self._program: Program | None = None
        self._names: Names = PSEUDONYMS
        self._qualified = 0
        self._most = 0
        self._group_order: GroupOrder = "friends"
        self._drawn_by: tuple[GroupOrder, int] = ("friends", 0)
        self._open: str | None = None

    def compose(self) -> ComposeResult:
        """Put the views in one place, and who is open beside them."""
        yield ViewLine(VIEWS)
        with Horizontal(classes="beside"):
            yield Table["LeaderRow"](
                "Leaders",
                _LEADERS,
                "Nobody has brought a friend yet. A referrer appears with the first friend who is matched.",
                leader_columns(lambda: self._names, self._money, lambda: self._qualified, lambda: self._most),
                lambda row: row.ref,
                id="leaders",
            )
            yield Branches(
                "Who brought whom",
                _TREE,
                "Nobody has brought a friend yet.",
                tree_columns(lambda: self._names),
                lambda row: (row.person, row.left_out > 0),
                id="tree",
            )
            for name, what, topic in (
                ("communities", "community", _COMMUNITIES),
                ("channels", "channel", _CHANNELS),
            ):
                groups: Table[GroupRow] = Table(
                    name.capitalize(),
                    topic,
                    "No friend has been matched through one yet.",
                    group_columns(
                        what,
                        self._money,
                        lambda: self._qualified,
                        lambda: self._most,
                        lambda: self._group_order,
                    ),
                    lambda row: row.name,
                    id=name,
                )
                yield groups
            yield AccountPane(referrer_first=True)

    def on_mount(self) -> None:
        """Show the first view."""
        self.turn("leaders")

    @property
    def account(self) -> AccountPane:
        """Who is open, if anybody is."""
        return self.query_one(AccountPane)

    def table(self, sight: Sight) -> Table[Any]:
        """Return the rows of a view."""
        return self.query_one(f"#{sight}", Table)

    def turn(self, sight: Sight) -> None:
        """Show the rows of a view, and hide those of the others."""
        for name, _key, _title in VIEWS:
            self.table(name).display = name == sight

    def show(self, snapshot: Snapshot, step: Step | None, path: Path) -> None:
        """Hand the open view what it shows."""
        answer: ReferrersAnswer = snapshot.answer
        view, database_status = snapshot.request.view, snapshot.database_status
        self._program, self._names, self._qualified = (
            database_status.program,
            snapshot.names,
            answer.qualified,
        )
        rows: tuple[Any, ...] = answer.leaders or answer.groups
        self._most = max((row.qualified for row in rows), default=0)
        table, empty, sorting = self.table(answer.sight), None, None
        if answer.tree is not None:
            rows = answer.tree.rows
            if not answer.tree.indexed:
                empty = (
                    "The tree is drawn when the run rests: at full speed there are no indexes to read it by."
                )
        if answer.sight == "leaders":
            sorting = Sorting(answer.order, descending=True)
            table.border_title = (
                f"Leaders by {answer.order}{' money' if answer.order == 'issued' else ' friends'}"
            )
        if answer.sight in ("communities", "channels"):
            sorting = Sorting(answer.group_order, descending=True)
            self._most = max((measure(row, answer.group_order) for row in answer.groups), default=0)
            if (answer.group_order, self._most) != self._drawn_by:
                self._drawn_by = answer.group_order, self._most
                self._group_order = answer.group_order
                table.redraw()
            table.border_title = f"{answer.sight.capitalize()} by {GROUP_TITLES[answer.group_order]}"
        table.call(snapshot.names)
        table.mark(self._marks(answer.sight, step))
        table.show(rows, sorting, empty)
        self.query_one(ViewLine).show(answer.sight, _said(answer, past=view.at is not None))
        self.account.call(snapshot.names, database_status.program, view.at)
        for row in rows:
            if self.account.ref is not None and getattr(row, "ref", None) == self.account.ref:
                self.account.open(path, row.ref, row)
                break

    def open(self, row: LeaderRow | Branch, path: Path) -> None:
        """Tell all about a person."""
        self.set_class(True, "-open")
        self.account.open(path, row.ref, row)
        self.account.focus()

    def close(self, sight: Sight) -> bool:
        """Close who is open; false where nobody is."""
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

    def _money(self, minor: int, width: int) -> str:
        if self._program is None:
            return figures.NOTHING
        return figures.money(minor, self._program.currency, self._program.digits, width)


def _said(answer: ReferrersAnswer, *, past: bool) -> str:
    """Return a note on the view: how many friends each generation has, or that a board is of now."""
    if past and answer.sight in ("leaders", "communities"):
        return "as of now: boards of the past are not kept"
    if not answer.generations:
        return ""
    counts = ", ".join(
        f"{number}: {figures.compact(count)}" for number, count in enumerate(answer.generations[:6], 1)
    )
    return f"friends by generation  {counts}{' …' if len(answer.generations) > 6 else ''}"
