"""What a restart takes beside taking the log in: `python -m benchmarks.restarting [--events 200000] [--batch 500]`.

A database is filled in batches, by a program that uses none of the language's parts and by one that uses all of them,
then opened again: its log is read and folded anew, and nothing is stored. Processor times of all threads, in one run.
"""

from __future__ import annotations

import argparse
import gc
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from benchmarks.features import ALL, PARTS, PLAIN, SHORT, with_parts
from simulator.load.traffic import WorldTraffic, gather
from simulator.platform.platform import Platform
from simulator.program.model import Program
from simulator.run.plan import Plan


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.restarting", description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--referrers", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=500)
    given = parser.parse_args()
    programs = {
        PLAIN: with_parts((), given.events),
        ALL: with_parts([name for name in PARTS if name != SHORT], given.events),
    }
    messages = gather(WorldTraffic(Plan(referrers=given.referrers), programs[PLAIN]), given.events)
    print(f"{len(messages):,} events, taken in in batches of {given.batch:,}:")
    for name, program in programs.items():
        with TemporaryDirectory() as folder:
            path = Path(folder) / "log.db"
            taken_in = take_in(path, program, messages, given.batch)
            opened = open_again(path)
        rates = f"{len(messages) / taken_in:9,.0f} events/s taken in, {len(messages) / opened:9,.0f} restored"
        print(f"  {name:16s}{rates}: {taken_in / opened:5.2f} x as fast")


def take_in(path: Path, program: Program, messages: pl.DataFrame, size: int) -> float:
    """Return the seconds of processor time in which a new database takes messages in, in batches of this size."""
    with Platform.create(path, program) as platform:
        gc.collect()
        started = time.process_time()
        for first in range(0, len(messages), size):
            platform.receive_columns(messages[first : first + size])
        return time.process_time() - started


def open_again(path: Path) -> float:
    """Return the seconds of processor time in which a database is opened."""
    gc.collect()
    started = time.process_time()
    with Platform.open(path):
        return time.process_time() - started


if __name__ == "__main__":
    main()
