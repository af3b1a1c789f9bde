"""Stage 5: rollups by hour of the platform's clock, so that no screen ever has to count rows.

`count` and `value` are signed: a reward that is issued leaves `reward.pending` and enters `reward.issued`, so the
sum over all hours tells how many rows stand in each state.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from simulator.engine.arrays import Array, Ints
from simulator.engine.ledger import HOUR_MS, STATES
from simulator.engine.outcome import EMPTY, SCHEMAS
from simulator.engine.rules import OUTCOMES
from simulator.events.contract import EVENT_TYPES

STAGES = ("visited", "claimed", "eligible", "converted", "qualified", "rewarded")
"""Stages of a friend's journey, a later one implying the earlier; the level of a friend counts them from 1."""

METRICS = (
    *(f"event.{name}" for name in EVENT_TYPES),
    *(f"stage.{name}" for name in STAGES),
    "attribution.link",
    "attribution.code",
    *(f"decision.{name}" for name in OUTCOMES),
    *(f"reward.{name}" for name in STATES),
    "referrer.linked",
    "referrer.sharing",
    "time_to_reward",
)
_DENSE = 4_000_000  # hours x metrics up to which counting goes by place; over more hours the keys are sorted
METRIC = {name: code for code, name in enumerate(METRICS)}


@dataclass
class Tally:
    """Collects a batch's increments."""

    _parts: list[tuple[Array, Array, Array, Array]] = field(default_factory=list)

    def add(self, metric: Array | int, at: Array, count: Array | int = 1, value: Array | int = 0) -> None:
        """Count rows at their times (milliseconds); `metric` is a code of METRIC, for all or by row."""
        if not len(at):
            return
        size = len(at)
        self._parts.append(
            (
                np.broadcast_to(np.asarray(metric, np.int64), size),
                at // HOUR_MS,
                np.broadcast_to(np.asarray(count, np.int64), size),
                np.broadcast_to(np.asarray(value, np.int64), size),
            )
        )

    def frame(self) -> pl.DataFrame:
        """One row for each hour and metric that something moved, in that order."""
        if not self._parts:
            return EMPTY["rollup"]
        metric, hour, count, value = (np.concatenate(column) for column in zip(*self._parts, strict=True))
        first = int(hour.min())
        keys = (hour - first) * len(METRICS) + metric
        if int(keys.max()) > _DENSE:
            kept, keys = np.unique(keys, return_inverse=True)
        else:
            kept = np.flatnonzero(np.bincount(keys))
            places = np.zeros(int(kept[-1]) + 1, np.int64)
            places[kept] = np.arange(len(kept))
            keys = places[keys]
        counts, values = np.zeros(len(kept), np.int64), np.zeros(len(kept), np.int64)
        np.add.at(counts, keys, count)
        np.add.at(values, keys, value)
        return pl.DataFrame(
            {
                "hour": kept // len(METRICS) + first,
                "metric": [METRICS[code] for code in (kept % len(METRICS)).tolist()],
                "count": counts,
                "value": values,
            },
            schema=SCHEMAS["rollup"],
        )


def raise_stages(held: Array, tally: Tally, moves: list[tuple[Ints, int, Ints]]) -> None:
    """Count friends who reach a stage for the first time, each at the earliest move that implies it.

    `held` are the levels of all people, raised here; `moves` are (friends, level from 1, times in milliseconds).
    """
    friends = np.concatenate([move[0] for move in moves])
    if not len(friends):
        return
    levels = np.concatenate([np.full(len(move[0]), move[1]) for move in moves])
    times = np.concatenate([move[2] for move in moves])
    rising = levels > held[friends]
    friends, levels, times = friends[rising], levels[rising], times[rising]
    if not len(friends):
        return
    order = np.lexsort((times, friends))
    friends, levels, times = friends[order], levels[order], times[order]
    for level in range(1, len(STAGES) + 1):
        reached = (levels >= level) & (held[friends] < level)
        first = np.r_[True, np.diff(friends[reached]) != 0] if reached.any() else np.zeros(0, bool)
        tally.add(METRIC[f"stage.{STAGES[level - 1]}"], times[reached][first])
    np.maximum.at(held, friends, levels.astype(held.dtype))
