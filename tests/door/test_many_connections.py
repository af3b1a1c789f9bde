"""A thousand connections at once: slow, cut and idle ones, and a subscriber that hangs; everybody else is served."""

from __future__ import annotations

import asyncio
import json
import resource
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.door.calling import NDJSON, STORY, STRUCTURED, lines
from tests.door.subscriber import HANG, receiver
from tests.door.test_serve import served

OPEN, CUT = 1_000, 200
FILES = 1_024
"""Open files that a process may have by default, on most systems."""
PATIENCE_S = 300.0
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
def files() -> Iterator[None]:
    """Allow this process, and the server that it starts, what a shell does by default; this one more, later."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def visit(number: int) -> bytes:
    """Return an event of a separate friend."""
    told = {"specversion": "1.0", "id": f"slow{number}", "source": "platform", "type": "friend.opted_in"}
    return json.dumps({**told, "subject": f"f{number}", "time": "2026-01-01T00:00:00Z"}).encode()


async def begin(address: str, number: int, body: bytes) -> Connection:
    """Connect, and send the head of a request and a third of its body."""
    host, port = address.removeprefix("http://").split(":")
    media = STRUCTURED if number % 2 else NDJSON
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /v1/events HTTP/1.1\r\nHost: {host}\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body[: len(body) // 3])
    await writer.drain()
    return reader, writer


async def go_on(connections: Sequence[Connection], bodies: Sequence[bytes], place: int) -> None:
    """Send one more byte of each body, as a very slow client does."""
    for (_, writer), body in zip(connections, bodies, strict=True):
        at = len(body) // 3 + place
        writer.write(body[at : at + 1])
    await asyncio.gather(*(writer.drain() for _, writer in connections))


async def status_of(reader: asyncio.StreamReader) -> int:
    """Return the status of the response."""
    return int((await reader.readline()).split()[1])


@pytest.mark.long
async def test_a_thousand_slow_clients_and_a_hanging_subscriber_keep_nobody_waiting(
    tmp_path: Path, files: None
) -> None:
    bodies = [visit(number) for number in range(OPEN)]
    with served(tmp_path, "--program", "program.toml", "--clock", "frozen") as (_, address):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # of the client alone
        async with (
            asyncio.timeout(PATIENCE_S),
            ClientSession(address) as session,
            receiver(*[HANG] * 9) as hanging,
            receiver() as well,
        ):

            async def ask(path: str, body: bytes, media: str = "application/json") -> Any:
                async with session.post(path, data=body, headers={"Content-Type": media}) as answer:
                    assert answer.ok, await answer.text()
                    said = await answer.read()
                    return [json.loads(line) for line in said.splitlines()]

            for name, one in (("hanging", hanging), ("well", well)):
                await ask("/v1/hooks", json.dumps({"name": name, "url": one.url}).encode())
            held = [await begin(address, number, body) for number, body in enumerate(bodies)]
            cut = [await begin(address, number, body) for number, body in enumerate(bodies[:CUT])]
            for _, writer in cut:
                writer.transport.abort()
            await ask("/v1/clock", b'{"to": "2026-01-03T00:00:00Z"}')
            for place, event in enumerate(STORY):
                await go_on(held, bodies, place)
                (told,) = await ask("/v1/events", json.dumps(event).encode(), STRUCTURED)
                assert told["receipt"] == "accepted"
            bulk = await ask("/v1/events", lines(STORY), NDJSON)
            await well.got(3)  # what follows is sent to who takes it
            for (_, writer), body in zip(held, bodies, strict=True):
                writer.write(body[len(body) // 3 + len(STORY) :])
            statuses = [await status_of(reader) for reader, _ in held]
            async with session.get("/healthz") as answer:
                health = await answer.json()
            for _, writer in (*held, *cut):
                writer.close()
            await asyncio.gather(
                *(writer.wait_closed() for _, writer in (*held, *cut)), return_exceptions=True
            )
            assert len(hanging.posts) == 1
    assert [one["receipt"] for one in bulk] == ["duplicate"] * len(STORY)
    assert statuses == [201 if number % 2 else 200 for number in range(OPEN)]
    assert health["seq"] == OPEN + len(STORY)  # of those that were cut, nothing
