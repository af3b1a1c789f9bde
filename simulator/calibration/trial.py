"""Run presets in a temporary folder and compare the results with published figures."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from db.read.steps import merges, reward_uses, steps
from simulator.calibration.bounds import Estimate
from simulator.calibration.measures import MEASURES
from simulator.calibration.observed import Observed, combine, observe, types, united
from simulator.calibration.published import Published
from simulator.domain.spans import DAY_MS
from simulator.domain.wall_clock import Stopper
from simulator.program.load import load_program
from simulator.program.presets import find_program
from simulator.run.opening import begin
from simulator.run.plan import Plan
from simulator.run.run import Run
from simulator.world.windows import start_of

DAYS: Final = 365
SETTLING_DAYS: Final = 60
"""Days at the end of a run whose new friends are not counted, since there is no time left to see what they do."""

REFERRERS: Final = 20_000

Progress = Callable[[float], None]


class StoppedError(Exception):
    """The trial was interrupted."""


@dataclass(frozen=True)
class Result:
    """A published figure and its estimate from the runs, None if nothing could be counted."""

    published: Published
    estimate: Estimate | None

    @property
    def agrees(self) -> bool:
        """Whether the bounds overlap the published figure or range."""
        return self.estimate is not None and self.estimate.meets(self.published.low, self.published.high)


def compare(
    preset: str,
    figures: Sequence[Published],
    *,
    seeds: Sequence[int],
    referrers: int,
    stopper: Stopper,
    progress: Progress,
) -> list[Result]:
    """Run a preset with its own program, once for each seed, and compare.

    `progress` is called with the fraction of a run that is done.

    Raises:
        WorldError, ProgramError: the preset is wrong.
        StoppedError: the stopper was asked to stop.

    """
    runs = combine([_run(preset, seed, referrers, stopper, progress) for seed in seeds])
    return [Result(one, MEASURES[one.measure].of(runs)) for one in figures]


def _run(preset: str, seed: int, referrers: int, stopper: Stopper, progress: Progress) -> Observed:
    program = load_program(*find_program(preset))
    start = start_of(program)
    plan = Plan(preset=preset, seed=seed, referrers=referrers, days=DAYS, start_ms=start)
    conversion = plan.world().conversion.event
    with tempfile.TemporaryDirectory(prefix="referral-tui-") as folder:
        path = Path(folder) / "trial.db"
        with begin(path, plan, program) as opened:
            run = Run(
                opened,
                stopped=stopper.asked,
                wall=stopper,
                progress=lambda done, total: progress(done / total),
            )
            if run.go() != "finished":
                raise StoppedError
        log = united(steps(path, types(conversion)), merges(path))
        until = start + (DAYS - SETTLING_DAYS) * DAY_MS
        rewards = reward_uses(path, until)
    return observe(log, conversion, start, until, rewards)
