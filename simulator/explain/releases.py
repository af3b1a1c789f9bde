"""Work out which state a reward line would get if it fell due at another time.

The engine's rules (number, caps, budget) for one line, over the stored lines of the same reward and recipient.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from db.read.people import united_with
from db.read.reward_rows import (
    FALLEN,
    HELD,
    Account,
    Place,
    ReleasedLine,
    RewardRow,
    brought_by,
    code_of,
    pending_before,
    released,
    released_to_all,
    spent_before,
)
from simulator.domain.calendars import Period, next_period_start, period_start
from simulator.domain.spans import DAY_MS
from simulator.explain.source import Source
from simulator.program.model import Budget, Cap, Program, Reward, WindowKind
from simulator.program.windows import window_start
from simulator.program.words import duration

_MOST_MOMENTS: Final = 60  # times tried at which room may come back
_LOOK_AHEAD: Final = 2 * 366 * DAY_MS
_LAST: Final = 2**62  # a seq and a number after all others


@dataclass(frozen=True)
class Room:
    """The room that a cap leaves in its window: rewards and minor units (None: not limited by that).

    `issued` is the number of rewards that the cap counts there. `taken_back` is how many were clawed back since then,
    or at any time if that gives no room back.
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
        self._without = without
        self.rows = released(source.db, account, without)

    def before(self, due_at: int) -> list[ReleasedLine]:
        """Return the lines released by this time."""
        return self._before(self.rows, due_at)

    def rooms(self, due_at: int) -> list[Room]:
        """Return the room that each cap leaves at this time; of caps for a friend or a code only where one is given."""
        rooms = []
        for cap in self.terms.caps:
            lines = self._counted_by(cap)
            if lines is None:
                continue
            start = window_start(cap.window, due_at, self.timezone)
            inside = [
                row
                for row in self._before(lines, due_at)
                if row.due_at >= start and _is_held(row, due_at, returns=cap.returns)
            ]
            minor = sum(row.value_at(due_at) if cap.returns else row.given_minor for row in inside)
            taken_back = sum(row.state == "revoked" for row in inside)
            count = None if cap.count is None else max(0, cap.count - len(inside))
            value = None if cap.value_minor is None else max(0, cap.value_minor - minor)
            rooms.append(Room(cap, count, value, len(inside), taken_back))
        return rooms

    def _before(self, rows: list[ReleasedLine], due_at: int) -> list[ReleasedLine]:
        return [row for row in rows if row.due_at <= due_at and row.since <= due_at]

    def _counted_by(self, cap: Cap) -> list[ReleasedLine] | None:
        """Return the lines that a cap counts together, None if it is unknown whose they are."""
        if cap.per == "program":
            return self._everybody
        return self.rows if cap.per == "recipient" else None

    @cached_property
    def _everybody(self) -> list[ReleasedLine]:
        return released_to_all(self._source.db, self.terms.name, self._without)


def _is_held(row: ReleasedLine, at: int, *, returns: bool) -> bool:
    """Return whether a cap counts a released line at a moment (milliseconds UTC)."""
    if row.state == "revoked":
        return row.state_at > at or not (returns or row.came_back)
    if row.state == "forfeited":  # it was offered until then, or had waited
        return row.state_at > at
    return row.state in HELD or row.state == "waiting"


class Releases(AccountLines):
    """The lines that one line competes with for its number, its caps and the budget: the others of its account."""

    def __init__(self, source: Source, program: Program, line: RewardRow) -> None:
        """Read the released lines of the account of `line`, apart from itself; `program` judged its conversion."""
        super().__init__(source, terms_of(program, line.reward), line.account, program.timezone, line.id)
        self._line = line
        self._codes: dict[tuple[int | None, int | None], str | None] = {}

    def _before(self, rows: list[ReleasedLine], due_at: int) -> list[ReleasedLine]:
        """Return the lines released before the line in question if it fell due at this time."""
        if due_at == self._line.due_at:
            return [row for row in rows if row.place < self._line.place and row.since <= due_at]
        return super()._before(rows, due_at)

    def _counted_by(self, cap: Cap) -> list[ReleasedLine] | None:
        friend, code = self._brought_by
        if cap.per == "friend":
            since = {} if friend is None else united_with(self._source.db, friend)
            return [
                row._replace(since=max(row.since, since[row.friend]))
                for row in self.rows
                if row.friend in since
            ]
        if cap.per == "code":
            return [row for row in self.rows if self._code_of(row.friend, row.referrer) == code]
        return super()._counted_by(cap)

    def _code_of(self, friend: int | None, referrer: int | None) -> str | None:
        pair = friend, referrer
        if pair not in self._codes:
            self._codes[pair] = code_of(self._source.db, *pair)
        return self._codes[pair]

    @cached_property
    def _brought_by(self) -> tuple[int | None, str | None]:
        return brought_by(self._source.db, self._line.decision)

    @property
    def given(self) -> str:
        """The state that the line gets where there is room for it."""
        return "offered" if self.terms.choices else "issued"

    # Numbers

    def number(self, due_at: int) -> int:
        """Return the number of a release at this time: 1 and the earlier ones that had not fallen by then."""
        return 1 + len(self._standing(due_at))

    def passes(self, due_at: int) -> bool:
        """Return whether a release at this time pays by `every` and `tier`."""
        return self._taken(due_at) < self._paying(self.number(due_at))

    def number_if_nothing_else(self) -> int:
        """Return the number that the pending line gets if nothing else happens."""
        return len(self._standing(_LAST)) + self._ahead[0] + 1

    def passes_if_nothing_else(self) -> bool:
        """Return whether the pending line pays by `every` and `tier` if nothing else happens."""
        return self._taken(_LAST) + self._ahead[1] < self._paying(self.number_if_nothing_else())

    @cached_property
    def _ahead(self) -> tuple[int, int]:
        return pending_before(self._source.db, self._line.account, self._line.place)

    def next_paying(self, due_at: int, number: int) -> int | None:
        """Return the number that pays next, after a release at this time whose number does not; None if none does."""
        every, tier = self.terms.every or 1, self.terms.tier or (1, None)
        first = -(-tier[0] // every) * every  # the first number that pays
        following = first + max(self._taken(due_at), self._paying(number)) * every
        return following if tier[1] is None or following <= tier[1] else None

    def is_paying(self, number: int) -> bool:
        """Return whether this number itself is one that pays by `every` and `tier`."""
        return self._paying(number) > self._paying(number - 1)

    def _paying(self, number: int) -> int:
        """Return how many of the numbers up to this one pay."""
        every, tier = self.terms.every or 1, self.terms.tier or (1, None)
        last = number if tier[1] is None else min(number, tier[1])
        return max(0, last // every - (tier[0] - 1) // every)

    def _standing(self, at: int) -> list[ReleasedLine]:
        return [row for row in self.before(at) if row.had_not_fallen(at)]

    def _taken(self, at: int) -> int:
        """Return how many of the earlier releases that stand have passed the test of numbers."""
        return sum(row.id in self._passed for row in self._standing(at))

    @cached_property
    def _passed(self) -> set[int]:
        """The lines that have passed the test of numbers; of those voided since, it is worked out anew."""
        passed: set[int] = set()
        for place, row in enumerate(self.rows):
            if self._passes_after(place, passed) if row.state == "voided" else row.state != "counted":
                passed.add(row.id)
        return passed

    def _passes_after(self, place: int, passed: set[int]) -> bool:
        """Return whether the line at this place of the others pays by its number, if these passed before it."""
        due_at = self.rows[place].due_at
        ahead = [one.id for one in self.rows[:place] if one.had_not_fallen(due_at)]
        return sum(number in passed for number in ahead) < self._paying(len(ahead) + 1)

    def _is_number_taken(self) -> bool:
        """Return whether another line would pay by its number, or no longer, if this one fell due after it."""
        if not (self.terms.every or self.terms.tier):
            return False
        later = (place for place, row in enumerate(self.rows) if row.place > self._line.place)
        return any(
            self._passes_after(place, self._passed) != (self.rows[place].id in self._passed)
            for place in later
        )

    # Caps and budget

    def state_if_due(self, due_at: int, beside_minor: int = 0) -> str:
        """Return the state that the line would get if it fell due at this time.

        `beside_minor` is what else the same change would have spent of the budget, in minor units.
        """
        if not self.passes(due_at):
            return "counted"
        value = self.within_caps(due_at)
        if value < 1:
            return "capped"
        left, terms = self.budget_left(due_at) - beside_minor, self.budget(due_at)
        if left >= value or (terms.over == "trim" and left >= 1):
            return self.given
        return "waiting" if terms.short == "wait" else "unfunded"

    def within_caps(self, due_at: int) -> int:
        """Return how much of the line the caps leave at this time, in minor units; 0 where they skip it."""
        earned, rooms = self._line.earned_minor, self.rooms(due_at)
        if not all(room.fits(earned) for room in rooms if room.cap.over == "skip"):
            return 0
        return min([earned, *(room.value_minor or 0 for room in rooms if room.cap.over == "trim")])

    def budget(self, due_at: int) -> Budget:
        """Return how the budget in force at this time is kept."""
        return self._source.program_when(due_at).budget

    def budget_left(self, due_at: int) -> float:
        """Return what is left of the budget at this time, in minor units; infinity without a budget."""
        program = self._source.program_when(due_at)
        if program.budget_minor is None:
            return float("inf")
        since = period_start(due_at, program.budget.period, program.timezone)
        at = self._line.place if due_at == self._line.due_at else Place(due_at, _LAST, _LAST)
        return program.budget_minor - spent_before(self._source.db, at, since, returns=program.budget.returns)

    def next_room(self, due_at: int) -> int | None:
        """Return the first later time at which the line would be issued, given what was issued since; or None.

        None, too, if another line would then have its number: that might be issued, and take the room.
        """
        if self._is_number_taken():
            return None
        for at in list(self._moments(due_at))[:_MOST_MOMENTS]:
            if self.state_if_due(at) == self.given:
                return at
        return None

    def _moments(self, due_at: int) -> Iterator[int]:
        """Yield the times at which a reward leaves a cap's window or is clawed back, or the window begins anew."""
        found: set[int] = set()
        for cap in self.terms.caps:
            lines = self._counted_by(cap) or []
            if cap.window.kind == "rolling":
                found.update(
                    row.due_at + (cap.window.ms or 0) for row in lines if row.state in (*HELD, "revoked")
                )
            elif cap.window.kind != "lifetime":
                found.update(self._next_starts(cap.window.kind, due_at))
            if cap.returns:
                found.update(row.state_at for row in lines if row.state in FALLEN)
                found.update(one.at for row in lines for one in row.taken_back)
        yield from sorted(at for at in found if at > due_at)

    def _next_starts(self, period: Period, due_at: int) -> Iterator[int]:
        """Yield the beginnings of the next periods, two years of them at most."""
        at = due_at
        while (at := next_period_start(at, period, self.timezone)) <= due_at + _LOOK_AHEAD:
            yield at


def window_words(cap: Cap) -> str:
    """Return a cap's window in words."""
    return in_window(cap.window.kind, cap.window.ms)


def in_window(kind: WindowKind, ms: int | None = None) -> str:
    """Return a window in words; `ms` is the length of a rolling one."""
    if kind == "rolling":
        return f"in {duration(ms or 0)}"
    return "in all" if kind == "lifetime" else f"in the {kind.replace('-', ' ')}"


def terms_of(program: Program, name: str) -> Reward:
    """Return the program's reward of that name.

    Raises:
        LookupError: there is none; a damaged database may name it.

    """
    for one in program.rewards:
        if one.name == name:
            return one
    raise LookupError(f"the program has no reward {name!r}")
