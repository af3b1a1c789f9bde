"""The columns of the four tables of the referrers screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from db.read.referrers import GroupRow, LeaderRow
from db.read.tree import MOST_COUNTED, Branch
from referral_tui import figures
from referral_tui.dashboard.screens.journeys_columns import OUTCOMES, STAGE_SIGNS
from referral_tui.dashboard.screens.referrers_query import GroupOrder, measure
from referral_tui.dashboard.widgets.columns import Column
from referral_tui.dashboard.widgets.graph import bar
from referral_tui.names import Names
from referral_tui.words import channel_words

Drawn = tuple[str, str]
Money = Callable[[int, int], str]
Brings = TypeVar("Brings", LeaderRow, GroupRow)
"""Who or what brings friends: a referrer, a community, a channel."""


def leader_columns(
    names: Callable[[], Names], money: Money, qualified: Callable[[], int], most: Callable[[], int]
) -> list[Column[LeaderRow]]:
    """Make the leaderboard's; `qualified` is all there are, `most` the first one's."""

    def name(row: LeaderRow, _cells: int) -> Drawn:
        return names()(row.ref), "strong"

    def brought_by(row: LeaderRow, _cells: int) -> Drawn:
        return (f"generation {row.generation}" if row.generation else "nobody"), "quiet"

    return [
        Column("place", "", 3, lambda row, _: (str(row.place), "quiet"), right=True, weight=9),
        Column("name", "referrer", 18, name, grow=1, most=28, weight=9),
        _friends(7, "Friends who were matched to them."),
        _qualified(11, "Friends who qualified at least once.", sorts=True),
        _rate(weight=5),
        _issued(
            money,
            "Rewards issued to them as a referrer or as who brought the referrer, less what was clawed back.",
            sorts=True,
        ),
        _share(qualified, weight=6),
        _bar(most),
        Column(
            "generation",
            "brought by",
            13,
            brought_by,
            weight=2,
            says="The generation in which they came as a friend themselves.",
        ),
    ]


def tree_columns(names: Callable[[], Names]) -> list[Column[Branch]]:
    """Make the tree's."""

    def name(row: Branch, _cells: int) -> Drawn:
        indent = "  " * row.depth
        if row.left_out:
            more = "more than " if row.left_out + 50 >= MOST_COUNTED else ""
            return f"{indent}… {more}{figures.counted(row.left_out, 'friend')} not shown", "quiet"
        sign = "▾" if row.opened and row.friends else "▸" if row.friends else "·"
        return f"{indent}{sign} {names()(row.ref)}", "strong" if row.friends else "plain"

    def friends(row: Branch, _cells: int) -> Drawn:
        if row.left_out or not row.friends:
            return "", "quiet"
        more = "+" if row.friends >= MOST_COUNTED else ""
        return figures.count(row.friends) + more, "strong"

    def stage(row: Branch, _cells: int) -> Drawn:
        if row.left_out or not row.depth:
            return "", "quiet"
        if row.outcome in OUTCOMES:
            return OUTCOMES[row.outcome]
        sign, ink = STAGE_SIGNS.get(row.stage or "", ("", "quiet"))
        return f"{sign} {row.stage or figures.NOTHING}", ink

    def matched(row: Branch, _cells: int) -> Drawn:
        if row.attributed_at is None:
            return "", "quiet"
        return f"{figures.day(row.attributed_at)} {figures.time_of_day(row.attributed_at)}", "quiet"

    return [
        Column("name", "who brought whom", 30, name, grow=2, most=60, weight=9),
        Column(
            "friends",
            "friends",
            8,
            friends,
            right=True,
            weight=8,
            says="How many friends they brought themselves.",
        ),
        Column("generation", "gen.", 4, _generation, right=True, weight=4),
        Column("stage", "stage", 11, stage, weight=7, says="How far their own journey came."),
        Column("channel", "channel", 12, _tree_channel, weight=5),
        Column("matched", "matched", 12, matched, weight=3),
    ]


def group_columns(
    what: str,
    money: Money,
    qualified: Callable[[], int],
    most: Callable[[], int],
    order: Callable[[], GroupOrder],
) -> list[Column[GroupRow]]:
    """Make those of communities and channels; bars show what they are sorted by, of the `most` there is."""

    def name(row: GroupRow, _cells: int) -> Drawn:
        return (channel_words(row.name) if what == "channel" else row.name), "strong"

    def each(row: GroupRow, cells: int) -> Drawn:
        if not row.qualified:
            return figures.NOTHING, "quiet"
        return money(round(row.issued_minor / row.qualified), cells), "plain"

    return [
        Column("name", what, 17, name, grow=1, most=28, weight=9),
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
            money,
            "All rewards issued for these friends, whoever got them, less what was clawed back.",
            sorts=True,
        ),
        Column(
            "each",
            "a friend",
            8,
            each,
            right=True,
            weight=5,
            says="Cost per qualified friend: issued ÷ qualified.",
        ),
        _share(qualified, weight=4),
        Column(
            "bar",
            "of the largest",
            18,
            lambda row, cells: (bar(_ratio(measure(row, order()), most()) or 0.0, cells), "participation"),
            grow=3,
            most=60,
            weight=1,
            says="What they are sorted by, beside the largest one's. s sorts.",
        ),
    ]


# -- what the leaderboard shares with communities and channels -----------------------------------------


def _friends(width: int, says: str, *, sorts: bool = False) -> Column[Brings]:
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


def _qualified(width: int, says: str = "", *, sorts: bool = False) -> Column[Brings]:
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


def _rate(weight: int) -> Column[Brings]:
    return Column(
        "rate",
        "rate",
        7,
        lambda row, _: (figures.share(_ratio(row.qualified, row.friends)), "plain"),
        right=True,
        weight=weight,
        says="Friends who qualified ÷ friends.",
    )


def _issued(money: Money, says: str, *, sorts: bool = False) -> Column[Brings]:
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


def _share(qualified: Callable[[], int], weight: int) -> Column[Brings]:
    return Column(
        "share",
        "share",
        7,
        lambda row, _: (figures.share(_ratio(row.qualified, qualified())), "plain"),
        right=True,
        weight=weight,
        says="Their qualified friends ÷ all qualified friends of the program.",
    )


def _bar(most: Callable[[], int]) -> Column[Brings]:
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
