"""A door that is killed: it serves in a process of its own, and clients keep the answers they got."""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

from aiohttp import ClientError, ClientSession

from simulator.door.clocks import FROZEN, DoorClock
from simulator.door.serving import Door, Settings, serve
from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from simulator.program.presets import find_program
from tests.durability.dying import PRELOADED

NOW = 1_772_355_600_000
"""Of the frozen clock: 1 March 2026, 9:00 UTC."""
CLIENTS = 8
OK = 300  # a status below is an answer that says "stored"


def live(path: Path, address: Path) -> None:
    """Serve `path` until the end, and write down the address."""
    with open_or_create(path, load_program(*find_program("telecom"))) as platform:

        def listening(door: Door) -> None:
            address.with_suffix(".new").write_text(door.address)
            os.replace(address.with_suffix(".new"), address)  # noqa: PTH105 - at once, and never half

        serve(platform, DoorClock(FROZEN, NOW), Settings(port=0), listening)


def spawn(path: Path, address: Path) -> BaseProcess:
    """Return a process that runs `live`."""
    address.unlink(missing_ok=True)
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    process = context.Process(target=live, args=(path, address), daemon=True)
    process.start()
    return process


def event(number: int) -> bytes:
    """Make an event; every fifth belongs to the journey of one friend, whom nobody referred."""
    kind = "purchase.completed" if number % 5 == 0 else "friend.opted_in"
    source = "client/shop" if number % 5 == 0 else "platform"
    told = {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": source,
        "type": kind,
        "subject": f"p{number % 97}",
    }
    return json.dumps({**told, "time": "2026-03-01T08:00:00Z"}).encode()


@dataclass
class Sent:
    """What clients sent and were answered: the seq of each event that they were told is stored.

    `unsure` are events that were sent to a server that was killed before it answered.
    """

    next: int = 0
    stored: dict[int, int] = field(default_factory=dict)
    unsure: set[int] = field(default_factory=set)


async def until_killed(process: BaseProcess, address: Path, sent: Sent, random: Random, answers: int) -> None:
    """Send from several clients at once, and kill the server in the middle, after so many answers."""
    while not address.exists():
        assert process.exitcode is None, "it ended before it listened"
        await asyncio.to_thread(process.join, 0.01)
    at = address.read_text()
    left = [answers]
    async with ClientSession() as session:
        await asyncio.gather(*(_client(session, at, process, sent, random, left) for _ in range(CLIENTS)))
    process.join()


async def _client(
    session: ClientSession, at: str, process: BaseProcess, sent: Sent, random: Random, left: list[int]
) -> None:
    numbers: list[int] = []
    with suppress(ClientError, ConnectionError):
        while process.exitcode is None:
            numbers, again = _some(sent, random)
            body = b"\n".join(map(event, numbers))
            headers = {"Content-Type": "application/x-ndjson"}
            async with session.post(f"{at}/v1/events", data=body, headers=headers) as answer:
                assert answer.status < OK, await answer.text()
                lines = (await answer.read()).splitlines()
            for number, line in zip(numbers, lines, strict=True):
                receipt = json.loads(line)
                assert receipt["receipt"] == "accepted" or (again and receipt["receipt"] == "duplicate")
                assert sent.stored.setdefault(number, receipt["seq"]) == receipt["seq"], "stored twice"
            numbers = []
            left[0] -= 1
            if left[0] == 0:
                process.kill()
    sent.unsure |= set(numbers)  # it was killed before it answered


def _some(sent: Sent, random: Random) -> tuple[list[int], bool]:
    """Return the numbers of some events: new ones, or sometimes again those whose fate nobody knows."""
    if sent.unsure and random.random() < 1 / CLIENTS:
        some, sent.unsure = sorted(sent.unsure), set()
        return some, True
    count = random.choice((1, 1, 3, 40))
    sent.next += count
    return list(range(sent.next - count, sent.next)), False
