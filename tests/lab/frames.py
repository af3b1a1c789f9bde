"""Frames of a study as it returns them, made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from simulator.lab.figures import WEEK_SCHEMA
from simulator.lab.measures import MEASURES

Numbers = Sequence[float | None]


def markets_of(designs: Mapping[str, Mapping[str, Numbers]], first_seed: int = 1) -> pl.DataFrame:
    """Return a frame `markets` with some columns given for each design, and 0 in all others (no budget ended)."""
    columns = dict.fromkeys(column for one in MEASURES.values() for column in one.columns)
    frames = []
    for name, given in designs.items():
        height = len(next(iter(given.values())))
        rest = {
            column: [None if column == "budget_ended_day" else 0] * height
            for column in columns
            if column not in given
        }
        seeds = list(range(first_seed, first_seed + height))
        frames.append(
            pl.DataFrame(
                {
                    "design": [name] * height,
                    "seed": seeds,
                    **{key: list(v) for key, v in given.items()},
                    **rest,
                }
            ).select("design", "seed", *(pl.col(column).cast(pl.Float64) for column in columns))
        )
    return pl.concat(frames)


def weeks_of(markets: pl.DataFrame, weeks: int = 4) -> pl.DataFrame:
    """Return a frame `weeks` in which the customers and the money of markets come evenly, and nothing else comes."""
    each = markets.select(
        "design",
        pl.col("seed").cast(pl.Int64),
        pl.int_ranges(weeks).alias("week"),
        *((pl.col(name) / weeks).cast(pl.Int64) for name in ("funnel.qualified", "numbers.issued")),
    ).explode("week")
    return each.with_columns(
        pl.lit(0, kind).alias(name) for name, kind in WEEK_SCHEMA.items() if name not in each.columns
    ).select(pl.col(name).cast(kind) for name, kind in WEEK_SCHEMA.items())
