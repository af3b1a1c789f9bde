"""What a door records for those who look at its database: who called, who is sent what, and no secrets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from db.door_file import door_path
from db.door_status import (
    ELSEWHERE,
    UNKNOWN,
    CallerRow,
    DoorStatus,
    StatusStore,
    SubscriberRow,
    door_status,
    ways,
)
from db.sqlite.readonly import LockedDatabaseError
from referral_tui.cli.review import or_at_the_server
from simulator.door.guards import NO_KEY
from simulator.door.inlets import find_inlets
from simulator.door.keys import Keys, new_key
from simulator.door.metrics import OTHERS, Metrics
from simulator.door.serving import Settings
from simulator.events.decode import decode_lines
from simulator.mapping.secrets import Secrets
from simulator.platform.receipts import Counts
from simulator.platform.session import WATCHED, IntakeSession, open_or_create
from simulator.program.load import load_program
from tests.cli.nasty import PROGRAM
from tests.door.calling import NDJSON, NOW, STORY, Caller, at_the_door, lines
from tests.door.subscriber import receiver, subscribe, until

PATIENCE_S = 30.0


async def told(door: Caller, callers: tuple[CallerRow, ...]) -> DoorStatus:
    """Return what is recorded once these have called."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = await asyncio.to_thread(door_status, door.path, 3)
            if found is not None and found.callers == callers:
                return found


async def test_callers_and_subscribers_are_recorded_while_the_door_is_open(tmp_path: Path) -> None:
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


async def test_where_keys_are_required_no_address_of_a_visitor_is_kept(tmp_path: Path) -> None:
    key, secret = new_key([], "shop", ["send"], ["client/shop", "platform"])
    inlets = find_inlets(["dub"], Secrets("0123456789abcdef0123456789abcdef", {"dub": "hush"}))
    settings = Settings(port=0, linger_s=0.0, tell_every_s=0.01, keys=Keys([key]), inlets=inlets)
    path = tmp_path / "a.db"
    with open_or_create(path, load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, settings) as door:
            await door.post(lines(STORY[1:2]), NDJSON, Authorization=f"Bearer {secret}")
            assert (await door.ask("GET", "/r/ANN")).status == 200
            assert (await door.ask("GET", "/v1/rewards")).status == 401
            assert (await door.ask("POST", "/v1/in/dub", data=b"{}")).status == 401
            found = await told(
                door,
                (
                    CallerRow(NO_KEY, 2, 1, 0, 0, 0),
                    CallerRow("dub (signed)", 1, 0, 0, 0, 0),
                    CallerRow("shop", 1, 1, 0, 0, 0),
                ),
            )
    assert found is not None
    assert {(one.source, one.client) for one in ways(path)} == {("platform", "shop"), ("platform", NO_KEY)}
    assert b"127.0.0.1" not in door_path(path).read_bytes().replace(found.address.encode(), b"")


def test_who_decides_a_review_beside_a_server_is_told_its_address(tmp_path: Path) -> None:
    path, address = tmp_path / "a.db", "http://127.0.0.1:8787"
    for open_there, said in (
        (True, f"in use; or settle it at the server: POST {address}/v1/reviews/7"),
        (False, "in use"),
    ):
        with StatusStore(path) as store:
            store.opened(address, NOW, {})
            if not open_there:
                store.closed()
        with pytest.raises(LockedDatabaseError) as found, or_at_the_server(path, 7):
            raise LockedDatabaseError("in use")
        assert str(found.value) == said


def test_clients_beyond_the_limit_are_counted_together() -> None:
    metrics = Metrics()
    for number in range(100):
        metrics.received(f"10.0.0.{number}", Counts(accepted=1), {f"client/{number}": 1})
    assert len(metrics.callers) == 41
    assert metrics.callers[OTHERS].counts.accepted == 60
    assert sum(metrics.came.values()) == 100


async def test_how_the_events_of_each_source_came_is_counted_through_restarts(tmp_path: Path) -> None:
    path, settings = tmp_path / "a.db", Settings(port=0, linger_s=0.0, tell_every_s=0.01)

    async def send(name: str, *events: Mapping[str, object], killed: bool = False) -> None:
        key, secret = new_key([], name, ["send"], ["client/crm", "client/shop", "platform"])
        keyed = replace(settings, keys=Keys([key]))
        with open_or_create(path, load_program(PROGRAM, "program")) as platform:
            async with at_the_door(platform, keyed) as door:
                told = await door.post(lines([*events, *events]), NDJSON, Authorization=f"Bearer {secret}")
                assert told.status == 200
        with StatusStore(path) as store:
            if killed:  # before it had told
                store.db.execute("UPDATE door SET open = 1")
                store.db.execute("DELETE FROM way WHERE client = ?", (name,))

    line = json.dumps(STORY[0]).encode()
    with (
        open_or_create(path, load_program(PROGRAM, "program")) as platform,
        IntakeSession(platform, clock=lambda: NOW, batching=WATCHED) as session,  # as `ingest` does
    ):
        session.receive(decode_lines([line], session.receiver(), platform.check_program), [line])
    await send("shop", STORY[1])
    await send("till", STORY[2], killed=True)
    await send("shop", *STORY[1:])
    found = {(way.source, way.client): way.accepted for way in ways(path)}
    first = str(STORY[0]["source"])
    assert found[first, ELSEWHERE] == 1
    assert sum(found.values()) == len(STORY)
    assert found[str(STORY[1]["source"]), "shop"] == 1
    assert found[str(STORY[2]["source"]), UNKNOWN] == 1
    assert ("client/shop", "till") not in found


def test_a_file_of_another_kind_shows_no_door(tmp_path: Path) -> None:
    assert door_status(tmp_path / "a.db", 0) is None
    assert not door_path(tmp_path / "a.db").exists()
    door_path(tmp_path / "a.db").write_bytes(b"a letter to my aunt")
    assert door_status(tmp_path / "a.db", 0) is None
