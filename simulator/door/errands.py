"""Wait in the event loop for work on the writer's thread: an errand, or parcels to be stored."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from simulator.domain.errors import DatabaseError
from simulator.door.problems import Problem, ProblemError
from simulator.door.writer import Ended, Errand, Intake
from simulator.platform.session import IntakeSession

_Found = TypeVar("_Found")


async def on_writer(writer: Intake, work: Callable[[IntakeSession], _Found]) -> _Found:
    """Run `work` on the writer's thread, once everything before it is stored, and return its result.

    Raises:
        ProblemError: the server is shutting down, or the database can't be written to. Other errors of `work`
            are raised unchanged.

    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_Found] = loop.create_future()

    def settle(found: _Found | BaseException) -> None:
        loop.call_soon_threadsafe(settled, future, found)

    try:
        writer.run(Errand(lambda session: settle(work(session)), settle))
    except Ended as error:
        raise refusal(error) from None
    return await waited(future)


async def waited(future: asyncio.Future[_Found]) -> _Found:
    """Return the result of a future.

    Raises:
        ProblemError: the server is shutting down, or the database can't be written to.

    """
    try:
        return await future
    except (Ended, DatabaseError) as error:
        raise refusal(error) from None


class Settling:
    """Settle futures of an event loop from other threads; many of them with a single wake-up of the loop.

    Each wake-up releases the interpreter lock, and the thread then waits to get it back.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._found: deque[tuple[asyncio.Future[Any], object]] = deque()
        self._together = False

    def settle(self, future: asyncio.Future[_Found], found: _Found | BaseException) -> None:
        """Settle a future of the loop with a result or an error."""
        self._found.append((future, found))
        if not self._together:
            self._wake()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Wake the loop once, at the end of the context."""
        self._together = True
        try:
            yield
        finally:
            self._together = False
            self._wake()

    def _wake(self) -> None:
        self._loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        while self._found:
            settled(*self._found.popleft())


def refusal(error: BaseException) -> ProblemError:
    """Return the problem of a request that came after the writer had ended, possibly with this error."""
    if isinstance(error, DatabaseError):
        return ProblemError(
            Problem.NOT_STORED,
            f"{error}; send this request again when the server is back: whatever was stored will be a duplicate",
            headers={"Retry-After": "30"},
        )
    return ProblemError(
        Problem.ENDING,
        "the server is shutting down, and no part of this request was accepted; send it again when it is back",
        headers={"Retry-After": "5"},
    )


def settled(future: asyncio.Future[_Found], found: _Found | BaseException) -> None:
    """Settle a future, unless nobody is waiting for it any more."""
    if future.done():  # the client has disconnected
        return
    if isinstance(found, BaseException):
        future.set_exception(found)
    else:
        future.set_result(found)
