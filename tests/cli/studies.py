"""A stand-in for the runs of a study, so that its words and tables can be tested without them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from simulator.lab.figures import WEEK_SCHEMA
from simulator.lab.running import Progress
from simulator.lab.setting import Setting
from simulator.lab.study import Study
from simulator.lab.vary import Design
from tests.lab.frames import Numbers, markets_of

Figures = Mapping[str, Numbers]


def stand_in(figures: Callable[[Design, Sequence[int]], Figures]) -> Callable[..., Study]:
    """Return what can be called like `run_designs`; `figures` gives the columns of a design over some seeds."""

    def run(
        designs: Sequence[Design], seeds: Sequence[int], _setting: Setting, progress: Progress | None = None
    ) -> Study:
        if progress is not None:
            progress(len(designs) * len(seeds), len(designs) * len(seeds))
        frames = [markets_of({one.name: figures(one, seeds)}, seeds[0]) for one in designs]
        return Study(pl.concat(frames), pl.DataFrame(schema=WEEK_SCHEMA))

    return run
