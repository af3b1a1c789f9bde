"""Compute what the budget leaves, in total or in a period, with revoked money given back or not, and with trimming."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace

from simulator.domain.calendars import next_period_start, period_start
from simulator.engine.history import History
from simulator.program.model import Budget, Program


def is_plain(program: Program) -> bool:
    """Return whether the budget is a single sum to which revoked money returns, and rewards are not trimmed to it."""
    return program.budget_minor is None or program.budget == Budget()


def needs_history(program: Program) -> bool:
    """Return whether it matters when money of the budget was issued, or what happened to it later."""
    terms = program.budget
    return program.budget_minor is not None and (terms.period != "lifetime" or not terms.returns)


@dataclass
class Room:
    """The room of a budget of `total` minor units, or None if it is unlimited.

    `spent` is what is issued; `held` is what counts of it by time, if that matters (`needs_history`).
    """

    total: int | None = None
    terms: Budget = field(default_factory=Budget)
    timezone: str = "UTC"
    spent: int = 0
    held: History | None = None
    _known: tuple[int, int] = (0, 0)  # a period, from its beginning to the next one's

    @classmethod
    def of(cls, program: Program, held: History | None) -> Room:
        """Return the room under a program that comes into force."""
        return cls(program.budget_minor, program.budget, program.timezone, 0, held)

    @property
    def lets_wait(self) -> bool:
        """Whether lines that it has no room for wait."""
        return self.total is not None and self.terms.short == "wait"

    def next_start(self, at: int) -> int | None:
        """Return when the next period begins after a time (milliseconds), or None if no line waits for it."""
        if not self.lets_wait or self.terms.period == "lifetime":
            return None
        return self._period(at)[1]

    def copied(self) -> Room:
        """Return an independent copy."""
        return replace(self, held=None if self.held is None else self.held.copied())

    def grant(self, at: int, value: int) -> int | None:
        """Return how much of a value can be issued at a moment (milliseconds); None for nothing."""
        if self.total is None:
            return value
        left = self.total - self._counted(at)
        if value <= left:
            return value
        return left if self.terms.over == "trim" and left >= 1 else None

    def _counted(self, at: int) -> int:
        if self.held is None:
            return self.spent
        first = bisect_left(self.held.times, self._period(at)[0])
        return self.held.totals[-1] - self.held.totals[first]

    def period_end(self, at: int) -> int:
        """Return when the period that holds a moment (milliseconds) ends."""
        return self._period(at)[1]

    def _period(self, at: int) -> tuple[int, int]:
        """Return when the period that holds a moment begins, and when the next one does (milliseconds)."""
        if not self._known[0] <= at < self._known[1]:
            begins = period_start(at, self.terms.period, self.timezone)
            self._known = begins, next_period_start(begins, self.terms.period, self.timezone)
        return self._known

    def is_short(self, wanted: int, since: int) -> bool:
        """Return whether it may not be enough for all that is wanted (minor units) at or after a time (milliseconds).

        Everything is counted in the period of that time, so the answer errs only on the side of "not enough".
        """
        return self.total is not None and wanted > self.total - self._counted(since)

    def issue(self, at: int, value: int) -> None:
        """Count what is issued at a moment (milliseconds)."""
        self.spent += value
        if self.held is not None:
            self.held.add(at, value)

    def reduce(self, at: int, value: int, left: int) -> None:
        """Reduce an amount that was issued at a time to what is left of it; to 0 if it was taken back."""
        if self.held is None or not self.terms.returns:
            return
        if left:
            self.held.reduce(at, value, left)
        else:
            self.held.forget(at, value)

    def give_back(self, at: int, value: int) -> None:
        """Stop counting what was offered at a time and never issued."""
        self.spent -= value
        if self.held is not None:
            self.held.forget(at, value)

    def forget(self, at: int, granted: int) -> None:
        """Stop counting in any case what was issued at a time and later taken back."""
        if self.held is not None and not self.terms.returns:
            self.held.forget(at, granted)
