"""Work out which state a reward line would get if it fell due at another time.

The engine's rules (number, caps, budget) for one line, over the stored lines of the same reward and recipient.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from db.read.reward_rows import (
    Account,
    ReleasedLine,
    RewardRow,
    pending_before,
    released,
    spent_before,
    spent_until,
)
from simulator.domain.definitions import PAID
from simulator.domain.spans import DAY_MS
from simulator.explain.source import Source
from simulator.program.calendars import next_period_start, window_start
from simulator.program.model import Cap, Period, Program, Reward
from simulator.program.words import duration

_MOST_MOMENTS: Final = 60  # times tried at which room may come back
_LOOK_AHEAD: Final = 2 * 366 * DAY_MS


@dataclass(frozen=True)
class Room:
    """The room that a cap leaves in its window: rewards and minor units (None: not limited by that).

    `issued` is the number of rewards that the cap counts there, `taken_back` how many of them were clawed back since.
    """

    cap: Cap
    count: int | None
    value_minor: int | None
    issued: int
    taken_back: int

    def fits(self, value_minor: int) -> bool:
        """Return whether a line of this value fits."""
        return (self.count is None or self.count >= 1) and (
            self.value_minor is None or self.value_minor >= value_minor
        )


class AccountLines:
    """The released lines of one reward, role and recipient."""

    def __init__(
        self, source: Source, terms: Reward, account: Account, timezone: str, without: int | None = None
    ) -> None:
        """Read the lines of an account, whose reward has these terms, without the line with that number.

        Calendar windows are of `timezone`.
        """
        self._source, self.terms, self.timezone = source, terms, timezone
        self.rows = released(source.db, account, without)

    def before(self, due_at: int) -> list[ReleasedLine]:
        """Return the lines released by this time."""
        return [row for row in self.rows if row.due_at <= due_at]

    def rooms(self, due_at: int) -> list[Room]:
        """Return the room that each cap leaves at this time."""
        paid = [row for row in self.before(due_at) if row.state in PAID]
        rooms = []
        for cap in self.terms.caps:
            inside = [row for row in paid if row.due_at >= window_start(cap.window, due_at, self.timezone)]
            minor = sum(row.value_minor for row in inside)
            taken_back = sum(row.state == "revoked" for row in inside)
            count = None if cap.count is None else max(0, cap.count - len(inside))
            value = None if cap.value_minor is None else max(0, cap.value_minor - minor)
            rooms.append(Room(cap, count, value, len(inside), taken_back))
        return rooms


class Releases(AccountLines):
    """The lines that one line competes with for its number, its caps and the budget: the others of its account."""

    def __init__(self, source: Source, program: Program, line: RewardRow) -> None:
        """Read the released lines of the account of `line`, apart from itself; `program` judged its conversion."""
        super().__init__(source, terms_of(program, line.reward), line.account, program.timezone, line.id)
        self._line = line

    def before(self, due_at: int) -> list[ReleasedLine]:
        """Return the lines released before the line in question if it fell due at this time."""
        if due_at == self._line.due_at:
            return [row for row in self.rows if row.place < self._line.place]
        return super().before(due_at)

    def number_if_nothing_else(self) -> int:
        """Return the number that the pending line gets if nothing else happens."""
        ahead = pending_before(self._source.db, self._line.account, self._line.place)
        return len(self.rows) + ahead + 1

    def pays(self, number: int) -> bool:
        """Return whether the release of this number pays by `every` and `tier`."""
        every, tier = self.terms.every, self.terms.tier
        if every is not None and number % every:
            return False
        return tier is None or (tier[0] <= number and (tier[1] is None or number <= tier[1]))

    def next_paying(self, number: int) -> int | None:
        """Return the next number that pays after this one, or None."""
        every, tier = self.terms.every or 1, self.terms.tier or (1, None)
        following = -(-max(number + 1, tier[0]) // every) * every
        return following if tier[1] is None or following <= tier[1] else None

    def state_if_due(self, due_at: int, beside_minor: int = 0) -> str:
        """Return the state that the line would get if it fell due at this time.

        `beside_minor` is what else the same change would have spent of the budget, in minor units.
        """
        if not self.pays(len(self.before(due_at)) + 1):
            return "counted"
        value = self._line.value_minor
        if not all(room.fits(value) for room in self.rooms(due_at)):
            return "capped"
        return "issued" if self.budget_left(due_at) >= value + beside_minor else "unfunded"

    def budget_left(self, due_at: int) -> float:
        """Return what is left of the budget at this time, in minor units; infinity without a budget."""
        budget = self._source.program_when(due_at).budget_minor
        if budget is None:
            return float("inf")
        return budget - self._spent(due_at)

    def _spent(self, due_at: int) -> int:
        if due_at == self._line.due_at:
            return spent_before(self._source.db, self._line.place)
        return spent_until(self._source.db, due_at)

    def next_room(self, due_at: int) -> int | None:
        """Return the first later time at which the line would be issued, given what was issued since; or None."""
        for at in list(self._moments(due_at))[:_MOST_MOMENTS]:
            if self.state_if_due(at) == "issued":
                return at
        return None

    def _moments(self, due_at: int) -> Iterator[int]:
        """Yield the times at which a reward leaves a cap's window, or the window begins anew."""
        found: set[int] = set()
        for cap in self.terms.caps:
            if cap.window.kind == "rolling":
                found.update(row.due_at + (cap.window.ms or 0) for row in self.rows if row.state in PAID)
            elif cap.window.kind != "lifetime":
                found.update(self._next_starts(cap.window.kind, due_at))
        yield from sorted(at for at in found if at > due_at)

    def _next_starts(self, period: Period, due_at: int) -> Iterator[int]:
        """Yield the beginnings of the next periods, two years of them at most."""
        at = due_at
        while (at := next_period_start(at, period, self.timezone)) <= due_at + _LOOK_AHEAD:
            yield at


def window_words(cap: Cap) -> str:
    """Return a cap's window in words."""
    if cap.window.kind == "rolling":
        return f"in {duration(cap.window.ms or 0)}"
    return "in all" if cap.window.kind == "lifetime" else f"in the {cap.window.kind.replace('-', ' ')}"


def terms_of(program: Program, name: str) -> Reward:
    """Return the program's reward of that name."""
    return next(one for one in program.rewards if one.name == name)
