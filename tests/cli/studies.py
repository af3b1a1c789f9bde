"""A stand-in for the runs of a study, so that its words and tables can be tested without them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from simulator.lab.pool import WorkerPool
from simulator.lab.running import Progress
from simulator.lab.setting import Setting
from simulator.lab.study import Study
from simulator.lab.vary import Design
from tests.lab.frames import Numbers, markets_of, weeks_of

Figures = Mapping[str, Numbers]


def stand_in(figures: Callable[..., Figures], *, worlds: bool = False) -> Callable[..., Study]:
    """Return a function that can be called like `run_designs`.

    `figures` gives the columns of a design over some seeds, and with `worlds` in a world.
    """

    def run(
        designs: Sequence[Design],
        seeds: Sequence[int],
        setting: Setting,
        progress: Progress | None = None,
        pool: WorkerPool | None = None,
    ) -> Study:
        assert pool is not None, "the work of a command is shared among the cores"
        if progress is not None:
            progress(len(designs) * len(seeds), len(designs) * len(seeds))
        world = (setting.spec,) if worlds else ()
        frames = [markets_of({one.name: figures(one, seeds, *world)}, seeds[0]) for one in designs]
        markets = pl.concat(frames)
        return Study(markets, weeks_of(markets), Study.of((), ()).channels)

    return run


def worth(design: Design) -> int:
    """The value of the referrer's credit, in pounds."""
    return next(
        (one.value_minor or 0) // 100 for one in design.program.rewards if one.name == "referrer-credit"
    )


def figures(design: Design, seeds: Sequence[int]) -> Figures:
    """Make figures: more customers for more money, and a budget that runs out if the credit is large."""
    more = worth(design)
    customers = [400 + 2 * more + (7 * seed) % 11 + (seed * more) % 9 for seed in seeds]
    return {
        "funnel.qualified": customers,
        "numbers.issued": [one * more * 100 for one in customers],
        "numbers.cost": [more * 100] * len(customers),
        "budget_ended_day": [300 if more == 40 and seed % 7 == 0 else None for seed in seeds],
    }


def flat(text: str) -> str:
    return " ".join(text.split())
