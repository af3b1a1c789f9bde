"""Define what one transaction writes: the one type from the engine to the store, and a way to join several.

It is in the domain because the engine makes it and the store takes it, and neither knows the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import polars as pl

_Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class WriteSet:
    """The rows that a batch added or changed; frames have the columns of their tables (`events`: `db.read.log.SCHEMA`).

    `attributions`, `decisions` and `rewards` are as they stand at the end of the batch; `ended`, `settled` and
    `changes` update rows of earlier batches. Ids (`decision.id`, `reward.id`, `audit.seq`) count from 1 along the log.
    `rollup` to `leaders` are for the rollup tables (`db.write.rollups`): increments (`worst` is a maximum), and for
    `leaders` the places that changed, with neither person nor community if a place has become vacant.
    `quarantine`, `versions`, `commands` and `measurements` (of `meter`) are rows of their tables, `faults` and
    `reconciliations` new or changed ones; `clock` and `settings` are values to set.
    """

    persons: pl.DataFrame = field(default_factory=pl.DataFrame)
    events: pl.DataFrame = field(default_factory=pl.DataFrame)
    merges: pl.DataFrame = field(default_factory=pl.DataFrame)
    attributions: pl.DataFrame = field(default_factory=pl.DataFrame)
    ended: pl.DataFrame = field(default_factory=pl.DataFrame)
    decisions: pl.DataFrame = field(default_factory=pl.DataFrame)
    settled: pl.DataFrame = field(default_factory=pl.DataFrame)
    rewards: pl.DataFrame = field(default_factory=pl.DataFrame)
    changes: pl.DataFrame = field(default_factory=pl.DataFrame)
    audit: pl.DataFrame = field(default_factory=pl.DataFrame)
    rollup: pl.DataFrame = field(default_factory=pl.DataFrame)
    breakdown: pl.DataFrame = field(default_factory=pl.DataFrame)
    due: pl.DataFrame = field(default_factory=pl.DataFrame)
    lateness: pl.DataFrame = field(default_factory=pl.DataFrame)
    leaders: pl.DataFrame = field(default_factory=pl.DataFrame)
    quarantine: pl.DataFrame = field(default_factory=pl.DataFrame)
    versions: _Rows = ()
    commands: _Rows = ()
    faults: _Rows = ()
    reconciliations: _Rows = ()
    measurements: _Rows = ()
    clock: Mapping[str, int | float | str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def joined(cls, parts: Sequence[WriteSet]) -> WriteSet:
        """Join several into one: rows in order, and the last values of clock and settings."""
        if len(parts) == 1:
            return parts[0]
        values: dict[str, Any] = {}
        for one in fields(cls):
            held = [getattr(part, one.name) for part in parts]
            if isinstance(held[0], pl.DataFrame):
                frames = [frame for frame in held if frame.height]
                values[one.name] = pl.concat(frames) if frames else held[0]
            elif isinstance(held[0], Mapping):
                values[one.name] = {name: value for pairs in held for name, value in pairs.items()}
            else:
                values[one.name] = [row for rows in held for row in rows]
        return cls(**values)

    def with_sums(self, rollup: pl.DataFrame, breakdown: pl.DataFrame) -> WriteSet:
        """Return a copy with these increments of the rollup and the breakdown added."""
        return replace(
            self,
            rollup=_one_after_the_other(self.rollup, rollup),
            breakdown=_one_after_the_other(self.breakdown, breakdown),
        )


def _one_after_the_other(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return rows of both; `concat` hands few rows to another thread, which costs more than all that follows."""
    return before if not after.height else after if not before.height else before.vstack(after)
