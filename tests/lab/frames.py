"""Frames of a study as it returns them, made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from simulator.lab.measures import MEASURES

Numbers = Sequence[float | None]


def markets_of(designs: Mapping[str, Mapping[str, Numbers]], first_seed: int = 1) -> pl.DataFrame:
    """A frame `markets` with some columns given for each design, and 0 in all others (no budget ended)."""
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
