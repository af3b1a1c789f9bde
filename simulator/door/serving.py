"""Serve a database over HTTP until stopped: start and end the event loop, the writer and everything beside them."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from db.postgres.address import PostgresAddress
from db.read.notices import Notice, notices
from db.read.traffic import accepted_by_source
from simulator.domain.errors import InputError
from simulator.door.app import application
from simulator.door.bodies import Bodies
from simulator.door.clocks import DoorClock
from simulator.door.context import Context
from simulator.door.deliveries import Dispatcher
from simulator.door.errands import Settling
from simulator.door.guards import is_loopback
from simulator.door.inbox import InboxWorker
from simulator.door.inlets import Inlet
from simulator.door.keys import Keys
from simulator.door.metrics import Metrics
from simulator.door.protocol import Runner
from simulator.door.reading import Reading
from simulator.door.sending import Sending
from simulator.door.sockets import allow_connections, listen_on
from simulator.door.status_recording import StatusRecorder
from simulator.door.veto_deadline import Deadline
from simulator.door.vetoes import Asker, Veto
from simulator.door.writer import Intake, Writer
from simulator.platform.platform import Platform

# streamed bodies whose lines may be with the writer at the same time; others wait for their turn
MOST_STREAMS: Final = 8
# how long a thread keeps the interpreter; at 5 ms each response waits for the engine
_SWITCH_S: Final = 0.0005
_STILL_COMING_S: Final = 2.5  # for what clients are sending when the server ends
_PATIENCE_S: Final = 5.0  # for requests in progress when the server ends


@dataclass(frozen=True)
class Settings:
    """The settings of a door.

    `most_body` is the largest body in bytes, and `linger_s` how many seconds to collect events for before judging them
    together. A body that is silent for `patience_s` seconds is given up. Without `keys` none are required. `landing` is
    the page that friends who follow a link are redirected to, `public_url` that of `check_public`. `sending` says how
    webhooks are sent, `veto` who is asked about rewards. `inlets` are the mappings served, by name. `inbox` is where
    other doors of the program put what they receive. Every `tell_every_s` seconds it is recorded who called, for those
    who look at the database.
    """

    host: str = "127.0.0.1"
    port: int = 8787
    most_body: int = 16 * 1024 * 1024
    linger_s: float = 0.005
    keys: Keys | None = None
    landing: str | None = None
    public_url: str | None = None
    inlets: Mapping[str, Inlet] = field(default_factory=dict)
    patience_s: float = 30.0
    sending: Sending = field(default_factory=Sending)
    veto: Veto | None = None
    inbox: PostgresAddress | None = None
    tell_every_s: float = 1.0


def check(settings: Settings) -> None:
    """Check that the address may be listened on.

    Raises:
        InputError: other machines could reach a server that requires no keys.

    """
    if settings.keys is None and not is_loopback(settings.host):
        raise InputError(
            f"--host {settings.host}: other machines could send events, and no keys are required; "
            "listen on the loopback address 127.0.0.1, or create keys with `referral-tui keys add` and give --keys FILE"
        )


def serve(
    platform: Platform, clock: DoorClock, settings: Settings, on_open: Callable[[Door], object]
) -> None:
    """Serve an open platform until SIGINT or SIGTERM, then shut down cleanly: everything that was answered is stored.

    `on_open` is called with the door once it is listening.

    Raises:
        InputError: the address can't be listened on.
        DatabaseError: the database can't be written to any more.

    """
    check(settings)
    sys.setswitchinterval(_SWITCH_S)
    asyncio.run(_serve(platform, clock, settings, on_open))


@dataclass(frozen=True)
class Door:
    """An open door: its address, writer, webhook dispatcher and veto asker, and the event that stops it."""

    address: str
    writer: Writer
    hooks: Dispatcher
    asker: Asker | None
    stop: asyncio.Event


@dataclass(frozen=True)
class _Parts:
    """What works in an open door beside its handlers: started once it listens, ended after the last answer."""

    reading: Reading
    writer: Writer
    hooks: Dispatcher
    teller: StatusRecorder
    asker: Asker | None
    inbox: InboxWorker | None

    async def start(self, address: str) -> None:
        """Start them at a door that listens on an address."""
        await self.teller.start(address)
        self.writer.start()
        self.hooks.start()
        if self.inbox is not None:
            self.inbox.start()
        if self.asker is not None:
            self.asker.start(self.writer)

    async def end(self) -> None:
        """End them, each after those that hand something to it."""
        # requests in progress are answered by now, but letters that were read are still with the writer
        if self.inbox is not None:
            await asyncio.to_thread(self.inbox.close)
        await asyncio.to_thread(self.writer.close)
        if self.inbox is not None:
            await asyncio.to_thread(self.inbox.end)
        await self.teller.close()
        await self.hooks.close()
        if self.asker is not None:
            await self.asker.close()
        self.reading.close()


@asynccontextmanager
async def opened(
    platform: Platform, clock: DoorClock, settings: Settings, make: Callable[..., Writer] = Writer
) -> AsyncIterator[Door]:
    """Listen and accept requests while the context lasts; then answer those in progress and stop the writer.

    `make` creates the writer.

    Raises:
        InputError: the address can't be listened on.

    """
    stop = asyncio.Event()
    parts, context = _assembled(platform, clock, settings, make, stop)
    try:
        async with listening(context, settings) as address:
            await parts.start(address)
            yield Door(address, parts.writer, parts.hooks, parts.asker, stop)
    finally:
        await parts.end()


def _assembled(
    platform: Platform,
    clock: DoorClock,
    settings: Settings,
    make: Callable[..., Writer],
    stop: asyncio.Event,
) -> tuple[_Parts, Context]:
    """Return the parts of a door, none of them started, and what its handlers share; the writer's end sets `stop`."""
    loop = asyncio.get_running_loop()
    reading, metrics, settling = Reading(platform.path), Metrics(), Settling(loop)

    async def entries(after: int, until: int, most: int) -> list[Notice]:
        return await reading.read(notices, after, until, most)

    hooks = Dispatcher(platform.path, entries, settings.sending, metrics)
    asker = deadline = None
    if settings.veto is not None:
        asker = Asker(platform.path, reading, settings.veto, settings.sending)
        deadline = Deadline(asker.not_vetoed) if settings.veto.refuse else None

    def news() -> None:
        hooks.news()
        if asker is not None:
            asker.news()

    writer = make(
        platform,
        clock,
        together=settling.together,
        linger_s=settings.linger_s,
        on_news=lambda: loop.call_soon_threadsafe(news),
        gate=deadline,
        on_end=lambda: loop.call_soon_threadsafe(stop.set),
    )
    inbox = None
    if settings.inbox is not None:
        inbox = InboxWorker(
            settings.inbox, writer, lambda *came: loop.call_soon_threadsafe(metrics.received, *came)
        )
    teller = StatusRecorder(
        platform.path, metrics, settings.tell_every_s, lambda: reading.read(accepted_by_source)
    )
    context = context_of(
        platform.path, reading, writer, settings, settling=settling, metrics=metrics, hooks=hooks, asker=asker
    )
    return _Parts(reading, writer, hooks, teller, asker, inbox), context


def context_of(
    path: Path,
    reading: Reading,
    writer: Intake,
    settings: Settings,
    *,
    settling: Settling,
    metrics: Metrics,
    hooks: Dispatcher,
    asker: Asker | None = None,
    passes_on: bool = False,
) -> Context:
    """Return the context that the handlers of a door on the database at `path` share."""
    return Context(
        path=path,
        reading=reading,
        host=settings.host,
        writer=writer,
        settling=settling,
        hooks=hooks,
        asker=asker,
        bodies=Bodies(settings.most_body, settings.patience_s),
        streams=asyncio.Semaphore(MOST_STREAMS),
        metrics=metrics,
        keys=settings.keys,
        landing=settings.landing,
        public_url=settings.public_url,
        inlets=settings.inlets,
        passes_on=passes_on,
    )


@asynccontextmanager
async def listening(context: Context, settings: Settings) -> AsyncIterator[str]:
    """Listen while the context lasts, and yield the address; at the end, requests in progress are answered.

    Raises:
        InputError: the address can't be listened on.

    """
    runner = Runner(
        application(context),
        allow_connections(),
        access_log=None,
        auto_decompress=False,  # `Bodies` does it
        shutdown_timeout=_PATIENCE_S,
        lingering_time=min(_PATIENCE_S, settings.patience_s),  # for the rest of a body that was given up
    )
    await runner.setup()
    try:
        yield await listen_on(runner, settings.host, settings.port)
    finally:
        context.ending = True
        for site in list(runner.sites):
            await site.stop()
        # once it is shutting down, aiohttp reads no more of a body, and its sender would get no answer
        await context.bodies.finished(_STILL_COMING_S)
        await runner.cleanup()


async def until_stopped(stop: asyncio.Event) -> None:
    """Wait until SIGINT or SIGTERM, or until something else sets `stop`."""
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


async def _serve(
    platform: Platform, clock: DoorClock, settings: Settings, on_open: Callable[[Door], object]
) -> None:
    async with opened(platform, clock, settings) as door:
        on_open(door)
        await until_stopped(door.stop)
    if door.writer.error is not None:
        raise door.writer.error
