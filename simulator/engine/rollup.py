"""Stage 5: sum up metrics by hour of the platform's clock, so that no screen ever has to count rows.

`count` and `value` are signed: a reward that is issued leaves `reward.pending` and enters `reward.issued`, so the sum
over all hours is the number of rows in each state. A breakdown splits a metric into parts. Parts that nobody queries by
the hour are booked in the last hour of their day (`by_day`), which keeps the rows few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from simulator.domain.spans import DAY_MS, HOUR_MS
from simulator.domain.vocabulary import Stage, values
from simulator.engine.arrays import Array, Ints, grouped
from simulator.engine.frames import EMPTY, FEW_ROWS, Column, frame_of
from simulator.engine.rules import OUTCOMES
from simulator.engine.terms import NOT_ISSUED, STATES
from simulator.events.contract import EVENT_TYPES

STAGES = tuple(name for name in values(Stage) if name != Stage.REACHED)
"""Stages of a friend's journey, each implying the earlier ones; a friend's level counts them from 1."""

METRICS = (
    *(f"event.{name}" for name in EVENT_TYPES),
    *(f"stage.{name}" for name in STAGES),
    "attribution.link",
    "attribution.code",
    *(f"decision.{name}" for name in OUTCOMES),
    *(f"reward.{name}" for name in STATES),
    *(f"pending.{name}" for name in NOT_ISSUED),
    "late_reversal.clawed",
    "late_reversal.lost",
    "referrer.linked",
    "referrer.sharing",
    "time_to_reward",
)
METRIC = {name: code for code, name in enumerate(METRICS)}


@dataclass
class _Sums:
    """Increments by integer code and unit of time (milliseconds)."""

    unit: int = HOUR_MS
    _parts: list[tuple[Array, Array, Array, Array]] = field(default_factory=list)

    def add(self, code: Array | int, at: Array, count: Array | int = 1, value: Array | int = 0) -> None:
        """Add rows at their times (milliseconds UTC); each argument is one number for all or an array by row."""
        if not len(at):
            return
        size = len(at)
        self._parts.append(
            (
                _column(code, size),
                at // self.unit,
                _column(count, size),
                _column(value, size),
            )
        )

    def _summed(self, codes: int) -> tuple[Ints, Ints, Ints, Ints]:
        """Sum the increments by unit of time and code (below `codes`).

        Returns the units, codes, counts and values of each pair that occurs.
        """
        code, at, count, value = (np.concatenate(column) for column in zip(*self._parts, strict=True))
        if len(code) <= FEW_ROWS:
            return _summed_one_by_one(code, at, count, value)
        first = int(at.min())
        kept, places = grouped((at - first) * codes + code)
        counts, values = np.zeros(len(kept), np.int64), np.zeros(len(kept), np.int64)
        np.add.at(counts, places, count)
        np.add.at(values, places, value)
        units, rest = np.divmod(kept, codes)
        return units + first, rest, counts, values


def _summed_one_by_one(code: Ints, at: Ints, count: Ints, value: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Sum a few increments as `_summed` does."""
    sums: dict[tuple[int, int], tuple[int, int]] = {}
    for unit, one, more, worth in zip(
        at.tolist(), code.tolist(), count.tolist(), value.tolist(), strict=True
    ):
        before = sums.get((unit, one), (0, 0))
        sums[unit, one] = before[0] + more, before[1] + worth
    rows = np.array([(*key, *sums[key]) for key in sorted(sums)], np.int64)
    units, codes, counts, values = rows.T
    return units, codes, counts, values


@dataclass
class MetricSums(_Sums):
    """Collect a batch's increments of metrics; a code is one of METRIC."""

    markets: Ints | None = None
    """The market of each person, by id, if several markets are judged together; their sums are separate."""

    def add_of(
        self, people: Array, code: Array | int, at: Array, count: Array | int = 1, value: Array | int = 0
    ) -> None:
        """Add rows as `add` does, which concern these people (by id)."""
        if self.markets is None:
            self.add(code, at, count, value)
        elif len(at):
            self.add_in(self.markets[people], code, at, count, value)

    def add_in(
        self,
        markets: Array | None,
        code: Array | int,
        at: Array,
        count: Array | int = 1,
        value: Array | int = 0,
    ) -> None:
        """Add rows as `add` does, in these markets; None if there is only one."""
        self.add(code if markets is None else code + markets * len(METRICS), at, count, value)

    def frame(self) -> pl.DataFrame:
        """Return a row for each hour and metric with an increment, in that order, and for each of several markets."""
        if not self._parts:
            return EMPTY["rollup"]
        markets = 1 if self.markets is None else int(self.markets.max()) + 1
        hour, codes, count, value = self._summed(len(METRICS) * markets)
        metric = _named(METRICS, codes % len(METRICS))
        columns: dict[str, Column] = {"hour": hour, "metric": metric, "count": count, "value": value}
        found = frame_of("rollup", columns)
        if self.markets is None:
            return found
        return found.with_columns(market=pl.Series(codes // len(METRICS)))


@dataclass
class Breakdown(_Sums):
    """Collect a batch's increments of metrics by part."""

    _names: dict[tuple[str, str], int] = field(default_factory=dict)

    def code(self, metric: str, part: str) -> int:
        """Return the code of a part, valid for this batch."""
        return self._names.setdefault((metric, part), len(self._names))

    def codes(self, metric: str, parts: Sequence[str]) -> Ints:
        """Return the codes of several parts of one metric."""
        return np.array([self.code(metric, part) for part in parts], np.int64)

    def frame(self) -> pl.DataFrame:
        """Return one row for each hour, metric and part with an increment."""
        if not self._parts:
            return EMPTY["breakdown"]
        hour, codes, count, value = self._summed(len(self._names))
        metrics, parts = zip(*self._names, strict=True)
        return frame_of(
            "breakdown",
            {
                "hour": hour,
                "metric": _named(metrics, codes),
                "part": _named(parts, codes),
                "count": count,
                "value": value,
            },
        )


@dataclass
class Calendar(_Sums):
    """Collect rewards due by day, reward and expected state; see `code` for the codes."""

    unit: int = DAY_MS

    @staticmethod
    def code(reward: Array, expected: Array | int) -> Ints:
        """Return the codes of rewards, given their ids and expected states."""
        return np.asarray(reward * len(STATES) + expected, np.int64)

    def frame(self, names: list[str]) -> pl.DataFrame:
        """Return one row for each day, reward (`names` by id) and expected state with an increment."""
        if not self._parts:
            return EMPTY["due"]
        day, codes, count, value = self._summed(len(names) * len(STATES))
        columns: dict[str, Column] = {
            "day": day,
            "reward": _named(names, codes // len(STATES)),
            "expected": _named(STATES, codes % len(STATES)),
            "count": count,
            "value": value,
        }
        return frame_of("due", columns)


def _column(values: Array | int, size: int) -> Ints:
    """Return one number for all rows, or an array by row, as a column: quicker than `np.broadcast_to`."""
    return np.asarray(values, np.int64) if isinstance(values, np.ndarray) else np.full(size, values, np.int64)


def _named(names: Sequence[str], codes: Ints) -> list[str]:
    """Return the name of each code."""
    return [names[code] for code in codes.tolist()]


def by_day(at: Ints) -> Ints:
    """Return the last moment of each time's day; both are in milliseconds UTC."""
    return at - at % DAY_MS + (DAY_MS - 1)
