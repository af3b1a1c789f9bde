"""What became of each reward: a row for each, a column for each state, counts and money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from textual import events

from db.read.rewards import RewardRow
from referral_tui import figures
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.columns import Column
from referral_tui.dashboard.widgets.inks import REWARD_INKS
from referral_tui.dashboard.widgets.table import Table
from referral_tui.words import REWARD_MEANING, REWARD_SYMBOLS, UNPAID_SYMBOL
from simulator.domain.pending import UNPAID
from simulator.domain.vocabulary import RewardState, complete

if TYPE_CHECKING:
    from db.read.queries import Program

ALL = "all rewards"
DROPPED = "dropped"
SHOWN = ("pending", UNPAID, "issued", "counted", "capped", "unfunded", DROPPED, "revoked")
_COLUMNS = complete(
    RewardState,
    {
        "pending": "pending",
        "waiting": "pending",
        "offered": "pending",
        "issued": "issued",
        "redeemed": "issued",
        "expired": "issued",
        "forfeited": DROPPED,
        "counted": "counted",
        "capped": "capped",
        "unfunded": "unfunded",
        "voided": DROPPED,
        "revoked": "revoked",
    },
)
"""The column of each state: 80 cells have room for seven columns.

A column that adds to a state of its name says so; voided and forfeited ones have a name for both.
"""
SYMBOLS = REWARD_SYMBOLS | {UNPAID: UNPAID_SYMBOL, DROPPED: REWARD_SYMBOLS["voided"]}
INKS = REWARD_INKS | {DROPPED: REWARD_INKS["voided"]}
SAYS = REWARD_MEANING | {
    "pending": "would be issued if nothing else happened, once the cooling-off is over; or waiting or offered",
    "issued": "given out; redeemed and expired ones too",
    DROPPED: "promised and never issued: voided, the conversion was reversed before; or forfeited, given up",
    UNPAID: "pending, but would pay nothing if nothing else happened",
}
BOTH = 15  # cells from which a column has room for a count and for money
COUNT = 7  # of them for the count, with the two spaces after it
MOST = 11  # cells of money beside a count: £999,999.00; wider would stand far from its count


@dataclass(frozen=True, slots=True)
class RewardLine:
    """What became of the lines of one reward: how many, and how much in minor units, by column."""

    reward: str
    pending: int = 0
    pending_minor: int = 0
    unpaid: int = 0
    unpaid_minor: int = 0
    issued: int = 0
    issued_minor: int = 0
    counted: int = 0
    counted_minor: int = 0
    capped: int = 0
    capped_minor: int = 0
    unfunded: int = 0
    unfunded_minor: int = 0
    dropped: int = 0
    dropped_minor: int = 0
    revoked: int = 0
    revoked_minor: int = 0

    def pair(self, state: str) -> tuple[int, int]:
        """Return the count and the money of a column."""
        return getattr(self, state), getattr(self, f"{state}_minor")

    @classmethod
    def of(cls, row: RewardRow) -> RewardLine:
        """Return the same as a row of the table."""
        pairs = dict.fromkeys(SHOWN, (0, 0))
        for state, column in _COLUMNS.items():
            count, minor = row.pending.issued if state == "pending" else row.state(state)
            pairs[column] = pairs[column][0] + count, pairs[column][1] + minor
        pairs[UNPAID] = row.pending.unpaid
        minors = {f"{state}_minor": minor for state, (_, minor) in pairs.items()}
        return cls(row.name, **{state: count for state, (count, _) in pairs.items()}, **minors)


class RewardTable(Table[RewardLine]):
    """Rewards by name and state; the last row is their sum."""

    def __init__(self) -> None:
        self._program: Program | None = None
        self._money = True
        columns = [
            Column[RewardLine](
                "reward", "Reward", 19, lambda row, _cells: (row.reward, "strong"), grow=2, most=32, weight=9
            )
        ]
        columns += [
            Column[RewardLine](
                state,
                state,
                8 if state == "unfunded" else 7,
                self._cell(state),
                right=True,
                grow=1,
                most=22,
                weight={UNPAID: 5, "unfunded": 6}.get(state, 8),
                says=f"{SYMBOLS[state]} {SAYS[state]}",
            )
            for state in SHOWN
        ]
        super().__init__(
            "Rewards by state, in money",
            Topic(
                "Rewards by state",
                "Each reward line is in one state, pending ones in two: what would be issued if nothing else "
                "happened, and unpaid, what would pay nothing. A row adds up the lines of one reward, the last row "
                "those of all: how many, and how much they are worth. m changes between "
                "money and counts if there is no room for both. Lines that were revoked had been issued before. "
                "Pending includes those that wait for the budget or were offered, issued those redeemed or "
                "expired; dropped are those that were voided or forfeited.",
            ),
            "No reward yet. A line appears as soon as a friend qualifies for one.",
            columns,
            lambda row: row.reward,
            id="rewards-table",
        )

    def use(self, program: Program | None) -> None:
        """Format money as this program does."""
        if program != self._program:
            self._program = program
            self.redraw()

    def take(self, rewards: tuple[RewardRow, ...]) -> None:
        """Take the rewards; the row of their sum is made here."""
        rows = tuple(RewardLine.of(row) for row in rewards)
        self.show((*rows, total(rows)) if rows else ())

    def measure(self) -> None:
        """Change between money and counts."""
        self._money = not self._money
        self._entitle()
        self.redraw()

    def on_resize(self, event: events.Resize) -> None:
        """Say what is shown at the new width."""
        super().on_resize(event)
        self._entitle()

    def _entitle(self) -> None:
        """Say in the title what the columns show if not both fit."""
        width = self.scrollable_content_region.width
        both = any(cells >= BOTH for column, cells in self._fit_columns(width) if column.key in SHOWN)
        self.border_title = (
            "Rewards by state" if both else f"Rewards by state, in {'money' if self._money else 'counts'}"
        )

    def redraw(self) -> None:
        """Redraw all rows."""
        self._strips.clear()
        self.refresh()

    def _cell(self, state: str) -> Callable[[RewardLine, int], tuple[str, str]]:
        def draw(row: RewardLine, cells: int) -> tuple[str, str]:
            count, minor = row.pair(state)
            ink = INKS.get(state, "quiet") if row.reward != ALL else "strong"
            if not count:
                return figures.NOTHING, "quiet"
            program = self._program
            both = cells >= BOTH
            room = min(cells - COUNT, MOST) if both else cells
            money = figures.money(minor, program.currency, program.digits, room) if program else ""
            if both:
                return f"{figures.compact(count, 5)}  {money:>{room}}", ink
            return (money if self._money else figures.compact(count, cells)), ink

        return draw


def total(rows: tuple[RewardLine, ...]) -> RewardLine:
    """Add rewards up."""
    names = [one.name for one in fields(RewardLine) if one.name != "reward"]
    return RewardLine(ALL, **{name: sum(getattr(row, name) for row in rows) for name in names})
