"""Say in a sentence how long a budget lasts, alike on the screen and on the command line. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from referral_tui import figures

if TYPE_CHECKING:
    from db.read.rewards import Budget


_THIS: Final = {
    "lifetime": "",
    "calendar-day": " today",
    "calendar-week": " this week",
    "calendar-month": " this month",
    "calendar-year": " this year",
}
"""When the money was spent, by the budget's period."""


def runs_short(budget: Budget) -> bool:
    """Return whether the budget is used up, or will be before the program ends."""
    return budget.left == 0 or (budget.runs_out_at is not None and budget.left_at_end is None)


def spent_words(budget: Budget, currency: str, digits: int) -> str:
    """Say what counts against the budget, see `Budget.spent`."""
    spent = figures.money(budget.spent, currency, digits, 11)
    if budget.total is None:
        return f"{spent} spent; this program has no budget, so it never runs out."
    total = figures.money(budget.total, currency, digits, 11)
    share = figures.share(budget.spent / budget.total if budget.total else None)
    return f"{spent} of {total} spent{_since(budget)}, {share}"


def outlook(budget: Budget, currency: str, digits: int) -> str:
    """Say when the budget runs out at the current rate, or what is left when the program ends."""

    def money(minor: float) -> str:
        return figures.money(round(minor), currency, digits, 11)

    if budget.total is None:
        return "No budget, so it never runs out."
    if not budget.left:
        until = "" if budget.until is None else f" until {figures.date(budget.until)}"
        return f"It is spent{until}: what falls due now {'waits' if budget.waits else 'is unfunded'}."
    if not budget.spent:
        return f"Nothing was spent{_since(budget)} yet."
    return _course(budget, money)


def _course(budget: Budget, money: Callable[[float], str]) -> str:
    if budget.ends_at is not None and budget.ends_at <= budget.now:
        return f"The program has ended, with {money(budget.left or 0)} left."
    if budget.left_at_end is not None:
        ends_first = budget.until is None or (budget.ends_at is not None and budget.ends_at < budget.until)
        of = "" if ends_first else f" of the {budget.period.removeprefix('calendar-')}"
        return f"Lasts to the end{of}, about {money(budget.left_at_end)} left."
    if budget.runs_out_at is not None:
        return f"Runs out {figures.date(budget.runs_out_at)}, at {money(7 * budget.a_day)} a week."
    return "Nothing was issued in the last weeks, so no end is in sight."


def _since(budget: Budget) -> str:
    """Say of what period the money is, or, if it is counted from before that, since when."""
    if budget.counted_from is None:
        return _THIS[budget.period]
    return f" since {figures.day(budget.counted_from)} {figures.time_of_day(budget.counted_from)} UTC"
