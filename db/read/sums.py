"""Read the sums that every figure on the screens is made from, now or as of the end of an hour.

The cost is bounded, however long the log is: of the past, whole weeks are added up once and cached, and the hours since
then are read each time (some 10,000 rows at most). Standard library only.
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
"""By metric and part: a count, and a value in minor units or milliseconds."""

_Key = tuple[str, ...]
_Held = dict[_Key, Pair]


@dataclass(frozen=True, slots=True)
class Sums:
    """All sums by metric, and by metric and part (`docs/house.md` lists the metrics)."""

    totals: Rollup
    parts: Parts

    def count(self, metric: str) -> int:
        """Return the count of a metric."""
        return self.totals.get(metric, (0, 0))[0]

    def value(self, metric: str) -> int:
        """Return the value of a metric, in minor units or milliseconds."""
        return self.totals.get(metric, (0, 0))[1]

    def part(self, metric: str, part: str) -> Pair:
        """Return the count and value of one part of a metric."""
        return self.parts.get(metric, {}).get(part, (0, 0))

    def names(self, *metrics: str) -> tuple[str, ...]:
        """Return the parts that any of these metrics has, in alphabetical order."""
        return tuple(sorted({part for metric in metrics for part in self.parts.get(metric, ())}))


def now(db: sqlite3.Connection) -> Sums:
    """Read the current sums."""
    totals = {metric: (n, v) for metric, n, v in db.execute("SELECT metric, count, value FROM total")}
    rows = db.execute("SELECT metric, part, count, value FROM breakdown")
    return Sums(totals, _by_metric(((metric, part), (n, v)) for metric, part, n, v in rows))


def begun_at(db: sqlite3.Connection) -> int | None:
    """Return the start of the first hour with any data, milliseconds UTC; None if there is none."""
    (hour,) = db.execute("SELECT MIN(hour) FROM hour").fetchone()
    return None if hour is None else hour * HOUR_MS


def received_upto(db: sqlite3.Connection, at_ms: int) -> tuple[int, int]:
    """Count the messages accepted and those quarantined in all hours that ended by `at_ms` (milliseconds UTC)."""
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
class PastSums:
    """The sums of past hours of one database, with a cache kept from look to look; make a new one for another file."""

    _weeks: dict[str, dict[int, _Held]] = field(default_factory=dict)

    def at(self, db: sqlite3.Connection, at_ms: int) -> Sums:
        """Return the sums of all hours that ended by a moment (milliseconds UTC).

        What is counted by day only (events by source, refusals) is of the days that ended by then.
        """
        hour = at_ms // HOUR_MS
        totals = self._upto(db, "hour", "week", ("metric",), hour)
        parts = self._upto(db, "breakdown_hour", "breakdown_week", ("metric", "part"), hour)
        return Sums({metric: pair for (metric,), pair in totals.items()}, _by_metric(parts.items()))

    def _upto(self, db: sqlite3.Connection, hours: str, weeks: str, keys: _Key, hour: int) -> _Held:
        """Add up all hours before `hour`: the weeks before its own, and the earlier hours of its own."""
        week = hour // WEEK_HOURS
        sums = dict(self._before(db, weeks, keys, week))
        sql = f"SELECT {', '.join(keys)}, SUM(count), SUM(value) FROM {hours} WHERE hour >= ? AND hour < ? GROUP BY"
        _add(sums, db.execute(f"{sql} {', '.join(keys)}", (week * WEEK_HOURS, hour)))
        return {key: pair for key, pair in sums.items() if pair != (0, 0)}

    def _before(self, db: sqlite3.Connection, table: str, keys: _Key, week: int) -> _Held:
        """Add up all weeks before `week`; complete weeks are cached."""
        known = self._weeks.setdefault(table, {})
        if week in known:
            return known[week]
        # nothing is ever counted in an hour before the newest, so only the newest week can still change
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
