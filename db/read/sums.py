"""Sums as they stand now, or stood at the end of an hour: what every figure of the screens is made from.

Bounded whatever the length of the log: of the past, whole weeks are added up once and kept, and the hours since are
read each time (some 10,000 rows at most). Standard library only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.domain.definitions import Rollup
from simulator.domain.spans import HOUR_MS

WEEK_HOURS = 168

Pair = tuple[int, int]
Parts = Mapping[str, Mapping[str, Pair]]
"""By metric and part: how many, and how much."""

_Key = tuple[str, ...]
_Held = dict[_Key, Pair]


@dataclass(frozen=True, slots=True)
class Sums:
    """Everything that is summed up: by metric, and by metric and part (see `docs/house.md` for the metrics)."""

    totals: Rollup
    parts: Parts

    def count(self, metric: str) -> int:
        """How many."""
        return self.totals.get(metric, (0, 0))[0]

    def value(self, metric: str) -> int:
        """How much: minor units or milliseconds."""
        return self.totals.get(metric, (0, 0))[1]

    def part(self, metric: str, part: str) -> Pair:
        """How many and how much of one part."""
        return self.parts.get(metric, {}).get(part, (0, 0))

    def names(self, *metrics: str) -> tuple[str, ...]:
        """The parts that any of these metrics has, in the order of the alphabet."""
        return tuple(sorted({part for metric in metrics for part in self.parts.get(metric, ())}))


def now(db: sqlite3.Connection) -> Sums:
    """The sums as they stand."""
    totals = {metric: (n, v) for metric, n, v in db.execute("SELECT metric, count, value FROM total")}
    rows = db.execute("SELECT metric, part, count, value FROM breakdown")
    return Sums(totals, _by_metric(((metric, part), (n, v)) for metric, part, n, v in rows))


def begun_at(db: sqlite3.Connection) -> int | None:
    """When the first hour that has something began, milliseconds UTC; null where nothing has."""
    (hour,) = db.execute("SELECT MIN(hour) FROM hour").fetchone()
    return None if hour is None else hour * HOUR_MS


def received_upto(db: sqlite3.Connection, at_ms: int) -> tuple[int, int]:
    """Count the messages accepted, and those that went to quarantine, in all hours that had ended by a moment."""
    hour = at_ms // HOUR_MS
    week = hour // WEEK_HOURS
    kinds = ("receipt.accepted", "receipt.conflict", "receipt.malformed")
    found = dict.fromkeys(kinds, 0)
    for table, where, values in (
        ("week", "week < ?", (week,)),
        ("hour", "hour >= ? AND hour < ?", (week * WEEK_HOURS, hour)),
    ):
        sql = f"SELECT metric, SUM(count) FROM {table} WHERE {where} AND metric IN (?, ?, ?) GROUP BY metric"
        for metric, count in db.execute(sql, (*values, *kinds)):
            found[metric] += count
    accepted, *refused = found.values()
    return accepted, sum(refused)


@dataclass
class Past:
    """Looks back in one database. Keep it from look to look; for another file make another."""

    _weeks: dict[str, dict[int, _Held]] = field(default_factory=dict)

    def at(self, db: sqlite3.Connection, at_ms: int) -> Sums:
        """The sums of all hours that had ended by a moment (milliseconds UTC).

        What is counted by the day only (events by source, what was refused) is of the days that had ended.
        """
        hour = at_ms // HOUR_MS
        totals = self._upto(db, "hour", "week", ("metric",), hour)
        parts = self._upto(db, "breakdown_hour", "breakdown_week", ("metric", "part"), hour)
        return Sums({metric: pair for (metric,), pair in totals.items()}, _by_metric(parts.items()))

    def _upto(self, db: sqlite3.Connection, hours: str, weeks: str, keys: _Key, hour: int) -> _Held:
        """Add up all hours before `hour`: the weeks before its own, and the hours of its own."""
        week = hour // WEEK_HOURS
        sums = dict(self._before(db, weeks, keys, week))
        sql = f"SELECT {', '.join(keys)}, SUM(count), SUM(value) FROM {hours} WHERE hour >= ? AND hour < ? GROUP BY"
        _add(sums, db.execute(f"{sql} {', '.join(keys)}", (week * WEEK_HOURS, hour)))
        return {key: pair for key, pair in sums.items() if pair != (0, 0)}

    def _before(self, db: sqlite3.Connection, table: str, keys: _Key, week: int) -> _Held:
        """Add up all weeks before `week`; what is complete is remembered."""
        known = self._weeks.setdefault(table, {})
        if week in known:
            return known[week]
        # nothing is ever booked before the newest hour, so only that one's week can still change
        (newest,) = db.execute("SELECT MAX(hour) FROM hour").fetchone()
        final = 0 if newest is None else newest // WEEK_HOURS
        start = max((one for one in known if one < week), default=None)
        sums = {} if start is None else dict(known[start])
        rows = db.execute(
            f"SELECT week, {', '.join(keys)}, count, value FROM {table} WHERE week >= ? AND week < ? ORDER BY week",
            (-(2**62) if start is None else start, week),
        )
        for number, *row in rows:
            if number <= final and number not in known:
                known[number] = dict(sums)  # all weeks before this one
            _add(sums, [row])
        if week <= final:
            known[week] = dict(sums)
        return sums


def _add(sums: _Held, rows: Iterable[Sequence[Any]]) -> None:
    """Add rows of keys, count and value."""
    for row in rows:
        *key, count, value = row
        held = sums.get(tuple(key), (0, 0))
        sums[tuple(key)] = (held[0] + count, held[1] + value)


def _by_metric(pairs: Iterable[tuple[_Key, Pair]]) -> Parts:
    parts: dict[str, dict[str, Pair]] = {}
    for (metric, part), pair in pairs:
        parts.setdefault(metric, {})[part] = pair
    return parts
