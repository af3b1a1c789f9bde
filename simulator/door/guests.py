"""Open a door on a running simulation: events sent over HTTP are judged alongside those of the simulated people.

The run owns the database and the engine, on its own thread; the door has another thread, and hands over what arrived
whenever the run calls `visit`.
"""

from __future__ import annotations

import asyncio
from threading import Event, Thread
from types import TracebackType
from typing import Any, Final, Self

from simulator.door.clocks import FROZEN, DoorClock
from simulator.door.serving import Door, Settings, check, opened
from simulator.door.writer import Errand, Parcel, Writer
from simulator.platform.platform import Platform
from simulator.platform.session import IntakeSession

SIMULATED: Final = "simulated"


class RunClock(DoorClock):
    """The clock of a run, as of its last `visit`."""

    def __init__(self, now_ms: int) -> None:
        super().__init__(FROZEN, now_ms)
        self.kind = SIMULATED


class GuestWriter(Writer):
    """A writer without its own thread: a run calls `visit` on its thread, and `leave` at the end."""

    def start(self) -> None:
        """Do nothing: the run has its own thread."""

    def close(self) -> None:
        """Do nothing: the run decides when it ends."""

    def visit(self, session: IntakeSession) -> None:
        """Judge and store what arrived since the last visit; it is received now, by the run's clock."""
        self.clock.set(session.now or 0)
        while (taken := self._head()) is not None:
            if isinstance(taken, Errand):
                self._do(session, taken)
            else:
                self._receive(session, taken)
            session.flush()
        self._announce()

    def leave(self) -> None:
        """Refuse everything that is waiting or comes later, since the run has ended."""
        self._refuse_rest()

    def _head(self) -> Errand | list[Parcel] | None:
        with self._wake:
            return self._take()


class GuestDoor:
    """A context in which a door is open on a run, whose loop calls `visit`."""

    def __init__(self, platform: Platform, settings: Settings, starts_at: int) -> None:
        """Prepare a door for a run on an open platform, whose clock begins at `starts_at` (milliseconds UTC)."""
        check(settings)
        self._platform, self._settings = platform, settings
        self._clock = RunClock(starts_at)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._serve, name="door", daemon=True)
        self._ready = Event()
        self._writer: GuestWriter | None = None
        self._door: Door | None = None
        self._error: BaseException | None = None

    def __enter__(self) -> Self:
        """Open the door.

        Raises:
            InputError: the address can't be listened on.

        """
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.leave()
        if self._door is not None:
            self._loop.call_soon_threadsafe(self._door.stop.set)
        self._thread.join()
        if self._error is not None and kind is None:
            raise self._error

    @property
    def address(self) -> str:
        """The address of the door."""
        return "" if self._door is None else self._door.address

    def visit(self, session: IntakeSession) -> None:
        """Judge what arrived, on the run's thread."""
        if self._writer is not None:
            self._writer.visit(session)

    def leave(self) -> None:
        """Accept nothing more, since the run has ended."""
        if self._writer is not None:
            self._writer.leave()

    def _make(self, *given: Any, **named: Any) -> Writer:
        self._writer = GuestWriter(*given, **named)
        return self._writer

    def _serve(self) -> None:
        try:
            self._loop.run_until_complete(self._open())
        except BaseException as error:
            self._error = error
        finally:
            self._ready.set()
            self._loop.close()

    async def _open(self) -> None:
        async with opened(self._platform, self._clock, self._settings, self._make) as door:
            self._door = door
            self._ready.set()
            await door.stop.wait()
