"""An engine killed behind an additional door: what the door answered is stored once, and its successor continues."""

from __future__ import annotations

import asyncio
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import cast

from aiohttp import ClientSession

from db.postgres.address import PostgresAddress
from db.postgres.copy import fetch
from db.postgres.upstream import PostgresUpstream
from simulator.door.clocks import FROZEN, DoorClock
from simulator.door.passing import opened as passing
from simulator.door.serving import Door, Settings, serve
from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from simulator.proof.verify import verify
from tests.cli.nasty import DAY, PROGRAM, message
from tests.door.calling import KNOWN, NDJSON, NOW, SETTINGS, Caller, lines
from tests.durability.dying import PRELOADED
from tests.postgres.test_inbox import engine_of, events_in

BATCHES = 24
EACH = 5  # events
KILLED_AFTER = (3, 8)  # answered batches


def live(address: PostgresAddress, folder: Path) -> None:
    """Be the program's engine, with a door of its own, until killed."""
    upstream = PostgresUpstream.take(address, folder)
    with open_or_create(upstream.path, load_program(PROGRAM, "program"), upstream=upstream) as platform:
        serve(platform, DoorClock(FROZEN, NOW), Settings(port=0, inbox=address), lambda _: None)


def begin(address: PostgresAddress, folder: Path) -> BaseProcess:
    """Begin an engine in a process of its own."""
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    process = context.Process(target=live, args=(address, folder), daemon=True)
    process.start()
    return process


def batch(number: int) -> bytes:
    """Some events."""
    return lines(
        [
            message(f"e{number}-{place}", "customer.identified", f"p{number}-{place}", NOW - DAY, **KNOWN)
            for place in range(EACH)
        ]
    )


async def test_what_a_door_answered_is_stored_once_though_its_engine_is_killed(
    address: PostgresAddress, tmp_path: Path
) -> None:
    engine_of(address, tmp_path / "engine").close()
    processes = [begin(address, tmp_path / "engine")]
    seqs: dict[str, int] = {}
    answered = 0

    async def client(door: Caller, numbers: list[int]) -> None:
        nonlocal answered
        for number in numbers:
            reply = await door.post(batch(number), NDJSON)
            assert reply.status == 200
            seqs.update((f"e{number}-{told['position'] - 1}", told["seq"]) for told in reply.said)
            answered += 1
            if answered in KILLED_AFTER:
                processes[-1].kill()
                await asyncio.to_thread(processes[-1].join)
                processes.append(begin(address, tmp_path / f"engine-{answered}"))

    async with (
        passing(address, tmp_path / "door", SETTINGS, patience_s=60.0) as opened,
        ClientSession() as session,
    ):
        door = Caller(cast("Door", opened), tmp_path, session)
        await asyncio.gather(*(client(door, list(range(start, BATCHES, 4))) for start in range(4)))
    processes[-1].terminate()
    await asyncio.to_thread(processes[-1].join)
    assert len(processes) == 1 + len(KILLED_AFTER)
    stored = events_in(address, tmp_path)
    assert {event_id: seq for seq, event_id in stored} == seqs
    assert len(stored) == len(seqs) == BATCHES * EACH
    assert verify(fetch(address, tmp_path)).difference is None
