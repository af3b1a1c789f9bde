"""Measure a year simulated as a user does, and its rules alone, against the bare write: `python -m benchmarks.whole`.

Each figure is a ratio of two times taken one after the other in this run, the best of a few tries each; rates of one
machine say little about another.
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

from benchmarks.bare import Write, plain_seconds, quick_seconds, read_rows
from benchmarks.folding import fold
from db.write.store import Store
from simulator.engine import Engine
from simulator.platform.records import parse_program, typed

BATCH = 20_000
TABLES = ("person", "event", "attribution", "decision", "reward", "audit", "block", "hour", "total")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.whole", description=__doc__)
    parser.add_argument("--referrers", type=int, default=50_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--tries", type=int, default=3)
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "year.db"
        whole = simulate(path, given.referrers, given.days)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        tables = {table: read_rows(path, table) for table in TABLES}
        number = iter(range(1000))

        def bare(write: Write, only: tuple[str, ...]) -> float:
            chosen = {table: tables[table] for table in only}
            return best(given.tries, lambda: write(folder / f"bare{next(number)}.db", chosen))

        with Store.open(path) as store:
            program = parse_program(store.versions()[0][-1])
            events = typed(pl.concat(list(store.events()))).rechunk()
        single = one_by_one(Engine(program, parse_program), events)
        rows = sum(len(part) for _, parts in tables.values() for part in parts)
        print(f"{given.referrers:,} referrers, {given.days} days: {events.height:,} events, {rows:,} rows")
        print(f"a batch of one event through the engine: {single:.1f} ms (median)")
        print(f"peak memory of simulate: {peak:,.0f} MB")
        rules = best(given.tries, lambda: judge(Engine(program, parse_program), events, BATCH))
        for whose, write in (
            ("Python's sqlite3, many rows to one INSERT", plain_seconds),
            ("APSW", quick_seconds),
        ):
            all_rows, event_rows = bare(write, TABLES), bare(write, ("event",))
            print(
                f"against the bare write by {whose} ({events.height / event_rows:,.0f} events a second here):"
            )
            print(f"  the rules alone, on events as columns: {event_rows / rules:.1f} x as fast")
            print(f"  simulate whole, against all its rows: {whole / all_rows:.1f} x the time")


def simulate(path: Path, referrers: int, days: int) -> float:
    """Run `simulate` as a user does; return the seconds that it reports."""
    command = [sys.executable, "-m", "referral_tui", "simulate", "--db", str(path), "--json"]
    command += ["--referrers", str(referrers), "--days", str(days)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout)["seconds"])


def best(tries: int, measure: Callable[[], float]) -> float:
    """Return the least of a few measurements, the one least disturbed by anything else on the machine."""
    return min(measure() for _ in range(tries))


def judge(
    engine: Engine, events: pl.DataFrame, size: int, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Judge events as columns in batches with the whole engine; return the seconds by a clock."""
    messages = events.drop("seq")
    started = clock()
    for first in range(0, len(messages), size):
        fold(engine, messages[first : first + size])
    return clock() - started


def one_by_one(engine: Engine, events: pl.DataFrame, single: int = 200) -> float:
    """Return the median milliseconds for a batch of one event, with all earlier events in the engine's state."""
    judge(engine, events[:-single], BATCH)
    last = events[-single:].drop("seq")
    times = []
    for row in range(single):
        started = time.perf_counter()
        fold(engine, last[row : row + 1])
        times.append(time.perf_counter() - started)
    return sorted(times)[single // 2] * 1000


if __name__ == "__main__":
    main()
