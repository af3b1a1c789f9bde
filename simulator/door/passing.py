"""Run an additional door, which passes events on to the program's engine through the inbox in Postgres.

It needs the engine for nothing else: it reads its own copy of the database, which it updates before each query.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from typing import Concatenate, Final, ParamSpec, TypeVar

from db.postgres.address import PostgresAddress
from db.postgres.copy import Follower
from db.postgres.inbox import Collector, Letter, Sender
from db.read.notices import Notice
from db.sqlite.readonly import Database, reporting_damage, snapshot
from simulator.domain.errors import DatabaseError
from simulator.door.clocks import REAL, DoorClock
from simulator.door.deliveries import Dispatcher
from simulator.door.errands import Settling
from simulator.door.inbox import answered_of
from simulator.door.metrics import Metrics
from simulator.door.reading import Reading
from simulator.door.serving import Settings, check, context_of, listening, until_stopped
from simulator.door.writer import MOST_TOGETHER, Errand, Intake, Parcel

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")
PATIENCE_S: Final = 30.0
"""How many seconds a door waits for the engine's answer before it withdraws a letter."""
_LOOK_S: Final = 0.25


class NoEngineError(DatabaseError):
    """The engine didn't answer in time."""


class FollowingReading(Reading):
    """Read a local copy, which is first updated from Postgres."""

    def __init__(self, follower: Follower) -> None:
        """Prepare to read a follower's copy."""
        super().__init__(follower.path)
        self._follower, self._turn = follower, Lock()

    async def read(
        self,
        query: Callable[Concatenate[Database, _Given], _Found],
        *given: _Given.args,
        **named: _Given.kwargs,
    ) -> _Found:
        """Call a query function of `db.read` on the updated copy, and return its result.

        Raises:
            DatabaseError: Postgres or the copy can't be read.

        """

        def work() -> _Found:
            with self._turn:
                self._follower.bring_up()
            with snapshot(self._follower.path) as db, reporting_damage(self._follower.path):
                return query(db, *given, **named)

        return await self.on_thread(work)


class PassingWriter(Intake):
    """Put parcels into the inbox, and answer them once the engine has."""

    def __init__(
        self,
        address: PostgresAddress,
        *,
        linger_s: float,
        on_end: Callable[[], object],
        patience_s: float = PATIENCE_S,
    ) -> None:
        """Prepare to pass on together what arrives within `linger_s` seconds; `on_end` is called at the end."""
        super().__init__(DoorClock(REAL), linger_s=linger_s, on_end=on_end)
        self._address, self._patience_s = address, patience_s
        self._sender = Sender(address)
        self._collector = Collector(address, self._sender.door)
        self._flying: dict[int, Parcel] = {}
        self._turn = Lock()
        self._over = False
        self._collecting = Thread(target=self._collect, name="answers")

    def _run(self) -> None:
        self._collecting.start()
        try:
            while (taken := self._next()) is not None:
                if isinstance(taken, Errand):
                    taken.failed(
                        DatabaseError(f"{self._address}: an additional door has no engine of its own")
                    )
                elif taken:
                    self._pass_on(taken)
                self._give_up()
                self._make_room()
            self._finish()
        finally:
            self._over = True
            self._collecting.join()
            self._sender.close()
            self._refuse_rest()
            self._on_end()

    def _pass_on(self, parcels: list[Parcel]) -> None:
        letters = [
            Letter(
                one.client,
                [bytes(line) for line in one.lines],
                [[position, asdict(refusal)] for position, refusal in one.refused.items()],
            )
            for one in parcels
        ]
        try:
            with self._turn:  # so that answers are looked up only once the numbers are known
                numbers = self._sender.put(letters)
                self._flying.update(zip(numbers, parcels, strict=True))
        except DatabaseError as error:
            for one in parcels:
                one.answer(error)

    def _make_room(self) -> None:
        """Wait while too many messages are with the engine."""
        while sum(len(one.lines) for one in list(self._flying.values())) > MOST_TOGETHER:
            self._give_up()
            with self._wake:
                self._wake.wait(_LOOK_S)

    def _finish(self) -> None:
        """Wait for the answers to everything that was passed on."""
        while self._flying:
            self._give_up()
            with self._wake:
                self._wake.wait(_LOOK_S)

    def _give_up(self) -> None:
        """Withdraw the letters that were not answered in time."""
        until = monotonic() - self._patience_s
        with self._turn:
            late = {number: one for number, one in self._flying.items() if one.arrived < until}
            for number in late:
                del self._flying[number]
        if not late:
            return
        error: DatabaseError = NoEngineError(
            f"{self._address}: the program's engine didn't answer within {self._patience_s:.0f} s"
        )
        try:
            self._sender.withdraw(list(late))
        except DatabaseError as other:
            error = other
        for one in late.values():
            one.answer(error)

    def _collect(self) -> None:
        while not self._over:
            try:
                with self._turn:
                    found = [
                        (self._flying.pop(number, None), values)
                        for number, values in self._collector.collect()
                    ]
                for parcel, values in found:
                    if parcel is not None:
                        parcel.answer(answered_of(values))
                if found:
                    with self._wake:
                        self._wake.notify_all()
                else:
                    self._collector.wait(_LOOK_S)
            except DatabaseError:  # waiting clients get an error after `patience_s`
                with self._wake:
                    self._wake.wait(_LOOK_S)
        self._collector.close()


async def _nothing(_after: int, _until: int, _most: int) -> list[Notice]:
    return []


@dataclass(frozen=True)
class PassingDoor:
    """An open additional door: its address, its writer, and the event that stops it."""

    address: str
    writer: PassingWriter
    stop: asyncio.Event


@asynccontextmanager
async def opened(
    postgres: PostgresAddress, folder: Path, settings: Settings, *, patience_s: float = PATIENCE_S
) -> AsyncIterator[PassingDoor]:
    """Listen and pass events on while the context lasts; the local copy is in `folder`.

    A client waits at most `patience_s` seconds for the engine's answer.

    Raises:
        InputError: the address can't be listened on.
        DatabaseError: Postgres can't be reached, or has no such log.

    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    follower = Follower(postgres, folder)
    reading = FollowingReading(follower)
    writer = PassingWriter(
        postgres,
        linger_s=settings.linger_s,
        on_end=lambda: loop.call_soon_threadsafe(stop.set),
        patience_s=patience_s,
    )
    metrics = Metrics()
    hooks = Dispatcher(follower.path, _nothing, settings.sending, metrics)  # never started: the engine sends
    context = context_of(
        follower.path,
        reading,
        writer,
        settings,
        settling=Settling(loop),
        metrics=metrics,
        hooks=hooks,
        passes_on=True,
    )
    try:
        async with listening(context, settings) as address:
            writer.start()
            yield PassingDoor(address, writer, stop)
    finally:
        await asyncio.to_thread(writer.close)
        await hooks.close()
        reading.close()
        follower.close()


def pass_on(
    postgres: PostgresAddress, folder: Path, settings: Settings, on_open: Callable[[str], object]
) -> None:
    """Pass events on until SIGINT or SIGTERM; `on_open` is called with the address once the door is listening.

    The local copy is in `folder`.

    Raises:
        InputError: the address can't be listened on.
        DatabaseError: Postgres can't be reached, or has no such log.

    """
    check(settings)

    async def run() -> None:
        async with opened(postgres, folder, settings) as door:
            on_open(door.address)
            await until_stopped(door.stop)

    asyncio.run(run())
