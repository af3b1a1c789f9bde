"""Run a subscriber on the loopback that keeps what it is sent, and answers as instructed."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

from db.hooks import Subscriber
from simulator.door.deliveries import Dispatcher
from simulator.door.sockets import listen_on
from tests.door.calling import Caller

HANG = 0
"""Instead of a status: never answer."""
PATIENCE_S = 30.0


@dataclass
class Post:
    """A message as received."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The id, the same however often the message is sent."""
        return self.headers["webhook-id"]

    @property
    def said(self) -> Any:
        """The parsed body."""
        return json.loads(self.body)

    def signed_with(self, secret: str) -> bool:
        """Whether a signature was made with this secret, at any time."""
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        own = Webhook(secret).sign(self.id, at, self.body.decode())
        return own in self.headers["webhook-signature"].split()


@dataclass
class Receiver:
    """Keep the messages posted to `url`; the first ones are answered with `answers`, later ones with 204.

    Answers from 400 on have the body `saying`, and `retry_after` in the header of that name.
    """

    url: str = ""
    secret: str = ""
    name: str = ""
    saying: bytes = b""
    retry_after: str | None = None
    answers: deque[int] = field(default_factory=deque)
    posts: list[Post] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: web.Request) -> web.Response:
        """Keep a message, and answer it."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.posts.append(Post(headers, await request.read()))
        async with self.came:
            self.came.notify_all()
        status = self.answers.popleft() if self.answers else 204
        if status == HANG:
            await self.open.wait()
        if status < 400:
            return web.Response(status=status or 204)
        put_off = {} if self.retry_after is None else {"Retry-After": self.retry_after}
        return web.Response(status=status, body=self.saying, headers=put_off)

    async def got(self, count: int) -> list[Post]:
        """Wait for so many messages, and return them."""
        async with asyncio.timeout(PATIENCE_S), self.came:
            await self.came.wait_for(lambda: len(self.posts) >= count)
        return self.posts[:count]

    @property
    def types(self) -> list[str]:
        """The types of the received messages."""
        return [post.said["type"] for post in self.posts]


@asynccontextmanager
async def receiver(*answers: int, one: Receiver | None = None) -> AsyncIterator[Receiver]:
    """A subscriber that listens but has not subscribed yet."""
    one = one or Receiver(answers=deque(answers))
    app = web.Application()
    app.router.add_post("/hooks", one.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    one.url = await listen_on(runner, "127.0.0.1", 0) + "/hooks"
    try:
        yield one
    finally:
        one.open.set()
        await runner.cleanup()


async def subscribe(door: Caller, one: Receiver, name: str = "shop", **wish: Any) -> None:
    """Subscribe over HTTP."""
    told = await door.ask("POST", "/v1/hooks", json={"name": name, "url": one.url, **wish})
    assert told.status == 201, told.said
    one.name, one.secret = name, told.said["secret"]


async def until(hooks: Dispatcher, name: str, holds: Callable[[Subscriber], bool]) -> Subscriber:
    """Wait until a condition holds for a subscriber, and return the subscriber."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = await hooks.stored(hooks.store.named, name)
            if found is not None and holds(found):
                return found
