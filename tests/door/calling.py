"""Call a door over the loopback with aiohttp's client."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from db.sqlite.readonly import Database
from db.sqlite.same_process import snapshot_beside_writer
from simulator.door.clocks import FROZEN, DoorClock
from simulator.door.openapi import description
from simulator.door.serving import Door, Settings, opened
from simulator.platform.platform import Platform
from tests.cli.nasty import DAY, HOUR, START, message

NOW = START + 2 * DAY
KNOWN = {"contact_ref": "c", "contact_kind": "email", "via": "sso", "referrer_kind": "customer"}
STORY = [
    message("w1", "customer.identified", "ann", START, **KNOWN),
    message("l1", "link.created", "ann", START, code="ANN"),
    message("v1", "friend.visited", "ben", START + HOUR, code="ANN", channel="email"),
    message("b1", "service.activated", "ben", START + 2 * HOUR, amount_minor=1500, currency="GBP"),
]
STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
NDJSON = "application/x-ndjson"
SETTINGS = Settings(port=0, linger_s=0.0)


@dataclass(frozen=True)
class Reply:
    """A response: status, headers, and parsed body."""

    status: int
    headers: Mapping[str, str]
    said: Any


@dataclass(frozen=True)
class Caller:
    """Send requests to a door."""

    door: Door
    path: Path
    session: ClientSession

    async def ask(self, method: str, address: str, **request: Any) -> Reply:
        """Send a request, and read the response."""
        async with self.session.request(method, f"{self.door.address}{address}", **request) as answer:
            body = await answer.read()
            check_described(method, answer.url.path, answer.status, answer.content_type)
            lines = answer.content_type == NDJSON
            return Reply(
                answer.status,
                answer.headers,
                [json.loads(line) for line in body.splitlines()]
                if lines
                else json.loads(body)
                if answer.content_type.endswith("json")
                else body.decode(),
            )

    async def post(self, body: bytes, media: str = STRUCTURED, query: str = "", **headers: str) -> Reply:
        """Send a body to /v1/events."""
        sent = {"Content-Type": media, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self.ask("POST", f"/v1/events{query}", data=body, headers=sent)

    async def send(self, *events: Mapping[str, object]) -> list[Reply]:
        """Send events one by one, structured."""
        return [await self.post(json.dumps(event).encode()) for event in events]


@asynccontextmanager
async def at_the_door(platform: Platform, settings: Settings = SETTINGS) -> AsyncIterator[Caller]:
    """Open a door with a frozen clock, and a client session."""
    async with (
        opened(platform, DoorClock(FROZEN, NOW), settings) as door,
        ClientSession() as session,
    ):
        yield Caller(door, platform.path, session)


def lines(events: Sequence[Mapping[str, object]]) -> bytes:
    """Return the events as JSON Lines."""
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def stored(path: Path, query: Callable[[Database], Iterable[Any]]) -> list[Any]:
    """Return what a function of `db.read` yields while the door is open, read as the door itself reads."""
    with snapshot_beside_writer(path) as db:
        return list(query(db))


def event_keys(db: Database) -> Iterable[tuple[Any, ...]]:
    """Return the seq and id of each event."""
    return db.execute("SELECT seq, id FROM event ORDER BY seq")


PATHS: dict[str, Any] = description("0")["paths"]


def check_described(method: str, path: str, status: int, media: str) -> None:
    """Check that the description allows a response with this status and content type to this method and address."""
    told = [
        operations[method.lower()]
        for pattern, operations in PATHS.items()
        if method.lower() in operations and re.fullmatch(re.sub(r"\{[^}]+\}", ".+", pattern), path)
    ]
    for operation in told[:1]:
        answer = operation["responses"][str(status)]
        assert media in answer.get("content", {media: None}), f"{method} {path}: {status} {media}"
