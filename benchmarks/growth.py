"""Measure how an event's cost and the state grow with the log: `python -m benchmarks.growth [--millions 10]`.

It measures the rules alone, with twelve rules: a telecom market of a million events, played again and again with other
people, so that the state grows with each, and under a program without an end, so that rules are evaluated throughout. A
separate process plays the market, since events come from outside: the reported memory is that of Python, the engine and
a batch. Times are processor time of all threads of the engine's process, so that other load on the machine counts less.

A machine's speed changes within minutes. So the cost of growth is measured with five more millions, each batch of which
is judged twice: by the grown engine, and by a young one that began with this million.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from benchmarks.folding import fold
from benchmarks.twelve import twelve
from simulator.engine import Engine
from simulator.load.session import BATCH
from simulator.load.traffic import WorldTraffic, gather, prepared
from simulator.measuring.space import peak_memory
from simulator.platform.records import parse_program
from simulator.run.plan import Plan

MILLION = 1_000_000
BESIDE = 5  # more millions, judged by a young engine too: single ones differ by what grew in them
_PLAY = "play"


def main() -> None:
    """Measure and print, a line per million."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--millions", type=int, default=10)
    parser.add_argument(_PLAY, nargs="?", help=argparse.SUPPRESS)  # how it calls itself
    given = parser.parse_args()
    if given.play:
        _play(given.millions)
    else:
        measure(given.millions)


def measure(millions: int) -> None:
    """Judge so many millions of events and five more, and print what each million took."""
    engine, batches = _engine(), _market(millions + BESIDE)
    base = peak_memory()
    first = total = 0.0
    for million in range(1, millions + 1):
        seconds = sum(_judged(engine, next(batches)) for _ in range(MILLION // BATCH))
        first, total = first or seconds, total + seconds
        print(
            # seconds of a million are microseconds of one
            f"{million:>4} M events: {seconds:6.2f} µs an event, {seconds / first:5.2f} x the first million; "
            f"peak memory {peak_memory() / 1e6:,.0f} MB, {(peak_memory() - base) / million / MILLION:,.0f} B an event",
            flush=True,
        )
    grown, young = _beside(engine, batches)
    print(
        f"  {BESIDE} M more: {grown / BESIDE:6.2f} µs an event, {young / BESIDE:6.2f} by a young engine that began "
        f"with the million: {grown / young:5.2f} x; all {millions} M before: {total / millions * BESIDE / young:5.2f} x"
    )


def _beside(engine: Engine, batches: Iterator[pl.DataFrame]) -> tuple[float, float]:
    """Return the seconds that an engine takes for five millions, and that young ones take for one million each."""
    grown = young = 0.0
    for _ in range(BESIDE):
        other = _engine()
        for batch in range(MILLION // BATCH):
            messages = next(batches)
            if batch % 2:  # in turn: who is second finds the messages in the processor's cache
                young += _judged(other, messages)
            grown += _judged(engine, messages)
            if not batch % 2:
                young += _judged(other, messages)
    return grown, young


def _engine() -> Engine:
    """Return a new engine, under a program without an end."""
    return Engine(replace(twelve(), ends_ms=None), parse_program)


def _judged(engine: Engine, messages: pl.DataFrame) -> float:
    """Return the seconds that a batch takes; its results are dropped."""
    started = time.process_time()
    fold(engine, messages)
    return time.process_time() - started


def _market(millions: int) -> Iterator[pl.DataFrame]:
    """Yield the batches that the other process plays."""
    command = [sys.executable, "-m", "benchmarks.growth", _PLAY, "--millions", str(millions)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as market:
        assert market.stdout is not None
        while size := market.stdout.readline():
            yield pl.read_ipc(io.BytesIO(market.stdout.read(int(size))))


def _play(millions: int) -> None:
    """Write the batches to the output, each after a line with its size in bytes."""
    traffic = WorldTraffic(Plan(referrers=60_000), twelve())
    market = prepared(traffic, MILLION, "telecom", lambda _done, _of: None)
    for _ in range(millions * MILLION // BATCH):
        part = io.BytesIO()
        gather(market, BATCH).write_ipc(part)
        sys.stdout.buffer.write(b"%d\n" % len(part.getbuffer()) + part.getbuffer())
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
