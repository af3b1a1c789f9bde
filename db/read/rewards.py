"""What the Rewards screen reads: rewards by name and state, what falls due, and how long the budget will last."""

from __future__ import annotations

import sqlite3
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from db.read.pending import Pending, pending
from db.read.sums import Pair, Past, Sums, begun_at
from simulator.domain.spans import DAY_MS
from simulator.domain.vocabulary import RewardState, values

STATES = values(RewardState)
RATE_DAYS = 28  # the rate of spending is of the last four weeks: four of each day of the week


@dataclass(frozen=True, slots=True)
class RewardRow:
    """One reward of the program, by name: how many lines stand in each state, and their money (minor units)."""

    name: str
    states: tuple[Pair, ...]
    """In the order of STATES."""
    pending: Pending
    """Of the pending ones, what they are expected to become."""

    def state(self, name: str) -> Pair:
        """How many, and how much, in one state."""
        return self.states[STATES.index(name)]


@dataclass(frozen=True, slots=True)
class DueRow:
    """What falls due on a day (milliseconds UTC at its start): pending lines of one reward, and their money.

    `expected` is what they become if nothing else happens.
    """

    day_ms: int
    reward: str
    expected: str
    count: int
    value_minor: int


@dataclass(frozen=True, slots=True)
class Budget:
    """What is spent, and when nothing will be left; money in minor units, moments in milliseconds UTC.

    `spent` is everything issued (clawed back too: it gives no room back), `a_day` what was issued in the last
    RATE_DAYS days, or since the start, by the day. At that rate `runs_out_at` comes; null without a budget or
    without spending. `pending` is what would be issued on top if nothing else happened. `now` is the moment that the
    figures are of, and `ends_at` the program's end, null where it has none. `clawed` was clawed back of `spent`.
    """

    total: int | None
    spent: int
    pending: int
    a_day: float
    runs_out_at: int | None
    now: int = 0
    ends_at: int | None = None
    clawed: int = 0

    @property
    def left(self) -> int | None:
        """What may still be issued; null without a budget."""
        return None if self.total is None else max(0, self.total - self.spent)

    @property
    def left_at_end(self) -> int | None:
        """What is left as the program ends, at this rate; null where it ends never, or the budget runs out before."""
        if self.left is None or self.ends_at is None:
            return None
        left = self.left - round(self.a_day * max(0, self.ends_at - self.now) / DAY_MS)
        return left if left > 0 else None


def by_reward(sums: Sums) -> tuple[RewardRow, ...]:
    """Make a row of each reward that has a line, in the order of the alphabet."""
    metrics = [f"reward.{state}" for state in STATES]
    return tuple(
        RewardRow(name, tuple(sums.part(metric, name) for metric in metrics), pending(sums, name))
        for name in sums.names(*metrics)
    )


def falling_due(db: sqlite3.Connection, days: int = 400) -> tuple[DueRow, ...]:
    """Read the calendar of what is pending now, the first `days` days that have something."""
    rows = db.execute(
        "SELECT day, reward, expected, count, value FROM due WHERE day <= "
        "(SELECT MAX(day) FROM (SELECT DISTINCT day FROM due ORDER BY day LIMIT ?)) ORDER BY day, reward, expected",
        (days,),
    )
    return tuple(DueRow(day * DAY_MS, *row) for day, *row in rows)


def budget(db: sqlite3.Connection, past: Past, sums: Sums, at_ms: int) -> Budget:
    """Make the budget's figures from the sums as of `at_ms`; the total is that of the version then in force."""
    found = db.execute(
        "SELECT budget_minor, text FROM program_version WHERE version = (SELECT MAX(v.version) FROM program_version v "
        "LEFT JOIN event e ON e.seq = v.from_seq WHERE v.from_seq = 0 OR e.received_at <= ?)",
        (at_ms,),
    ).fetchone()
    total, ends_at = (found[0], program_end(found[1])) if found else (None, None)
    begun = begun_at(db)
    start = max(at_ms - RATE_DAYS * DAY_MS, at_ms if begun is None else begun)
    days = (at_ms - start) / DAY_MS
    spent = _spent(sums)
    a_day = (spent - _spent(past.at(db, start))) / days if days > 0 else 0.0
    runs_out = None
    if total is not None and a_day > 0:
        runs_out = at_ms + int(max(0, total - spent) / a_day * DAY_MS)
    clawed = sums.value("reward.revoked")
    return Budget(total, spent, pending(sums).minor, a_day, runs_out, at_ms, ends_at, clawed)


@lru_cache(maxsize=4)
def program_end(text: str) -> int | None:
    """Return when the program with this text ends (milliseconds UTC), null where it has no end, or can't be read."""
    try:
        ends = tomllib.loads(text).get("program", {}).get("ends")
    except (tomllib.TOMLDecodeError, AttributeError):
        return None
    if not isinstance(ends, datetime) or ends.tzinfo is None:
        return None
    return (ends - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _spent(sums: Sums) -> int:
    return sums.value("reward.issued") + sums.value("reward.revoked")
