"""What a door tells those who look at its database: who called, and who is sent what; and nothing that is secret."""

from __future__ import annotations

import asyncio
from pathlib import Path

from db.door_file import door_path
from db.door_status import CallerRow, DoorStatus, SubscriberRow, door_status
from simulator.door.keys import Keys, new_key
from simulator.door.metrics import OTHERS, Metrics
from simulator.door.serving import Settings
from simulator.platform.receipts import Counts
from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from tests.cli.nasty import PROGRAM
from tests.door.calling import NDJSON, STORY, Caller, at_the_door, lines
from tests.door.subscriber import receiver, subscribe, until

PATIENCE_S = 30.0


async def told(door: Caller, callers: tuple[CallerRow, ...]) -> DoorStatus:
    """What is told, once these have called."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = await asyncio.to_thread(door_status, door.path, 3)
            if found is not None and found.callers == callers:
                return found


async def test_who_calls_and_who_is_sent_what_is_told_while_the_door_is_open(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    settings = Settings(port=0, linger_s=0.0, tell_every_s=0.01)
    with open_or_create(path, load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, settings) as door, receiver() as shop:
            await subscribe(door, shop)
            await door.post(lines([*STORY, STORY[0], {"id": "x"}]), NDJSON)
            await until(door.door.hooks, "shop", lambda one: one.reached == 3)
            found = await told(door, (CallerRow("127.0.0.1", 2, 4, 1, 0, 1),))
            assert found.address == door.door.address
            assert found.subscribers == (SubscriberRow("shop", 3, 0, 0, None),)
            assert shop.secret not in repr(found)
    assert door_status(path, 3) is None


async def test_clients_are_called_by_the_names_of_their_keys(tmp_path: Path) -> None:
    key, secret = new_key([], "shop", ["send"], ["client/shop", "platform"])
    settings = Settings(port=0, linger_s=0.0, tell_every_s=0.01, keys=Keys([key]))
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, settings) as door:
            await door.post(lines(STORY[1:3]), NDJSON, Authorization=f"Bearer {secret}")
            await told(door, (CallerRow("shop", 1, 2, 0, 0, 0),))


def test_clients_that_are_too_many_are_told_together() -> None:
    metrics = Metrics()
    for number in range(100):
        metrics.received(f"10.0.0.{number}", Counts(accepted=1))
    assert len(metrics.callers) == 41
    assert metrics.callers[OTHERS].counts.accepted == 60


def test_a_file_that_is_something_else_tells_of_no_door(tmp_path: Path) -> None:
    assert door_status(tmp_path / "a.db", 0) is None
    assert not door_path(tmp_path / "a.db").exists()
    door_path(tmp_path / "a.db").write_bytes(b"a letter to my aunt")
    assert door_status(tmp_path / "a.db", 0) is None
