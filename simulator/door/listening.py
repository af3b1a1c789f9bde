"""Listen for webhooks on this machine, as a developer's tool: verify the signature of each, and report it."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from simulator.door.sockets import listen_on

HOST: Final = "127.0.0.1"
_LARGEST: Final = 1024 * 1024  # bytes of a message
_REFUSED: Final = 400
_REMEMBERED: Final = 10_000  # ids by which a repeated message is recognised


@dataclass(frozen=True)
class ReceivedWebhook:
    """A received message: its id, type and data, whether it came `again`, and what is `wrong` with it."""

    id: str
    type: str
    data: Mapping[str, Any]
    again: bool
    wrong: str | None


def read(headers: Mapping[str, str], body: bytes, secret: str) -> ReceivedWebhook:
    """Read and verify a message; `wrong` says why it must not be trusted."""
    own_id = headers.get("webhook-id", "")
    try:
        message = Webhook(secret).verify(body, dict(headers))
    except WebhookVerificationError as error:
        return ReceivedWebhook(own_id, "", {}, again=False, wrong=str(error))
    except ValueError:
        return ReceivedWebhook(own_id, "", {}, again=False, wrong="Not JSON, or unreadable headers")
    data = message.get("data") if isinstance(message, dict) else None
    if not isinstance(data, dict):
        return ReceivedWebhook(own_id, "", {}, again=False, wrong="Not an object with data")
    return ReceivedWebhook(own_id, str(message.get("type")), data, again=False, wrong=None)


@asynccontextmanager
async def listener(
    port: int, secret: Callable[[], str], status: int, on_message: Callable[[ReceivedWebhook], object]
) -> AsyncIterator[str]:
    """Listen while the context lasts, and yield the address; `on_message` is called with each message.

    `secret` returns the secret that they are signed with. Each is answered with `status`, or with 400 if it must not be
    trusted.

    Raises:
        InputError: the port can't be listened on.

    """
    known: dict[str, None] = {}

    async def take(request: web.Request) -> web.Response:
        one = read(request.headers, await request.read(), secret())
        if one.wrong is not None:
            on_message(one)
            return web.Response(status=_REFUSED)
        on_message(ReceivedWebhook(one.id, one.type, one.data, one.id in known, None))
        known[one.id] = None
        if len(known) > _REMEMBERED:
            del known[next(iter(known))]
        return web.Response(status=status)

    app = web.Application(client_max_size=_LARGEST)
    app.router.add_post("/", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        yield await listen_on(runner, HOST, port) + "/"
    finally:
        await runner.cleanup()


def listen(
    port: int,
    secret: Callable[[], str],
    status: int,
    on_message: Callable[[ReceivedWebhook], object],
    ready: Callable[[str], object],
) -> None:
    """Listen until SIGINT or SIGTERM; `ready` is called with the address.

    Raises:
        InputError: the port can't be listened on.

    """

    async def run() -> None:
        stop = asyncio.Event()
        async with listener(port, secret, status, on_message) as address:
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
            ready(address)
            await stop.wait()

    asyncio.run(run())


def words(data: Mapping[str, Any]) -> str:
    """Return the data of a message as `name=value` pairs, separated by spaces."""
    return " ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in data.items()
    )
