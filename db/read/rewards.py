"""Read the Rewards screen: rewards by name and state, what falls due, and how long the budget will last."""

from __future__ import annotations

import sqlite3
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import get_args

from db.read.moment import audit_at
from db.read.pending import pending
from db.read.sums import Pair, PastSums, Sums, begun_at
from simulator.domain.calendars import Period, next_period_start, period_start
from simulator.domain.definitions import DEFINITIONS
from simulator.domain.pending import Pending
from simulator.domain.spans import DAY_MS, HOUR_MS
from simulator.domain.toml_text import read_toml
from simulator.domain.vocabulary import AuditKind, RewardState, values
from simulator.domain.zones import UTC_NAME

STATES = values(RewardState)
SPENT = DEFINITIONS["spent"].over.values
"""The metrics of what a budget counts."""
RATE_DAYS = 28  # the rate of spending is over the last four weeks, so that each weekday counts equally


@dataclass(frozen=True, slots=True)
class RewardRow:
    """A reward of the program: the number of its lines in each state, and their money (minor units)."""

    name: str
    states: tuple[Pair, ...]
    """In the order of STATES."""
    pending: Pending
    """The pending lines by expected state."""

    def state(self, name: str) -> Pair:
        """Return the number and money of lines in one state."""
        return self.states[STATES.index(name)]


@dataclass(frozen=True, slots=True)
class DueRow:
    """What falls due on a day (milliseconds UTC at its start): pending lines of one reward, and their money.

    `expected` is the state that they get if nothing else happens.
    """

    day_ms: int
    reward: str
    expected: str
    count: int
    value_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What is spent of the budget, and when it runs out; money in minor units, times in milliseconds UTC.

    `spent` is what the budget counts: everything issued or offered, and with `returns = false` also what was clawed
    back, which is `clawed` (else 0); `offered` is the part that nobody has chosen yet. `a_day` is what was spent a day
    over the last RATE_DAYS days, or since the start. `runs_out_at` is when the budget runs out at that rate; None
    without a budget or without spending, or if its next period begins before. `pending` is what would be issued on top
    if nothing else happened. `now` is the time that the figures are of, and `ends_at` the program's end, None if it has
    none.

    If the budget is for each `period`, `spent`, `clawed` and `offered` are of the one that ends at `until`: what was
    issued or offered in it, less what was clawed back in it. They are added up from whole hours: if one begins within
    an hour, and rewards changed both before and after that in this hour, they are `counted_from` the beginning of that
    hour. `ever` is what was spent altogether. `waits` is whether what does not fit waits.
    """

    total: int | None
    spent: int
    pending: int
    a_day: float
    runs_out_at: int | None
    now: int = 0
    ends_at: int | None = None
    clawed: int = 0
    offered: int = 0
    period: Period = "lifetime"
    until: int | None = None
    counted_from: int | None = None
    ever: int = 0
    waits: bool = False

    @property
    def left(self) -> int | None:
        """What may still be issued; None without a budget."""
        return None if self.total is None else max(0, self.total - self.spent)

    @property
    def left_at_end(self) -> int | None:
        """What is left at the end of the program or period, at this rate; None if it runs out before, or has no end."""
        ends = [at for at in (self.ends_at, self.until) if at is not None]
        if self.left is None or not ends:
            return None
        left = self.left - round(self.a_day * max(0, min(ends) - self.now) / DAY_MS)
        return left if left > 0 else None


def by_reward(sums: Sums) -> tuple[RewardRow, ...]:
    """Return a row for each reward that has a line, in alphabetical order."""
    metrics = [f"reward.{state}" for state in STATES]
    return tuple(
        RewardRow(name, tuple(sums.part(metric, name) for metric in metrics), pending(sums, name))
        for name in sums.names(*metrics)
    )


def falling_due(db: sqlite3.Connection, days: int = 400) -> tuple[DueRow, ...]:
    """Read the calendar of what is pending now, for the first `days` days on which anything falls due."""
    rows = db.execute(
        "SELECT day, reward, expected, count, value FROM due WHERE day <= "
        "(SELECT MAX(day) FROM (SELECT DISTINCT day FROM due ORDER BY day LIMIT ?)) ORDER BY day, reward, expected",
        (days,),
    )
    return tuple(DueRow(day * DAY_MS, *row) for day, *row in rows)


def budget(db: sqlite3.Connection, past: PastSums, sums: Sums, at_ms: int) -> Budget:
    """Compute the budget's figures from the sums as of `at_ms`; the total is that of the version then in force."""
    found = db.execute(
        "SELECT budget_minor, text FROM program_version WHERE version = (SELECT MAX(v.version) FROM program_version v "
        "LEFT JOIN event e ON e.seq = v.from_seq WHERE v.from_seq = 0 OR e.received_at <= ?)",
        (at_ms,),
    ).fetchone()
    total, text = found or (None, "")
    metrics = SPENT if _key(text, "budget", "returns") is not False else (*SPENT, "reward.revoked")
    begun = begun_at(db)
    start = max(at_ms - RATE_DAYS * DAY_MS, at_ms if begun is None else begun)
    days = (at_ms - start) / DAY_MS
    ever = _sum(sums, metrics)
    a_day = (ever - _sum(past.at(db, start), metrics)) / days if days > 0 else 0.0
    period, timezone = _period(text)
    until = None if period == "lifetime" else next_period_start(at_ms, period, timezone)
    before, counted_from = Sums({}, {}), None
    if until is not None:
        before, counted_from = _before_period(db, past, period_start(at_ms, period, timezone))
    spent = ever - _sum(before, metrics)
    runs_out = None
    if total is not None and a_day > 0:
        runs_out = at_ms + int(max(0, total - spent) / a_day * DAY_MS)
    if runs_out is not None and until is not None and runs_out >= until:
        runs_out = None  # it begins anew before
    return Budget(
        total=total,
        spent=max(0, spent),
        pending=pending(sums).minor,
        a_day=a_day,
        runs_out_at=runs_out,
        now=at_ms,
        ends_at=program_end(text),
        clawed=spent - (_sum(sums, SPENT) - _sum(before, SPENT)),
        offered=max(0, sums.value("reward.offered") - before.value("reward.offered")),
        period=period,
        until=until,
        counted_from=counted_from,
        ever=ever,
        waits=_key(text, "budget", "short") == "wait",
    )


def _before_period(db: sqlite3.Connection, past: PastSums, begins: int) -> tuple[Sums, int | None]:
    """Return the sums at the beginning of a period, or of its hour, and then that moment (milliseconds UTC)."""
    hour = begins - begins % HOUR_MS
    if hour == begins or not _changed(db, hour, begins):
        return past.at(db, hour), None
    if not _changed(db, begins, hour + HOUR_MS):
        return past.at(db, hour + HOUR_MS), None
    return past.at(db, hour), hour


def _changed(db: sqlite3.Connection, since: int, before: int) -> bool:
    """Return whether any reward changed but by becoming pending, from a moment on and before another."""
    kinds = [*(state for state in STATES if state != RewardState.PENDING), str(AuditKind.REDUCED)]
    found = db.execute(
        f"SELECT 1 FROM audit WHERE seq > ? AND seq <= ? AND kind IN ({', '.join('?' * len(kinds))}) LIMIT 1",
        (audit_at(db, since), audit_at(db, before), *kinds),
    )
    return found.fetchone() is not None


def program_end(text: str) -> int | None:
    """Return when the program with this text ends (milliseconds UTC); None if it has no end or can't be read."""
    ends = _key(text, "program", "ends")
    if not isinstance(ends, datetime) or ends.tzinfo is None:
        return None
    return (ends - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _period(text: str) -> tuple[Period, str]:
    """Return the period of the budget in a program's text, and the time zone of its days."""
    period, timezone = _key(text, "budget", "period"), _key(text, "program", "timezone")
    zoned = timezone if isinstance(timezone, str) else UTC_NAME
    return next((one for one in get_args(Period) if one == period), "lifetime"), zoned


@lru_cache(maxsize=8)
def _key(text: str, table: str, name: str) -> object:
    """Return a key of a program's text; None if it has none or can't be read."""
    try:
        found: object = read_toml(text).get(table, {}).get(name)
    except (tomllib.TOMLDecodeError, TypeError, AttributeError):
        return None
    return found


def _sum(sums: Sums, metrics: tuple[str, ...]) -> int:
    return sum(sums.value(metric) for metric in metrics)
