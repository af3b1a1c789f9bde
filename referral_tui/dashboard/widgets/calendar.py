"""What falls due in the next days and weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db.read.rewards import DueRow
from referral_tui import figures
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.columns import Column
from referral_tui.dashboard.widgets.graph import bar
from referral_tui.dashboard.widgets.table import Table
from simulator.domain.spans import DAY_MS

if TYPE_CHECKING:
    from db.read.queries import Program

DAILY = 14  # days that are shown one by one; later ones by the week
_MONDAY = 4 * DAY_MS  # 5 January 1970
_NONE = "Nothing falls due."
_PAST = "What was due to be paid then is not kept; } returns to now."


@dataclass(frozen=True, slots=True)
class Falling:
    """What falls due from `day` on (milliseconds UTC) within so many days; money in minor units.

    `count` and `value_minor` are of the rewards that would be issued, `unpaid` how many would be counted, capped or
    unfunded, if nothing else happened.
    """

    day: int
    days: int
    count: int
    value_minor: int
    unpaid: int = 0


def by_days_and_weeks(rows: Sequence[DueRow], now: int) -> tuple[Falling, ...]:
    """Add up what falls due: by days for two weeks from now (milliseconds UTC), then by weeks from Mondays on.

    What was due earlier and has not been processed yet falls due today.
    """
    today = now // DAY_MS * DAY_MS
    last = today + DAILY * DAY_MS
    found: dict[tuple[int, int], tuple[int, int, int]] = {}
    for row in rows:
        key = (max(today, row.day_ms), 1)
        if row.day_ms >= last:
            key = (max(last, row.day_ms - (row.day_ms - _MONDAY) % (7 * DAY_MS)), 7)
        count, minor, unpaid = found.get(key, (0, 0, 0))
        if row.expected in ("issued", "offered"):
            found[key] = (count + row.count, minor + row.value_minor, unpaid)
        else:
            found[key] = (count, minor, unpaid + row.count)
    return tuple(Falling(*key, *sums) for key, sums in sorted(found.items()))


class Calendar(Table[Falling]):
    """Days for two weeks, then weeks."""

    def __init__(self) -> None:
        self._program: Program | None = None
        self._now = 0
        self._most = 0
        super().__init__(
            "Falls due",
            Topic(
                "Falls due",
                "What would be issued if nothing else happened, by the day on which the cooling-off ends: for two "
                "weeks, then by weeks. Lines that would only be counted, or don't fit in a cap or the "
                "budget, are shown separately as unpaid. What is reversed before then is voided. Days are "
                "UTC.",
            ),
            _NONE,
            [
                Column[Falling]("day", "When", 9, self._day, weight=9, grow=1, most=16),
                Column[Falling](
                    "count",
                    "Lines",
                    6,
                    self._count,
                    right=True,
                    weight=7,
                    says="how many rewards will be issued",
                ),
                Column[Falling](
                    "money", "Money", 8, self._value, right=True, weight=8, says="what they are worth"
                ),
                Column[Falling](
                    "unpaid",
                    "Unpaid",
                    6,
                    self._unpaid,
                    right=True,
                    weight=6,
                    says="how many more lines will pay nothing",
                ),
                Column[Falling]("bar", "", 5, self._bar, grow=3, weight=5),
            ],
            lambda row: row.day,
            id="due",
        )

    def use(self, program: Program | None, now: int) -> None:
        """Format money as this program does, and days as seen from now (milliseconds UTC)."""
        if (program, now // DAY_MS) != (self._program, self._now // DAY_MS):
            self._strips.clear()
            self.refresh()
        self._program, self._now = program, now

    def take(self, due: Sequence[DueRow] | None) -> None:
        """Take what falls due; None if it is not known."""
        rows = by_days_and_weeks(due or (), self._now)
        most = max((row.value_minor for row in rows), default=0)
        if most != self._most:
            self._most = most
            self._strips.clear()
        self.show(rows, empty=_PAST if due is None else _NONE)

    def _day(self, row: Falling, cells: int) -> tuple[str, str]:
        away = row.day // DAY_MS - self._now // DAY_MS
        if row.days > 1:
            return (
                f"week of {figures.day(row.day)}" if cells >= 14 else f"w. {figures.day(row.day)}"
            ), "quiet"
        if away <= 0:
            return "today", "warn"
        if away == 1:
            return "tomorrow", "plain"
        return (figures.weekday(row.day) if cells >= 10 else figures.day(row.day)), "plain"

    def _count(self, row: Falling, cells: int) -> tuple[str, str]:
        return (figures.compact(row.count, cells), "plain") if row.count else (figures.NOTHING, "quiet")

    def _unpaid(self, row: Falling, cells: int) -> tuple[str, str]:
        return (figures.compact(row.unpaid, cells) if row.unpaid else figures.NOTHING), "quiet"

    def _value(self, row: Falling, _cells: int) -> tuple[str, str]:
        program = self._program
        if not row.count:
            return "unpaid", "quiet"  # nothing of it would be issued: £0.00 would look like a mistake
        return (
            figures.money(row.value_minor, program.currency, program.digits, 8) if program else ""
        ), "strong"

    def _bar(self, row: Falling, cells: int) -> tuple[str, str]:
        return bar(row.value_minor / self._most if self._most else 0.0, cells), "warn"
