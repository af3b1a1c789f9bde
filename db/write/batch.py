"""The rows that one transaction writes, and a way to join several batches into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

import polars as pl

from db.sqlite.rows import Row


@dataclass(frozen=True)
class Batch:
    """The rows that a batch added or changed; frames have the columns of their tables (`events`: `db.read.log.SCHEMA`).

    `settled` and `changes` update rows of earlier batches; `rollup` to `leaders` are for the rollup tables
    (`db.write.rollups`): increments, and for `leaders` the places that changed; `quarantine`, `versions`, `commands`
    and `measurements` (of `meter`) are rows of their tables, `faults` and `reconciliations` new or changed ones;
    `clock` and `settings` are values to set.
    """

    persons: pl.DataFrame = field(default_factory=pl.DataFrame)
    events: pl.DataFrame = field(default_factory=pl.DataFrame)
    attributions: pl.DataFrame = field(default_factory=pl.DataFrame)
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
    versions: Sequence[Row] = ()
    commands: Sequence[Row] = ()
    faults: Sequence[Row] = ()
    reconciliations: Sequence[Row] = ()
    measurements: Sequence[Row] = ()
    clock: Mapping[str, int | float | str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def joined(cls, batches: Sequence[Batch]) -> Batch:
        """Join batches into one: rows in order, and the last values of clock and settings."""
        if len(batches) == 1:
            return batches[0]
        values: dict[str, object] = {}
        for one in fields(cls):
            parts = [getattr(batch, one.name) for batch in batches]
            if isinstance(parts[0], pl.DataFrame):
                frames = [frame for frame in parts if frame.height]
                values[one.name] = pl.concat(frames) if frames else parts[0]
            elif isinstance(parts[0], Mapping):
                values[one.name] = {name: value for part in parts for name, value in part.items()}
            else:
                values[one.name] = [row for part in parts for row in part]
        return cls(**values)  # type: ignore[arg-type]
