"""Measure what the world costs: `python -m benchmarks.world [--referrers 50000] [--days 365]`.

It compares the world alone, window by window, with the same run as a user makes it, in one process: the world's share
of processor time must stay under a third. Then it measures how much faster the run is with the people in a separate
process, and the peak memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from simulator.program.load import load_program
from simulator.program.presets import find_program
from simulator.run.plan import Plan
from simulator.world.feedback import OutcomeFeedback
from simulator.world.windows import InProcessWorld, WorldSetup

MOST = 1 / 3
_ALONE = "alone"


def main() -> int:
    """Measure and print; return 1 if the world costs a third of the run or more."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.world", description=__doc__)
    parser.add_argument("--referrers", type=int, default=50_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--preset", default="telecom")
    parser.add_argument("--tries", type=int, default=2)
    parser.add_argument(_ALONE, nargs="?", help=argparse.SUPPRESS)  # how it calls itself
    given = parser.parse_args()
    plan = Plan(preset=given.preset, referrers=given.referrers, days=given.days)
    if given.alone:
        print(json.dumps(alone(plan)))
        return 0
    me = [sys.executable, "-m", "benchmarks.world", _ALONE, "--preset", plan.preset]
    size = ["--referrers", str(plan.referrers), "--days", str(plan.days)]
    worlds, ones, twos = [], [], []
    for _ in range(given.tries):  # in turns, so that whatever disturbs the machine disturbs all of them
        worlds.append(_told([*me, *size]))
        ones.append(run(plan, processes=1))
        twos.append(run(plan, processes=2))
    world, one, two = (min(tries, key=lambda figures: figures["seconds"]) for tries in (worlds, ones, twos))
    share = world["processor"] / one["processor"]
    print(
        f"{plan.preset}, {plan.referrers:,} referrers, {plan.days} days: {world['events']:,.0f} events of people"
    )
    print(f"  people whom somebody noticed: {world['people']:,.0f}")
    print(
        f"  the world alone, of a run in one process: {share:.0%} of the processor's time "
        f"(must stay under {MOST:.0%}), {world['seconds'] / one['seconds']:.0%} of the time that went by"
    )
    print(f"  in two processes: {one['seconds'] / two['seconds']:.2f} x as fast as in one")
    print(f"  peak memory: world alone {world['peak']:,.0f} MB, run in one process {one['peak']:,.0f} MB")
    return 0 if share < MOST else 1


def alone(plan: Plan) -> dict[str, float]:
    """Generate the people's events window by window, and drop them; return seconds, events, people, memory in MB."""
    program = load_program(*find_program(plan.preset))
    started, used = time.perf_counter(), time.process_time()
    here = InProcessWorld(
        WorldSetup(plan.world(), program, plan.seed, plan.referrers, plan.start_ms, plan.days)
    )
    events, until = 0, plan.start_ms
    while until < plan.end_ms:
        window = here.next(OutcomeFeedback())
        events, until = events + window.events.height, window.until_ms
    seconds = time.perf_counter() - started
    return {
        "seconds": seconds,
        "processor": time.process_time() - used,
        "events": events,
        "people": here.people_count,
        "peak": _peak(resource.RUSAGE_SELF),
    }


def run(plan: Plan, *, processes: int) -> dict[str, float]:
    """Run `simulate` as a user does; return seconds, and the peak memory in MB of its largest process."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "referral_tui", "simulate", "--json", "--processes", str(processes)]
        command += ["--db", str(Path(folder) / "run.db"), "--preset", plan.preset]
        command += ["--referrers", str(plan.referrers), "--days", str(plan.days)]
        return {**_told(command), "peak": _peak(resource.RUSAGE_CHILDREN)}


def _told(command: list[str]) -> dict[str, float]:
    before = _processor()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return {"processor": _processor() - before, **found}


def _processor() -> float:
    """Return the processor seconds used by the processes that we started and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _peak(whose: int) -> float:
    return resource.getrusage(whose).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
