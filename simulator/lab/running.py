"""Run the designs of a grid, whose delivery may differ, over the same markets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import polars as pl

from simulator.lab.setting import Setting
from simulator.lab.study import Study, run_study
from simulator.lab.vary import Design
from simulator.program.model import Program

Progress = Callable[[int, int], None]


class Runner(Protocol):
    """Runs programs, by the names of their designs, over the markets with these seeds: `run_study`, or a stand-in."""

    def __call__(
        self,
        designs: Mapping[str, Program],
        seeds: Sequence[int],
        setting: Setting,
        progress: Progress | None = None,
    ) -> Study:
        """Return the frames of a study."""
        ...


def run_designs(
    designs: Sequence[Design],
    seeds: Sequence[int],
    setting: Setting,
    progress: Progress | None = None,
    run: Runner = run_study,
) -> Study:
    """Run designs over the markets with these seeds; their own delivery overrides that of `setting`.

    `progress` is called with the number of markets done, of all designs, and the total. The rows are in the order of
    the designs.

    Raises:
        InputError: as of `run_study`.

    """
    groups: dict[tuple[tuple[str, str], ...], dict[str, Program]] = {}
    for one in designs:
        groups.setdefault(tuple(sorted(one.delivery.items())), {})[one.name] = one.program
    total = len(designs) * len(seeds)
    done = 0
    found: list[Study] = []
    for delivery, programs in groups.items():
        theirs = replace(setting, delivery={**setting.delivery, **dict(delivery)})

        def told(part: int, _of: int, before: int = done) -> None:
            if progress is not None:
                progress(before + part, total)

        found.append(run(programs, seeds, theirs, told))
        done += len(programs) * len(seeds)
    order = pl.Enum([one.name for one in designs])
    markets, weeks = (
        pl.concat(frames) for frames in ([one.markets for one in found], [one.weeks for one in found])
    )
    return Study(
        markets.sort(pl.col("design").cast(order), maintain_order=True),
        weeks.sort(pl.col("design").cast(order), maintain_order=True),
    )
