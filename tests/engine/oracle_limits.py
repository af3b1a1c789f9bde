"""The limits of rewards: numbers, caps, budget, and the calendar that they follow."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache

from simulator.domain import zones
from simulator.program.model import Cap, CapWindow, Program, Reward
from tests.engine.oracle_facts import Facts
from tests.engine.oracle_records import PAID, Line

MINUTE_MS = 60_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Limits(Facts):
    """What has room for a line, and how much."""

    # Numbers.

    def same_key(self, one: Line, other: Line) -> bool:
        """Whether numbers count the two together: same reward, role and recipient."""
        if (one.reward.name, one.reward.to) != (other.reward.name, other.reward.to):
            return False
        if one.reward.to == "community":  # its recipient is a name, no reference
            return one.recipient == other.recipient
        return self.same(one.recipient, other.recipient)

    def number(self, line: Line) -> int:
        """Its number among the releases that still count; one that is just being released is the last."""
        return 1 + sum(
            other is not line
            and other.released is not None
            and other.state not in ("voided", "revoked", "forfeited")
            and self.same_key(other, line)
            for other in self.lines
        )

    def passes_number(self, line: Line) -> bool:
        """Whether fewer have passed than the numbers up to now allow."""
        allowed = sum(numbered(line.reward, m) for m in range(1, self.number(line) + 1))
        passed = (*PAID, "capped", "unfunded", "waiting")
        taken = sum(
            other is not line
            and other.released is not None
            and other.state in passed
            and self.same_key(other, line)
            for other in self.lines
        )
        return taken < allowed

    # Caps.

    def counted_by(self, cap: Cap, line: Line) -> list[Line]:
        """The lines that a cap counts as another one is released."""
        program = line.decision.program
        return [
            other
            for other in self.lines
            if other is not line
            and other.released is not None
            and counts(other, cap.returns, waiting=True)
            and self._same_owner(cap, other, line)
            and same_window(cap.window, other.due_at, line.due_at, program.timezone)
        ]

    def _same_owner(self, cap: Cap, other: Line, line: Line) -> bool:
        if cap.per == "program":
            return other.reward.name == line.reward.name
        if not self.same_key(other, line):
            return False
        if cap.per == "friend":
            return self.same(other.conversion["subject"], line.conversion["subject"])
        if cap.per == "code":
            mine, theirs = line.decision.attribution, other.decision.attribution
            assert mine is not None
            assert theirs is not None
            return mine.code == theirs.code
        return True

    def fits_cap(self, line: Line, cap: Cap) -> bool:
        """Whether a skipping cap has room for all of it."""
        used = self.counted_by(cap, line)
        if cap.count is not None and len(used) + 1 > cap.count:
            return False
        spent = sum(amount_counted(other, cap.returns) for other in used)
        return cap.value_minor is None or spent + line.value_minor <= cap.value_minor

    def room_in_cap(self, line: Line, cap: Cap) -> int:
        """What room a trimming cap has."""
        assert cap.value_minor is not None
        return cap.value_minor - sum(amount_counted(x, cap.returns) for x in self.counted_by(cap, line))

    def after_caps(self, line: Line) -> int | None:
        """What is left of a line within its caps; None where they leave nothing."""
        caps = line.reward.caps
        if not all(self.fits_cap(line, cap) for cap in caps if cap.over == "skip"):
            return None
        rooms = [self.room_in_cap(line, cap) for cap in caps if cap.over == "trim"]
        left = min([line.value_minor, *rooms])
        return left if left >= 1 else None

    # Budget: of the version in force now.

    def room_in_budget(self, at: int) -> int | None:
        """What the budget leaves at a moment; None for one without limit."""
        program = self.program
        if program.budget_minor is None:
            return None
        budget = program.budget
        window = CapWindow(budget.period)
        return program.budget_minor - sum(
            amount_counted(line, budget.returns)
            for line in self.lines
            if line.room_at is not None
            and counts(line, budget.returns, waiting=False)
            and same_window(window, line.room_at, at, program.timezone)
        )

    def after_budget(self, value: int, at: int) -> int | None:
        """What is left of a value within the budget; None where it leaves nothing."""
        room = self.room_in_budget(at)
        if room is None or value <= room:
            return value
        return room if self.program.budget.over == "trim" and room >= 1 else None

    def may_wait(self) -> bool:
        """Whether what the budget has no room for waits, by the version in force."""
        return self.program.budget_minor is not None and self.program.budget.short == "wait"


def counts(line: Line, returns: bool, waiting: bool) -> bool:
    """Whether a released line takes up room: what it holds, and what it held if nothing gives that back."""
    if line.state in PAID or (waiting and line.state == "waiting"):
        return True
    return not returns and line.state == "revoked"


def amount_counted(line: Line, returns: bool) -> int:
    if returns or line.granted_minor is None:
        return line.value_minor
    return line.granted_minor


def numbered(reward: Reward, number: int) -> bool:
    """Whether a number is on `every` and in `tier`."""
    if reward.every is not None and number % reward.every != 0:
        return False
    if reward.tier is None:
        return True
    first, last = reward.tier
    return first <= number and (last is None or number <= last)


# ---------------------------------------------------------------------- calendar


def _day(at: int, zone: str) -> date:
    """The date of a moment in a zone."""
    moment = EPOCH + timedelta(milliseconds=at)
    return moment.astimezone(UTC if zone == "UTC" else zones.zone(zone)).date()


def _first_day(kind: str, day: date) -> date:
    """The first date of the period that a date is in."""
    match kind:
        case "calendar-day":
            return day
        case "calendar-week":  # ISO weeks start on Monday
            return day - timedelta(days=day.weekday())
        case "calendar-month":
            return day.replace(day=1)
        case "calendar-year":
            return day.replace(month=1, day=1)
    raise AssertionError(kind)


@cache
def same_window(window: CapWindow, issued_at: int, due_at: int, zone: str = "UTC") -> bool:
    """Whether what was issued then counts in the window up to `due_at`."""
    if window.kind == "lifetime":
        return True
    if window.kind == "rolling":
        assert window.ms is not None
        return due_at - window.ms < issued_at <= due_at
    return _period(window.kind, issued_at, zone) == _period(window.kind, due_at, zone)


def _period(kind: str, at: int, zone: str) -> date:
    """The first date of the period that a moment is in: of those that have begun by then the last."""
    first = _first_day(kind, _day(at, zone))
    following = _following(kind, first)
    # Clocks put back over midnight show the day before once more, but the period has begun.
    return following if first_instant(following, zone) <= at else first


def _following(kind: str, first: date) -> date:
    """The first date of the period after the one that begins at a date."""
    day = first + timedelta(days=1)
    while _first_day(kind, day) == first:
        day += timedelta(days=1)
    return day


def next_period(program: Program, after: int) -> int | None:
    """When the budget's next period begins: after a moment, at the first instant of its first date."""
    kind = program.budget.period
    if program.budget_minor is None or kind == "lifetime":
        return None
    zone = program.timezone
    return first_instant(_following(kind, _period(kind, after, zone)), zone)


@cache
def first_instant(day: date, zone: str) -> int:
    """The first instant of a date in a zone: clocks change on whole minutes."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    start = (midnight - EPOCH) // timedelta(milliseconds=1)
    if zone == "UTC":
        return start
    # zones are at most 14 hours from UTC, and Samoa once left a day out
    for minute in range(-16 * 60, 40 * 60):
        at = start + minute * MINUTE_MS
        if _day(at, zone) >= day:
            return at
    raise AssertionError(f"{day} never begins in {zone}")
