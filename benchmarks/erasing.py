"""Measure how long it takes to erase one person out of a million, and to verify: `python -m benchmarks.erasing`.

A tenth of the people refer; everybody else opens a link, six in ten leave a contact, and two in ten buy. So a referrer
with nine friends is named in 17 events. People are erased one by one, referrers and friends alternately, each with the
function that the command calls; then one with the command itself, including its start.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from statistics import median

from simulator.events.moment import format_moment
from simulator.platform.erasing.erase import erase

START_MS = 1_767_225_600_000  # 2026-01-01
FRIENDS = 9  # of each referrer
COMMAND = [sys.executable, "-m", "referral_tui"]
SAID = ("--by", "dpo-1", "--basis", "measured")


def reference(prefix: str, number: int) -> str:
    """Return a reference as long as real ones."""
    return prefix + blake2b(f"{prefix}{number}".encode(), digest_size=12).hexdigest()


def lines(people: int) -> Iterator[str]:
    """Yield the messages about so many people, one after another, 10 ms apart."""
    number = 0

    def line(kind: str, source: str, subject: str, data: str) -> str:
        nonlocal number
        number += 1
        return (
            f'{{"specversion":"1.0","id":"m-{number}","source":"{source}","type":"{kind}",'
            f'"time":"{format_moment(START_MS + number * 10)}","subject":"{subject}","data":{{{data}}}}}\n'
        )

    for person in range(people):
        ref, link = reference("p", person), person - person % (FRIENDS + 1)
        code = f'"code":"{reference("K", link)}"'
        contact = f'"contact_ref":"{reference("c", person)}","country":"GB"'
        if person == link:
            fields = (
                f'{contact},"contact_kind":"email","via":"sso","referrer_kind":"customer","segment":"family"'
            )
            yield line("customer.identified", "client/crm", ref, fields)
            yield line("link.created", "platform", ref, code)
            continue
        device = f'"device_ref":"{reference("d", person)}"'
        yield line("friend.visited", "platform", ref, f'{code},"channel":"email",{device}')
        if person % 10 < 7:
            yield line("friend.claimed", "platform", ref, f"{contact},{code}")
        if person % 10 < 3:
            yield line(
                "service.activated", "client/billing", ref, '"outcome":"activated","new_customer":true'
            )


def main() -> None:
    """Measure, and print what each took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.erasing", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--erased", type=int, default=10, help="how many people to erase")
    parser.add_argument(
        "--keep", type=Path, metavar="FILE", help="keep the database here, or use the one there"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(given.keep or Path(folder) / "people.db", given.people, given.erased)


def measure(path: Path, people: int, erased: int) -> None:
    """Create the database if it doesn't exist, and erase people from it."""
    if not path.exists():
        log = path.with_suffix(".jsonl")
        with log.open("w") as stream:
            stream.writelines(lines(people))
        subprocess.run(
            [
                *COMMAND,
                "ingest",
                "--program",
                "telecom",
                "--db",
                str(path),
                "--received-as-occurred",
                str(log),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        log.unlink()
    size = path.stat().st_size
    print(f"{people:,} people, {size / 1e6:,.0f} MB", flush=True)
    found: list[tuple[float, float]] = []
    markets = random.Random().sample(range(people // (FRIENDS + 1)), erased + 1)  # others each time: --keep
    for turn, market in enumerate(markets[1:]):
        person = market * (FRIENDS + 1) + turn % 2  # a referrer, then a friend
        wall, work = time.perf_counter(), time.process_time()
        one = erase(path, [reference("p", person)], by="dpo-1", reason="measured").people[0]
        found.append((time.perf_counter() - wall, time.process_time() - work))
        rows = ", ".join(f"{count} of {table}" for table, count in one.rows.items())
        print(f"  {found[-1][0]:6.2f} s, {found[-1][1]:5.2f} s of processor time: {rows}", flush=True)
    walls, works = zip(*found, strict=True)
    print(f"one person: {median(walls):.2f} s, {median(works):.2f} s of processor time (medians of {erased})")
    wall = time.perf_counter()
    command = [*COMMAND, "erase", reference("p", markets[0] * (FRIENDS + 1)), *SAID, "--db", str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    print(f"the command, with its start: {time.perf_counter() - wall:.2f} s")


if __name__ == "__main__":
    main()
