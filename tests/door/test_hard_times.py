"""Clients that are slow, too many, or disconnect: the others are served, and no request is half accepted."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from simulator.door.problems import Problem
from simulator.door.serving import Settings
from simulator.door.sockets import allow_connections
from simulator.door.writer import Full, Parcel, Writer
from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from tests.cli.nasty import PROGRAM
from tests.door.calling import NDJSON, STORY, Caller, at_the_door, event_keys, lines, stored

OPEN = 200


async def begin(door: Caller, media: str, body: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Send the beginning of a request whose body never ends."""
    host, port = door.door.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: {host}\r\nContent-Type: {media}\r\nContent-Length: 9999\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    return reader, writer


async def test_hundreds_of_clients_that_send_nothing_more_keep_nobody_waiting(door: Caller) -> None:
    body = lines(STORY[:1])[:40]
    held = [
        await begin(door, "application/cloudevents+json" if number % 2 else NDJSON, body)
        for number in range(OPEN)
    ]
    replies = await door.send(*STORY)
    bulk = await door.post(lines(STORY), NDJSON)
    for _, writer in held:
        writer.close()
    assert [one.status for one in replies[:2]] == [201, 201]
    assert len(stored(door.path, event_keys)) == len(STORY)
    assert [one["receipt"] for one in bulk.said] == ["duplicate"] * len(STORY)


async def test_one_connection_too_many_is_told_so_and_the_others_are_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.door.serving.allow_connections", lambda: 3)
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform) as door:
            assert (await door.send(STORY[0]))[0].status == 201  # it stays connected
            held = [await begin(door, NDJSON, b"{") for _ in range(2)]
            reader, writer = await begin(door, NDJSON, b"{")
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 503")
            assert b"Retry-After: 1" in head
            assert json.loads(body)["type"] == Problem.BUSY.type
            assert [one.status for one in await door.send(*STORY)] == [200, 201, 201, 201]
            for _, other in (*held, (reader, writer)):
                other.close()


def test_some_files_are_left_for_the_database_however_many_connections_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = [256, 1_024]
    monkeypatch.setattr("resource.getrlimit", lambda _: tuple(limits))
    monkeypatch.setattr("resource.setrlimit", lambda _, now: limits.__setitem__(0, now[0]))
    assert (allow_connections(), limits) == (768, [1_024, 1_024])
    limits[:] = [100, 100]
    assert allow_connections() == 50


async def test_a_silent_body_is_given_up(tmp_path: Path) -> None:
    settings = Settings(port=0, linger_s=0.0, patience_s=0.01)
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, settings) as door:
            reader, writer = await begin(door, "application/cloudevents+json", b"{")
            answer = await reader.read()  # it closes the connection, since the rest of the body may come yet
            writer.close()
            assert answer.startswith(b"HTTP/1.1 408")
            assert json.loads(answer.partition(b"\r\n\r\n")[2])["type"] == Problem.TOO_SLOW.type
            assert stored(door.path, event_keys) == []


@pytest.mark.parametrize(
    ("by_one", "status", "kind"), [(False, 503, Problem.BUSY), (True, 429, Problem.TOO_MUCH)]
)
async def test_when_too_much_is_waiting_a_client_is_asked_to_retry(
    door: Caller, monkeypatch: pytest.MonkeyPatch, by_one: bool, status: int, kind: Problem
) -> None:
    def full(_self: Writer, _parcel: Parcel, *, patient: bool) -> None:
        assert not patient
        raise Full(by_one=by_one)

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "submit", full)
        (reply,) = await door.send(STORY[0])
    assert (reply.status, reply.said["type"], reply.headers["Retry-After"]) == (status, kind.type, "1")
    assert (await door.send(STORY[0]))[0].status == 201


async def test_a_client_that_goes_away_is_not_waited_for_and_what_it_sent_whole_is_stored(
    door: Caller,
) -> None:
    host, port = door.door.address.removeprefix("http://").split(":")
    body = json.dumps(STORY[0]).encode()
    for _ in range(20):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(
            b"POST /v1/events HTTP/1.1\r\nHost: " + host.encode() + b"\r\n"
            b"Content-Type: application/cloudevents+json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        await writer.drain()
        writer.close()
    replies = await door.send(STORY[0], STORY[1])
    assert replies[0].status in (200, 201)
    assert replies[1].said["seq"] == 2
