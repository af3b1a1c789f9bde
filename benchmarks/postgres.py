"""Measure a log in Postgres against one in a file: ingesting the same lines, fetching a copy, and single posts.

Run `python -m benchmarks.postgres [--events N] [--rounds N] [--server URL]`. Without an address it starts a server of
its own, which does not wait for the disk (`fsync = off`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.door import make_lines
from benchmarks.http import COMMAND, ingest, one_by_one, seconds_of, served

RATE = 100  # single posts a second
SECONDS = 5


def run(folder: Path, *arguments: str) -> float:
    """Return the seconds that a command takes, including its start."""
    begun = time.perf_counter()
    subprocess.run([*COMMAND, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main() -> int:
    """Print all of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.postgres", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--server", help="the address of a database of your own")
    given = parser.parse_args()
    lines = make_lines(given.events)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["XDG_DATA_HOME"] = str(folder)
        server = given.server
        if server is None:
            from tests.postgres.server import running

            server = stack.enter_context(running())
        programs = (
            f"{server}{'&' if '?' in server else '?'}program=bench_{time.time_ns()}_{n}" for n in range(10**6)
        )
        start = ingest(folder, "start.db", lines[:1])
        start_there = ingest(folder, next(programs), lines[:1])
        ratios = []
        for number in range(given.rounds):
            program = next(programs)
            file = seconds_of(ingest(folder, f"file{number}.db", lines), start, len(lines))
            postgres = seconds_of(ingest(folder, program, lines), start_there, len(lines))
            ratios.append(file / postgres)
            print(
                f"ingest into a file {len(lines) / file:9,.0f} events/s, into Postgres "
                f"{len(lines) / postgres:9,.0f}: {file / postgres:.2f} of it"
            )
        print(f"median {median(ratios):.2f}")
        os.environ["XDG_DATA_HOME"] = str(folder / "elsewhere")
        first = run(folder, "export", "payouts", "--db", program)
        again = run(folder, "export", "payouts", "--db", program)
        print(f"a first copy of it took {first - again:.1f} s")
        some = lines[: RATE * SECONDS]
        program = next(programs)
        for db, more in (("posts.db", []), (program, []), (program, ["--pass-on"])):
            with ExitStack() as servers:
                if more:
                    servers.enter_context(served(folder, "--db", db))
                new = more or ["--program", "telecom"]
                address = servers.enter_context(served(folder, "--db", db, *new))
                seconds, failed = asyncio.run(one_by_one(address, some, RATE))
            p50, p99 = (seconds[int(len(seconds) * part)] * 1000 for part in (0.5, 0.99))
            where = "an additional door" if more else "Postgres" if db == program else "a file"
            print(f"{where}: single posts at {RATE}/s: p50 {p50:.1f} ms, p99 {p99:.1f} ms, {failed} refused")
    return 0


if __name__ == "__main__":
    sys.exit(main())
