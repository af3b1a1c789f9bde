"""Run the designs of a grid, whose delivery may differ, over the same markets, as many as it takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

import polars as pl

from simulator.lab.pool import WorkerPool
from simulator.lab.setting import Setting
from simulator.lab.study import Study, run_study
from simulator.lab.vary import Design
from simulator.program.model import Program

FIRST_MARKETS: Final = 20
"""The markets that a study with a wanted width begins with: of fewer, the spread is not known well enough to stop."""
Progress = Callable[[int, int], None]


class Runner(Protocol):
    """Runs programs, by the names of their designs, over the markets with these seeds: `run_study`, or a stand-in."""

    def __call__(
        self,
        designs: Mapping[str, Program],
        seeds: Sequence[int],
        setting: Setting,
        progress: Progress | None = None,
        pool: WorkerPool | None = None,
    ) -> Study:
        """Return the frames of a study."""
        ...


def run_designs(
    designs: Sequence[Design],
    seeds: Sequence[int],
    setting: Setting,
    progress: Progress | None = None,
    run: Runner = run_study,
    pool: WorkerPool | None = None,
) -> Study:
    """Run designs over the markets with these seeds; their own delivery overrides that of `setting`.

    `progress` is called with the number of markets done, of all designs, and the total. The rows are in the order of
    the designs. The processes of a `pool` share the work, without one this process does it; the figures are the same.

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

        def on_part(part: int, _of: int, before: int = done) -> None:
            if progress is not None:
                progress(before + part, total)

        found.append(run(programs, seeds, theirs, on_part, pool))
        done += len(programs) * len(seeds)
    return Study.joined(found).in_order([one.name for one in designs])


def run_until(
    run: Callable[[Sequence[int]], Study],
    first_seed: int,
    most: int,
    reach: Callable[[pl.DataFrame], float],
    width: float | None,
) -> Study:
    """Run markets from `first_seed` on until the interval's `reach` to each side is `width` or less, `most` at most.

    Without a `width` it runs `most` of them.
    `run` returns the study of some seeds, `reach` that of the frame `markets` so far. Stopping when the width is
    reached, not when the answer pleases, keeps an interval's confidence (Chow and Robbins, 1965, "On the asymptotic
    theory of fixed-width sequential confidence intervals").
    """
    count = most if width is None else min(most, FIRST_MARKETS)
    found = run(range(first_seed, first_seed + count))
    while width is not None and count < most and (now := reach(found.markets)) > width:
        wanted = count * min(2.0, (now / width) ** 2)
        more = max(1, min(most, math.ceil(wanted)) - count)
        added = run(range(first_seed + count, first_seed + count + more))
        found = Study.joined([found, added])
        count += more
    return found
