"""What an event costs as the log grows, and what the state weighs: `python -m benchmarks.growth [--millions 10]`.

The rules alone, with twelve rules: a telecom market of a million events, played again and again with other people, so
that all that is known grows with each. Processor time of all threads, so that what else the machine does counts less.
"""

from __future__ import annotations

import argparse
import time

import polars as pl

from benchmarks.twelve import twelve
from simulator.engine import Engine
from simulator.load.drive import peak_memory
from simulator.load.traffic import WorldTraffic, gather, prepared
from simulator.plan import Plan
from simulator.records import parse_program

MILLION = 1_000_000
BATCH = 20_000


def main() -> None:
    """Measure and print, a line a million."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--millions", type=int, default=10)
    given = parser.parse_args()
    program = twelve()
    traffic = prepared(
        WorldTraffic(Plan(referrers=60_000), program), MILLION, "telecom", lambda _done, _of: None
    )
    engine = Engine(program, parse_program)
    base, first = peak_memory(), 0.0
    for million in range(1, given.millions + 1):
        seconds = 0.0
        for _ in range(MILLION // BATCH):
            messages = gather(traffic, BATCH)
            started = time.process_time()
            engine.judge(engine.receive(messages, _none_stored).events)
            seconds += time.process_time() - started
        first = first or seconds
        print(
            f"{million:>4} M events: {seconds:6.2f} µs an event, {seconds / first:5.2f} x the first million; "
            f"peak memory {peak_memory() / 1e6:,.0f} MB, {(peak_memory() - base) / million / MILLION:,.0f} B an event",
            flush=True,
        )


def _none_stored(_seqs: list[int]) -> pl.DataFrame:
    raise AssertionError("the traffic has no event twice")


if __name__ == "__main__":
    main()
