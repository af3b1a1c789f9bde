"""Measure what a study costs: `python -m benchmarks.lab [--markets 20] [--referrers 1000] [--days 365]`.

One design over many markets in one process, against runs of `simulate` with the same seeds: how many markets of the
study cost as much of the processor's time as one run, at least LEAST.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from statistics import median

from benchmarks.world import run
from simulator.lab.setting import Setting
from simulator.lab.study import run_study
from simulator.program.load import load_program
from simulator.program.presets import find_program
from simulator.run.plan import Plan

LEAST = 3.0


def main() -> int:
    """Measure and print; return 1 if a market of a study costs more than a LEAST-th of a run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lab", description=__doc__)
    parser.add_argument("--markets", type=int, default=20)
    parser.add_argument("--referrers", type=int, default=1000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--preset", default="telecom")
    parser.add_argument("--tries", type=int, default=2)
    given = parser.parse_args()
    plan = Plan(preset=given.preset, referrers=given.referrers, days=given.days)
    program = load_program(*find_program(given.preset))
    setting = Setting(plan.world(), plan.referrers, plan.days)
    studies, runs, events = [], [], 0
    for _ in range(given.tries):  # in turns, so that whatever disturbs the machine disturbs both
        runs.append(run(plan, processes=1)["processor"])
        before = time.process_time()
        study = run_study({"design": program}, range(1, given.markets + 1), setting)
        studies.append(time.process_time() - before)
        events = int(study.markets["received"].sum())
    ratio = median(one / (whole / given.markets) for one, whole in zip(runs, studies, strict=True))
    print(
        f"{plan.preset}, {plan.referrers:,} referrers, {plan.days} days, {given.markets} markets: {events:,} events, "
        f"{min(studies) / events * 1e6:.0f} µs of the processor's time each"
    )
    print(
        f"  markets of the study for the time of one run of simulate: {ratio:.1f} (must be at least {LEAST:.0f})"
    )
    print(f"  peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    return 0 if ratio >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
