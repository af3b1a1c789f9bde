"""Measure what a study costs: `python -m benchmarks.lab [--markets 20] [--against COMMIT]`.

Two designs over the same markets, against runs of `simulate` and against `load --no-store`:

- how many markets a study does in the time of one run of `simulate`, by the processor's time with one process each (at
  least LEAST), and by the time that goes by as a user starts them, with the processes that they choose;
- how much of the processor's time an event takes of that in `load --no-store`: of the whole load, whose traffic is made
  meanwhile, and of the rules' part of it;
- the same against the `simulate` of a former commit, which is run with the packages of this environment;
- the memory of the largest process of a study (at most MOST_MB for all of them).

`--markets 100` makes 20 million events. The ratios of 20 markets are hardly smaller.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from simulator.domain.cores import cores
from simulator.program.presets import find_program

LEAST = 3.0
MOST_MB = 4096  # of all processes together
_EVENTS = 200_000  # of a load: two batches
_LOADED = 5000  # referrers, who make as many events; more of them only take longer to make
_PRESET = "telecom"
_STUDY = "study"


@dataclass(frozen=True)
class Size:
    """How many markets, of how many first customers and days."""

    markets: int
    referrers: int
    days: int


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds of a processor, seconds that went by, and the MB of its largest process."""

    processor: float
    seconds: float
    peak: float
    said: dict[str, Any]
    """What it printed."""


def main() -> int:
    """Measure and print; return 1 if a market costs more than a LEAST-th of a run, or memory more than MOST_MB."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lab", description=__doc__)
    parser.add_argument("--markets", type=int, default=20)
    parser.add_argument("--referrers", type=int, default=5000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--against", metavar="COMMIT", help="also run the simulate of a former commit")
    parser.add_argument("--tries", type=int, default=1)
    given = parser.parse_args()
    size = Size(given.markets, given.referrers, given.days)
    with TemporaryDirectory() as made:
        folder = Path(made)
        roots = {"simulate": Path.cwd()}
        if given.against is not None:
            roots[f"the simulate of {given.against}"] = former(given.against, folder / "former")
        _write_designs(folder)
        loads: list[Cost] = []
        alone: dict[str, list[Cost]] = {name: [] for name in (_STUDY, *roots)}
        shared: dict[str, list[Cost]] = {name: [] for name in (_STUDY, *roots)}
        for _ in range(given.tries):  # in turns, so that whatever disturbs the machine disturbs all of them
            for costs, processes in ((alone, 1), (shared, None)):
                costs[_STUDY].append(study(folder, size, processes))
                for name, root in roots.items():
                    costs[name].append(simulate(folder, root, size, processes))
            loads.append(load())
    return _report(size, alone, shared, loads)


def _report(
    size: Size,
    alone: Mapping[str, Sequence[Cost]],
    shared: Mapping[str, Sequence[Cost]],
    loads: Sequence[Cost],
) -> int:
    """Print the ratios; 1 where one is not what it must be."""
    first = alone[_STUDY][0]
    events = sum(one["received"] for design in first.said["designs"] for one in design["markets"])
    runs = 2 * size.markets
    each = median(one.processor for one in alone[_STUDY]) / events
    print(
        f"{_PRESET}, two designs, {size.markets} markets, {size.referrers:,} referrers, {size.days} days: {events:,} "
        f"events, {each * 1e6:.1f} µs of the processor's time each"
    )
    ratios: list[float] = []
    for name in list(alone)[1:]:
        by_processor, by_clock = (
            median(
                getattr(run, what) / (getattr(ours, what) / runs)
                for run, ours in zip(costs[name], costs[_STUDY], strict=True)
            )
            for costs, what in ((alone, "processor"), (shared, "seconds"))
        )
        ratios.append(by_processor)
        print(
            f"  markets for one run of {name}: {by_processor:.1f} by the processor's time in one process, "
            f"{by_clock:.1f} by the time that goes by on {cores()} cores"
        )
    whole = median(one.processor / one.said["received"] for one in loads)
    rules = median(1 / one.said["judged_per_second"] for one in loads)
    print(
        f"  an event, of one in load --no-store: {each / whole:.2f} x the whole, {each / rules:.2f} x its rules"
    )
    one_process = max(one.peak for one in alone[_STUDY])
    several = max(one.peak for one in shared[_STUDY])
    print(
        f"  memory of the largest process: {one_process:,.0f} MB alone, {several:,.0f} MB of {cores()} processes"
    )
    return 0 if ratios[0] >= LEAST and several * cores() <= MOST_MB else 1


def former(commit: str, folder: Path) -> Path:
    """Return a folder with the files of a former commit."""
    packed = subprocess.run(["git", "archive", commit], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as files:
        files.extractall(folder, filter="data")
    return folder


def study(folder: Path, size: Size, workers: int | None) -> Cost:
    """Run a study of two designs, with so many processes or as many as it chooses."""
    command = [
        "study",
        str(folder / "plain.toml"),
        str(folder / "generous.toml"),
        "--preset",
        _PRESET,
        "--json",
    ]
    command += ["--markets", str(size.markets), "--referrers", str(size.referrers), "--days", str(size.days)]
    command += ["--workers", str(workers)] if workers is not None else []
    return _cost(command, Path.cwd())


def simulate(folder: Path, root: Path, size: Size, processes: int | None) -> Cost:
    """Run `simulate` from the files in `root`, with so many processes or as many as it chooses."""
    with TemporaryDirectory(dir=folder) as empty:
        command = ["simulate", "--preset", _PRESET, "--json", "--db", str(Path(empty) / "run.db")]
        command += ["--referrers", str(size.referrers), "--days", str(size.days)]
        command += ["--processes", str(processes)] if processes is not None else []
        return _cost(command, root)


def load() -> Cost:
    """Judge traffic without storing it."""
    return _cost(
        ["load", "--no-store", "--referrers", str(_LOADED), "--events", str(_EVENTS), "--json"], Path.cwd()
    )


def _write_designs(folder: Path) -> None:
    text, _ = find_program(_PRESET)
    (folder / "plain.toml").write_text(text, encoding="utf-8")
    generous = text.replace("value    = 25.00", "value    = 40.00")
    if generous == text:
        raise ValueError(f"the program of {_PRESET} no longer has a reward of 25.00")
    (folder / "generous.toml").write_text(generous, encoding="utf-8")


def _cost(command: Sequence[str], root: Path) -> Cost:
    """Run `referral-tui` from the files in `root`, and return what it took with all processes that it started."""
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "referral_tui", *command],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    seconds = time.perf_counter() - started
    return Cost(used.ru_utime + used.ru_stime, seconds, used.ru_maxrss / 1024, json.loads(output))


if __name__ == "__main__":
    sys.exit(main())
