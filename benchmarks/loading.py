"""Compare loading with the bare write: end to end, twelve rules alone, single events, and two workers against one.

`python -m benchmarks.loading [--events 500000]`. Times are wall-clock times, for a machine that does nothing else;
with `--cpu` processor time of all threads and processes, for a busy machine.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from benchmarks.bare import plain_seconds, read_rows
from benchmarks.folding import fold
from benchmarks.twelve import twelve
from benchmarks.whole import best, judge
from db.write.store import Store
from simulator.engine import Engine
from simulator.load.session import BATCH
from simulator.load.traffic import WorldTraffic, gather
from simulator.platform.records import parse_program, typed
from simulator.run.plan import Plan

TABLES = ("person", "event", "attribution", "decision", "reward", "audit", "block", "hour", "total")
SINGLE = 2000  # batches of one event
TRIES = 3
WORKED = 2_000_000  # events of the two shards: a worker's start takes 0.6 s, as long as 150,000 of them


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loading", description=__doc__)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--cpu", action="store_true")
    given = parser.parse_args()
    clock = time.process_time if given.cpu else time.perf_counter
    with TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        folder = Path(name)
        _end_to_end(folder, given.events, cpu=given.cpu)
        if not given.cpu:
            _workers(max(given.events, WORKED))
    _one_by_one(given.people, clock)
    print(f"({'processor' if given.cpu else 'wall'} time, by {clock.__name__})")


def _end_to_end(folder: Path, events: int, *, cpu: bool) -> None:
    path = folder / "load.db"
    whole = min(_load(folder / f"{number}.db", events, cpu=cpu) for number in range(TRIES))
    _load(path, events, cpu=cpu)
    tables = {table: read_rows(path, table) for table in TABLES}
    rows = sum(len(part) for _, parts in tables.values() for part in parts)
    clock = time.perf_counter
    if cpu:
        vars(time)["perf_counter"] = time.process_time
    everything = min(plain_seconds(folder / f"all{number}.db", tables) for number in range(TRIES))
    only = {"event": tables["event"]}
    bare_events = min(plain_seconds(folder / f"events{number}.db", only) for number in range(TRIES))
    vars(time)["perf_counter"] = clock
    print(f"{events:,} events, {rows:,} rows; bare write: {rows / everything:,.0f} rows/s")
    print(f"  load end to end {whole / everything:8.2f} x the time of the bare write of all its rows")
    with Store.open(path) as store:
        log = typed(pl.concat(list(store.events()))).rechunk()
    program = twelve()
    judged = time.process_time if cpu else time.perf_counter
    rules = best(TRIES, lambda: judge(Engine(program, parse_program), log, BATCH, judged))
    print(f"  rules alone, 12 {bare_events / rules:8.2f} x as fast as the bare write of the same events")


def _load(path: Path, events: int, *, cpu: bool) -> float:
    """Return the seconds of a `load` end to end, including indexes but not Python's start."""
    command = [
        sys.executable,
        "-m",
        "referral_tui",
        "load",
        "--traffic",
        "preset",
        "--events",
        str(events),
        "--db",
        str(path),
        "--json",
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if cpu:
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    figures = json.loads(done.stdout)
    return float(figures["seconds"]) + float(figures["settling_seconds"])


def _workers(events: int) -> None:
    """Measure two shards of the rules alone, with one process and with two."""
    seconds = {}
    for workers in (1, 2):
        command = [sys.executable, "-m", "referral_tui", "load", "--traffic", "preset"]
        command += ["--no-store", "--shards", "2", "--json"]
        command += ["--events", str(events), "--workers", str(workers)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        seconds[workers] = float(json.loads(done.stdout)["seconds"])
    ratio = seconds[1] / seconds[2]
    print(
        f"  two workers     {ratio:8.2f} x as fast as one, rules alone, two shards of {events // 2:,} events"
    )


def _one_by_one(people: int, clock: Callable[[], float]) -> None:
    """Measure batches of one event with so many people in the state."""
    program = twelve()
    engine = Engine(program, parse_program)
    traffic = WorldTraffic(Plan(referrers=people), program)
    known = 0
    while known < people:
        known += fold(engine, gather(traffic, 50_000)).persons.height
    times = []
    messages = gather(traffic, SINGLE)
    for row in range(SINGLE):
        started = clock()
        fold(engine, messages[row : row + 1])
        times.append((clock() - started) * 1000)
    times.sort()
    print(
        f"  one event at a time, {known:,} people in state: {times[SINGLE // 2]:.2f} ms median, "
        f"{times[SINGLE * 99 // 100]:.2f} ms at p99"
    )


if __name__ == "__main__":
    main()
