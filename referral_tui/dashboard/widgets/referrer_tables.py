"""The tables of the referrers screen: the leaderboard, the tree of who brought whom, communities and channels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeVar

from textual.binding import Binding, BindingType

from db.read.referrers import GroupRow, LeaderRow
from db.read.tree import MOST_COUNTED, Branch
from referral_tui import figures
from referral_tui.dashboard.screens.referrers_query import GroupOrder, measure
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.columns import Column
from referral_tui.dashboard.widgets.graph import bar
from referral_tui.dashboard.widgets.journey_table import OUTCOMES, STAGE_SIGNS
from referral_tui.dashboard.widgets.table import Table
from referral_tui.words import channel_words

if TYPE_CHECKING:
    from db.read.queries import Program

Drawn = tuple[str, str]
Money = Callable[[int, int], str]
BringerT = TypeVar("BringerT", LeaderRow, GroupRow)
"""A row of who or what brings friends: a referrer, a community, a channel."""

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
    "right opens a branch, left closes it, enter shows everything about the person.",
    (("shown", "of one person 50 friends, those who brought others first"),),
)
_COMMUNITIES: Final = Topic(
    "Communities",
    "Clubs, workplaces, neighbourhoods, families: whose referrers brought the most friends. A friend counts "
    "for the community that the referrer was known to be in when they were matched. Kept for now only, not "
    "for the past.",
)
_CHANNELS: Final = Topic(
    "Channels", "How friends came: the channel of the visit that won, or a code that was typed."
)


class ReferralTable(Table[BringerT]):
    """What the leaderboard shares with communities and channels: money, and the totals of shares."""

    _program: Program | None = None
    _qualified = 0
    _most = 0

    def use(self, program: Program | None, qualified: int, most: int) -> None:
        """Format money as this program does; `qualified` is all there are, `most` what the longest bar shows."""
        if (program, qualified, most) != (self._program, self._qualified, self._most):
            self._program, self._qualified, self._most = program, qualified, most
            self.redraw()

    def _money(self, minor: int, width: int) -> str:
        if self._program is None:
            return figures.NOTHING
        return figures.money(minor, self._program.currency, self._program.digits, width)


class LeaderTable(ReferralTable[LeaderRow]):
    """The referrers who bring the most friends."""

    def __init__(self) -> None:
        super().__init__(
            "Leaders",
            _LEADERS,
            "Nobody has brought a friend yet. A referrer appears with the first friend who is matched.",
            [
                Column[LeaderRow](
                    "place", "", 3, lambda row, _: (str(row.place), "quiet"), right=True, weight=9
                ),
                Column[LeaderRow]("name", "referrer", 18, self._referrer, grow=1, most=28, weight=9),
                _friends(7, "Friends who were matched to them."),
                _qualified(11, "Friends who qualified at least once.", sorts=True),
                _rate(weight=5),
                _issued(
                    self._money,
                    "Rewards issued to them as the referrer or as the referrer's own referrer, less what "
                    "was clawed back.",
                    sorts=True,
                ),
                _share(lambda: self._qualified, weight=6),
                _bar(lambda: self._most),
                Column[LeaderRow](
                    "generation",
                    "brought by",
                    13,
                    self._brought_by,
                    weight=2,
                    says="The generation in which they came as a friend themselves.",
                ),
            ],
            lambda row: row.ref,
            id="leaders",
        )

    def _referrer(self, row: LeaderRow, _cells: int) -> Drawn:
        return self.names(row.ref), "strong"

    def _brought_by(self, row: LeaderRow, _cells: int) -> Drawn:
        return (f"generation {row.generation}" if row.generation else "nobody"), "quiet"


class GroupTable(ReferralTable[GroupRow]):
    """Communities, or channels; bars show what they are sorted by."""

    def __init__(self, what: Literal["community", "channel"]) -> None:
        self._what = what
        self._order: GroupOrder = "friends"
        super().__init__(
            "Communities" if what == "community" else "Channels",
            _COMMUNITIES if what == "community" else _CHANNELS,
            "No friend has been matched through one yet.",
            [
                Column[GroupRow]("name", what, 17, self._group, grow=1, most=28, weight=9),
                _friends(
                    9,
                    "Friends who were matched through it; of a community, by a referrer in it."
                    if what == "community"
                    else "Friends who were matched by a link that was opened there; code: one that was typed.",
                    sorts=True,
                ),
                _qualified(9, sorts=True),
                _rate(weight=6),
                _issued(
                    self._money,
                    "All rewards issued for these friends, no matter to whom, less what was clawed back.",
                    sorts=True,
                ),
                Column[GroupRow](
                    "each",
                    "each",
                    8,
                    self._each,
                    right=True,
                    weight=5,
                    says="Issued ÷ qualified. The cost per customer counts what is pending, too, which is not known "
                    "by channel or community.",
                ),
                _share(lambda: self._qualified, weight=4),
                Column[GroupRow](
                    "bar",
                    "of the largest",
                    18,
                    self._bar,
                    grow=3,
                    most=60,
                    weight=1,
                    says="What they are sorted by, beside the largest one's. s sorts.",
                ),
            ],
            lambda row: row.name,
            id="communities" if what == "community" else "channels",
        )

    def sort(self, order: GroupOrder) -> None:
        """Make the bars show what the rows are sorted by."""
        if order != self._order:
            self._order = order
            self.redraw()

    def _group(self, row: GroupRow, _cells: int) -> Drawn:
        return (channel_words(row.name) if self._what == "channel" else row.name), "strong"

    def _each(self, row: GroupRow, cells: int) -> Drawn:
        if not row.qualified:
            return figures.NOTHING, "quiet"
        return self._money(round(row.issued_minor / row.qualified), cells), "plain"

    def _bar(self, row: GroupRow, cells: int) -> Drawn:
        return bar(_ratio(measure(row, self._order), self._most) or 0.0, cells), "participation"


class BranchTable(Table[Branch]):
    """The tree, as far as it is opened: right opens the branch under the cursor, left closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "right", "branch(True)", "Open branch", show=False, id="tree.open", tooltip="Opens the branch"
        ),
        Binding(
            "left", "branch(False)", "Close branch", show=False, id="tree.close", tooltip="Closes the branch"
        ),
    ]

    class Turned(Table.Moved):
        """A branch should be opened or closed."""

        def __init__(self, table: BranchTable, row: Branch, *, opened: bool) -> None:
            """Set which, and which way."""
            super().__init__(table, row)
            self.opened = opened

    def __init__(self) -> None:
        super().__init__(
            "Who brought whom",
            _TREE,
            "Nobody has brought a friend yet.",
            [
                Column[Branch]("name", "who brought whom", 30, self._person, grow=2, most=60, weight=9),
                Column[Branch](
                    "friends",
                    "friends",
                    8,
                    self._friends,
                    right=True,
                    weight=8,
                    says="How many friends they brought themselves.",
                ),
                Column[Branch]("generation", "gen.", 4, _generation, right=True, weight=4),
                Column[Branch](
                    "stage", "stage", 11, self._stage, weight=7, says="How far their own journey came."
                ),
                Column[Branch]("channel", "channel", 12, _tree_channel, weight=5),
                Column[Branch]("matched", "matched", 12, self._matched, weight=3),
            ],
            lambda row: (row.person, row.left_out > 0),
            id="tree",
        )

    def action_branch(self, opened: bool) -> None:
        """Open or close the branch; if it is already closed, go to the one above."""
        row = self.row
        if row is None:
            return
        if row.friends and row.opened != opened:
            self.post_message(self.Turned(self, row, opened=opened))
        elif not opened and row.depth:
            place = list(self.rows).index(row)
            above = next(one for one in reversed(self.rows[:place]) if one.depth < row.depth)
            self.go_to(self._key(above))

    def _person(self, row: Branch, _cells: int) -> Drawn:
        indent = "  " * row.depth
        if row.left_out:
            more = "more than " if row.left_out + 50 >= MOST_COUNTED else ""
            return f"{indent}… {more}{figures.counted(row.left_out, 'friend')} not shown", "quiet"
        sign = "▾" if row.opened and row.friends else "▸" if row.friends else "·"
        return f"{indent}{sign} {self.names(row.ref)}", "strong" if row.friends else "plain"

    def _friends(self, row: Branch, _cells: int) -> Drawn:
        if row.left_out or not row.friends:
            return "", "quiet"
        more = "+" if row.friends >= MOST_COUNTED else ""
        return figures.count(row.friends) + more, "strong"

    def _stage(self, row: Branch, _cells: int) -> Drawn:
        if row.left_out or not row.depth:
            return "", "quiet"
        if row.outcome in OUTCOMES:
            return OUTCOMES[row.outcome]
        sign, ink = STAGE_SIGNS.get(row.stage or "", ("", "quiet"))
        return f"{sign} {row.stage or figures.NOTHING}", ink

    def _matched(self, row: Branch, _cells: int) -> Drawn:
        if row.attributed_at is None:
            return "", "quiet"
        return f"{figures.day(row.attributed_at)} {figures.time_of_day(row.attributed_at)}", "quiet"


# -- what the leaderboard shares with communities and channels -----------------------------------------


def _friends(width: int, says: str, *, sorts: bool = False) -> Column[BringerT]:
    return Column(
        "friends",
        "friends",
        width,
        lambda row, _: (figures.compact(row.friends, width), "plain"),
        right=True,
        weight=7,
        sorts=(True,) if sorts else (),
        says=says,
    )


def _qualified(width: int, says: str = "", *, sorts: bool = False) -> Column[BringerT]:
    return Column(
        "qualified",
        "qualified",
        width,
        lambda row, _: (figures.compact(row.qualified, 9), "good"),
        right=True,
        weight=8,
        sorts=(True,) if sorts else (),
        says=says,
    )


def _rate(weight: int) -> Column[BringerT]:
    return Column(
        "rate",
        "rate",
        7,
        lambda row, _: (figures.share(_ratio(row.qualified, row.friends)), "plain"),
        right=True,
        weight=weight,
        says="Friends who qualified ÷ friends.",
    )


def _issued(money: Money, says: str, *, sorts: bool = False) -> Column[BringerT]:
    return Column(
        "issued",
        "issued",
        11,
        lambda row, cells: (money(row.issued_minor, cells), "strong"),
        right=True,
        weight=8,
        sorts=(True,) if sorts else (),
        says=says,
    )


def _share(qualified: Callable[[], int], weight: int) -> Column[BringerT]:
    return Column(
        "share",
        "share",
        7,
        lambda row, _: (figures.share(_ratio(row.qualified, qualified())), "plain"),
        right=True,
        weight=weight,
        says="Their qualified friends ÷ all qualified friends of the program.",
    )


def _bar(most: Callable[[], int]) -> Column[BringerT]:
    return Column(
        "bar",
        "of the first one's",
        18,
        lambda row, cells: (bar(_ratio(row.qualified, most()) or 0.0, cells), "participation"),
        grow=3,
        most=60,
        weight=1,
    )


# -- what the tree shows ---------------------------------------------------------------------------------


def _generation(row: Branch, _cells: int) -> Drawn:
    return ("" if row.left_out or not row.depth else str(row.depth)), "quiet"


def _tree_channel(row: Branch, _cells: int) -> Drawn:
    return (channel_words(row.channel) if row.channel else ""), "plain"


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
