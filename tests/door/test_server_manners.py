"""What trips engineers up: a mistyped parameter, HEAD, an unknown host, a server that stops while lines arrive."""

from __future__ import annotations

import asyncio
import errno
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from db.sqlite.lock import WriterLock
from simulator.domain.errors import DatabaseError, InputError
from simulator.door.bodies import PIECE_LINES
from simulator.door.sockets import listen_on
from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from tests.cli.nasty import DAY, PROGRAM, message
from tests.door.calling import NDJSON, NOW, STORY, Caller, at_the_door, event_keys, lines, stored


async def test_a_parameter_that_is_mistyped_is_refused_before_anything_is_taken(door: Caller) -> None:
    reply = await door.post(json.dumps(STORY[0]).encode(), query="?wiat=outcome")
    assert (reply.status, reply.said["field"]) == (422, "wiat")
    assert "it accepts wait" in reply.said["detail"]
    assert stored(door.path, event_keys) == []


@pytest.mark.parametrize("address", ["/healthz", "/v1/funnel", "/openapi.json", "/"])
async def test_whoever_asks_only_whether_it_is_there_is_answered_without_a_body(
    door: Caller, address: str
) -> None:
    async with door.session.head(f"{door.door.address}{address}") as answer:
        assert (answer.status, await answer.read()) == (200, b"")


async def test_a_link_that_is_only_looked_at_stores_no_visit(door: Caller) -> None:
    await door.post(lines(STORY[:2]), NDJSON)
    async with door.session.head(f"{door.door.address}/r/ANN") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET")
    assert len(stored(door.path, event_keys)) == 2


async def test_an_unknown_host_is_reported_in_words() -> None:
    runner = web.AppRunner(web.Application())
    await runner.setup()
    with pytest.raises(InputError, match=r"--host nowhere\.invalid --port 0: can't be listened on") as raised:
        await listen_on(runner, "nowhere.invalid", 0)
    await runner.cleanup()
    assert "Unknown error" not in str(raised.value)


async def test_lines_that_still_come_when_the_server_ends_are_answered_with_how_many_are_stored(
    tmp_path: Path,
) -> None:
    some = lines([message(f"o{n}", "friend.opted_in", f"f{n}", NOW - DAY) for n in range(PIECE_LINES)])
    ending = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield some
        await ending.wait()
        for _ in range(5):
            yield some

    async with ClientSession() as session:
        with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
            async with at_the_door(platform) as door:
                headers = {"Content-Type": NDJSON}
                call = session.post(f"{door.door.address}/v1/events", data=body(), headers=headers)
                request = asyncio.create_task(call.__aenter__())
                while (await door.ask("GET", "/healthz")).said["seq"] < PIECE_LINES:
                    await asyncio.sleep(0)
                ending.set()
        answer = await request
        said = await answer.json()
    assert (answer.status, said["type"]) == (503, "urn:referral-tui:problem:ending")
    assert (said["stored_lines"] % PIECE_LINES, said["stored_lines"] >= PIECE_LINES) == (0, True)


def test_a_disk_without_room_for_a_lock_is_said_with_the_databases_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(DatabaseError, match=r"a\.db: can't be locked .*No space left.*make room"):
            WriterLock(tmp_path / "a.db")
    WriterLock(tmp_path / "a.db").release()
