"""The review queue: what waits for a verdict, the oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.read.review_queue import Waiting
from referral_tui import figures
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.columns import Column
from referral_tui.dashboard.widgets.table import Table
from simulator.domain.currencies import DIGITS

if TYPE_CHECKING:
    from db.read.queries import Program

_NONE = 'Nothing waits for a review. Rules with on_fail = "review" put conversions here.'
REVERSED = "reversed"
"""What stands before the failed rules of a conversion that was reversed meanwhile."""
_PAST = "What was waiting in the past is not kept; ] and } return to now."


class ReviewQueue(Table[Waiting]):
    """Decisions in review."""

    def __init__(self) -> None:
        self._program: Program | None = None
        self._now = 0
        super().__init__(
            "Review queue",
            Topic(
                "Review queue",
                "Conversions that failed only rules that ask for a person's review. a approves: it qualifies, and "
                "its rewards begin. d declines: it is refused. The verdict is an event like any other, with "
                "the simulated time. The first verdict counts: the simulated operator leaves alone what you "
                "have decided. A conversion that was reversed meanwhile stays here, marked as reversed: if "
                "approved, it qualifies and pays nothing. During a run at full speed nothing is marked until the end.",
            ),
            _NONE,
            [
                Column[Waiting](
                    "age", "Waits", 6, self._age, right=True, weight=8, says="how long it has waited"
                ),
                Column[Waiting](
                    "friend",
                    "Friend",
                    15,
                    self._friend,
                    weight=9,
                    grow=1,
                    most=24,
                    says="whose conversion it is",
                ),
                Column[Waiting](
                    "referrer",
                    "Referrer",
                    15,
                    self._referrer,
                    weight=4,
                    grow=1,
                    most=24,
                    says="who brought them",
                ),
                Column[Waiting](
                    "failed",
                    "Failed rules",
                    14,
                    self._failed,
                    weight=7,
                    grow=3,
                    says="? is a missing value; reversed: the conversion was, so no verdict pays",
                ),
                Column[Waiting](
                    "amount", "Amount", 7, self._amount, right=True, weight=6, says="of the conversion"
                ),
                Column[Waiting](
                    "milestone",
                    "Milestone",
                    12,
                    lambda row, _cells: (row.milestone, "quiet"),
                    weight=2,
                    grow=1,
                    most=20,
                ),
                Column[Waiting](
                    "number", "No.", 7, lambda row, _cells: (str(row.number), "quiet"), right=True, weight=1
                ),
            ],
            lambda row: row.number,
            id="queue",
        )

    def use(self, program: Program | None, now: int) -> None:
        """Format money as this program does, and ages as seen from now (milliseconds UTC)."""
        hour = figures.HOUR
        if (program, now // hour) != (self._program, self._now // hour):
            self._strips.clear()
            self.refresh()
        self._program, self._now = program, now

    def take(self, rows: tuple[Waiting, ...] | None, waiting: int) -> None:
        """Set the oldest of those that wait, and how many there are; None rows if they are not known."""
        self.show(rows or (), empty=_PAST if rows is None else _NONE)
        title = f"Review queue: {figures.count(waiting)}" if rows and waiting else "Review queue"
        if rows and len(rows) < waiting:
            title += f", the oldest {len(rows)} shown"
        if title != self.border_title:
            self.border_title = title

    def _age(self, row: Waiting, _cells: int) -> tuple[str, str]:
        return figures.short_duration(self._now - row.since), "warn"

    def _friend(self, row: Waiting, _cells: int) -> tuple[str, str]:
        return self.names(row.friend), "strong"

    def _referrer(self, row: Waiting, _cells: int) -> tuple[str, str]:
        return (self.names(row.referrer) if row.referrer else "nobody"), "plain"

    def _failed(self, row: Waiting, _cells: int) -> tuple[str, str]:
        rules = ", ".join(code if how == "fail" else f"{code}?" for code, how in row.failed)
        return (rules, "plain") if row.reversed_at is None else (f"{REVERSED}; {rules}", "warn")

    def _amount(self, row: Waiting, _cells: int) -> tuple[str, str]:
        program = self._program
        if program is None or row.amount_minor is None:
            return figures.NOTHING, "quiet"
        currency = row.currency or program.currency
        if currency not in DIGITS:
            return currency, "quiet"
        return figures.money(row.amount_minor, currency, DIGITS[currency], 7), "plain"
