"""Measure the door over HTTP: lines in batches compared with `ingest` of the same file, and single posts at a rate.

Run `python -m benchmarks.http [--events N] [--rounds N] [--rate N] [--seconds N]`. Client and server share the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from aiohttp import ClientSession

from benchmarks.door import make_lines

BATCH = 500  # lines of a request
CLIENTS = 8
COMMAND = [sys.executable, "-m", "referral_tui"]
NEW = ("--program", "telecom", "--db", "http.db")


def ingest(folder: Path, db: str, lines: Sequence[bytes]) -> float:
    """Return the seconds that `ingest` says it took for these lines, in a database that it makes."""
    (folder / "events.jsonl").write_bytes(b"\n".join(lines))
    command = [*COMMAND, "ingest", "--program", "telecom", "--db", db, "--json", "events.jsonl"]
    output = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE).stdout
    return float(json.loads(output)["seconds"])


def seconds_of(took: float, start: float, events: int) -> float:
    """Return the seconds that events took of those that a command did, of which making a database took `start`.

    Ends the measurement where that is most of it, and so nothing can be said.
    """
    if took < 2 * start:
        raise SystemExit(
            f"not measured: ingest of {events:,} events took {took:.2f} s, of one {start:.2f} s, so a rate would be "
            "chance; give more with --events"
        )
    return took - start


@contextmanager
def served(folder: Path, *arguments: str) -> Iterator[str]:
    """Serve a database with these arguments of `serve`; yields the address for events."""
    command = [*COMMAND, "serve", *arguments, "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        try:
            found = re.search(r"http://[0-9.:]+", process.stdout.readline() if process.stdout else "")
            if found is None:
                raise SystemExit("the server did not start")
            yield f"{found[0]}/v1/events"
        finally:
            process.send_signal(signal.SIGINT)


async def in_batches(address: str, lines: Sequence[bytes]) -> float:
    """Return the seconds that these lines take in batches, sent by several clients at once."""
    batches = iter([lines[start : start + BATCH] for start in range(0, len(lines), BATCH)])
    begun = time.perf_counter()
    async with ClientSession() as session:

        async def client() -> None:
            for batch in batches:
                headers = {"Content-Type": "application/x-ndjson"}
                async with session.post(address, data=b"\n".join(batch), headers=headers) as answer:
                    answer.raise_for_status()
                    await answer.read()

        await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return time.perf_counter() - begun


async def one_by_one(address: str, lines: Sequence[bytes], rate: int) -> tuple[list[float], int]:
    """Post lines one by one at `rate` a second; return the seconds each took, and how many failed."""
    seconds: list[float] = []
    failed = 0
    async with ClientSession() as session:

        async def post(line: bytes, due: float) -> None:
            nonlocal failed
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            headers = {"Content-Type": "application/cloudevents+json"}
            async with session.post(address, data=line, headers=headers) as answer:
                failed += not answer.ok
                await answer.read()
            seconds.append(time.perf_counter() - due)

        begun = time.perf_counter() + 0.5
        await asyncio.gather(*(post(line, begun + number / rate) for number, line in enumerate(lines)))
    return sorted(seconds), failed


def main() -> int:
    """Print both."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument(
        "--rounds", type=int, default=3, help="of batches beside ingest; 0 measures posts alone"
    )
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=10)
    given = parser.parse_args()
    lines = make_lines(given.events)
    ratios = []
    for _ in range(given.rounds):
        with tempfile.TemporaryDirectory() as name:
            start = ingest(Path(name), "one.db", lines[:1])
        with tempfile.TemporaryDirectory() as name, served(Path(name), *NEW) as address:
            file = seconds_of(ingest(Path(name), "file.db", lines), start, len(lines))
            http = asyncio.run(in_batches(address, lines))
        ratios.append(file / http)
        print(
            f"ingest {len(lines) / file:9,.0f} events/s, in batches of {BATCH} over HTTP {len(lines) / http:9,.0f}: "
            f"{file / http:.2f} of it"
        )
    if ratios:
        print(f"median {median(ratios):.2f} (at least 0.6 is aimed at)")
    with tempfile.TemporaryDirectory() as name, served(Path(name), *NEW) as address:
        seconds, failed = asyncio.run(one_by_one(address, lines[: given.rate * given.seconds], given.rate))
    p50, p99 = (seconds[int(len(seconds) * part)] * 1000 for part in (0.5, 0.99))
    print(
        f"single posts at {given.rate}/s: p50 {p50:.1f} ms, p99 {p99:.1f} ms (50 is aimed at), {failed} refused"
    )
    return int(median(ratios or [1.0]) < 0.6 or failed > 0)


if __name__ == "__main__":
    sys.exit(main())
