"""Measure what parts of the program language cost: one log judged by programs that use them and one that doesn't.

`python -m benchmarks.features [--events 100000] [--batch 20000]`. Each figure is a ratio of processor times from one
run: the programs judge the log in turn, several times, and of each batch the least time counts. The log is made once,
from a seed, in the world of the plain program: all programs judge the same events.
"""

from __future__ import annotations

import argparse
import gc
import time

import polars as pl

from benchmarks.folding import fold
from simulator.engine import Engine
from simulator.load.traffic import WorldTraffic, gather
from simulator.platform.records import parse_program
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.program.presets import find_program
from simulator.run.plan import Plan

PLAIN, ALL, SHORT = "none of them", "all of them", "a budget that is short"
PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "conditions, dates, an experiment": (
        (
            "[[reward]]",
            '[[experiment]]\nname = "offer"\nby = "friend"\nvariants = { a = 1, b = 1 }\n\n[[reward]]',
        ),
        (
            'name     = "friend-credit"',
            'name     = "friend-credit"\nwhen = "variant_offer = \'a\' OR new_customer"',
        ),
        (
            'name     = "referrer-credit"',
            'name     = "referrer-credit"\nfrom = 2026-01-10T00:00:00Z\ndated_by = "touch"',
        ),
    ),
    "bounds of a share": (("percent = 10 ", "min = 1.00\nmax = 5.00\npercent = 10 "),),
    "caps of all kinds": (
        (
            'caps  = [{ value = 40.00, window = "calendar-month" }]',
            """caps = [
    { value = 40.00, window = "calendar-month", over = "trim" },
    { count = 20, window = "lifetime", per = "friend" },
    { value = 30.00, window = "90d", per = "code" },
]""",
        ),
        (
            'caps  = [{ value = 100.00, window = "calendar-month" }]',
            'caps = [{ value = 100.00, window = "calendar-month", returns = false }]',
        ),
        (
            'caps  = [{ count = 12, window = "365d" }]',
            'caps = [{ value = 400.00, window = "calendar-day", per = "program", over = "trim" }]',
        ),
    ),
    "choices and expiry": (
        ('kind  = "handset-voucher"', 'choices = ["voucher", "donation"]\nchoose_within = "10d"'),
        ('name     = "friend-credit"', 'name     = "friend-credit"\nexpires = "60d"'),
    ),
    "conditions at the release": (
        (
            'name     = "referrer-credit"',
            'name     = "referrer-credit"\nkeep_if = "NOT recipient_closed AND friend_service_activated_count >= 1"',
        ),
        ('name  = "club-fund"', 'name = "club-fund"\nkeep_if = "NOT friend_closed"'),
    ),
    "codes that fold and are used up": (("[attribution]", '[attribution]\ncodes = "fold"\nuses = 20'),),
    SHORT: (("[budget]", "[budget]\ntotal = SHORT\n"),),
    "a monthly budget that waits": (
        (
            "[budget]",
            '[budget]\ntotal = SHORT\nperiod = "calendar-month"\nshort = "wait"\nreturns = false\n',
        ),
    ),
}
"""Each part as texts of the plain program and what takes their place."""
SHORT_OF = 10
"""Minor units of the short budget for each event; the plain program has 100, which it never spends."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.features", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--referrers", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=20_000)
    parser.add_argument("--tries", type=int, default=5)
    given = parser.parse_args()
    programs = {PLAIN: with_parts((), given.events)}
    programs |= {name: with_parts((name,), given.events) for name in PARTS}
    programs[ALL] = with_parts([name for name in PARTS if name != SHORT], given.events)
    messages = gather(WorldTraffic(Plan(referrers=given.referrers), programs[PLAIN]), given.events)
    seconds = measure(programs, messages, given.batch, given.tries)
    print(f"{len(messages):,} events in batches of {given.batch:,}, beside a program with none of these:")
    for name, taken in seconds.items():
        print(f"  {name:34s}{taken / seconds[PLAIN]:6.2f} x  {taken / len(messages) * 1e6:6.1f} us an event")


def with_parts(parts: tuple[str, ...] | list[str], events: int) -> Program:
    """Return the telecom program with these parts (keys of PARTS) and a budget for so many events.

    Raises:
        ValueError: the telecom program has no longer what a part takes the place of.

    """
    text, name = find_program("telecom")
    text = text.partition("[budget]")[0] + "[budget]\n"
    for part in parts:
        for header, key in PARTS[part]:
            if header not in text:
                raise ValueError(f"{part}: the telecom program has no {header}")
            text = text.replace(header, key, 1)
    share = SHORT_OF if "SHORT" in text else 100
    text = text.replace("total = SHORT\n", "")
    return load_program(f"{text}total = {events * share / 100:.2f}\n", name)


def measure(programs: dict[str, Program], messages: pl.DataFrame, size: int, tries: int) -> dict[str, float]:
    """Return the seconds of processor time in which programs judge the messages, the least of a few for each batch."""
    least: dict[str, list[float]] = {}
    _judged(programs[PLAIN], messages[:size], size)  # so that none pays for what is done once
    for _ in range(tries):
        for name, program in programs.items():
            taken = _judged(program, messages, size)
            least[name] = [min(pair) for pair in zip(taken, least.get(name, taken), strict=True)]
    return {name: sum(taken) for name, taken in least.items()}


def _judged(program: Program, messages: pl.DataFrame, size: int) -> list[float]:
    """Return the processor time of each batch, in seconds."""
    engine, taken = Engine(program, parse_program), []
    gc.collect()
    for first in range(0, len(messages), size):
        started = time.process_time()
        fold(engine, messages[first : first + size])
        taken.append(time.process_time() - started)
    return taken


if __name__ == "__main__":
    main()
