"""Wait in the event loop for what the writer's thread does: an errand, or parcels that are stored."""

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
    """Run `work` on the writer's thread, after all that came before it is stored, and return what it returns.

    Raises:
        ProblemError: the server is ending, or the database can't be written. Other errors of `work` are raised as they
            are.

    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_Found] = loop.create_future()

    def tell(found: _Found | BaseException) -> None:
        loop.call_soon_threadsafe(settled, future, found)

    try:
        writer.run(Errand(lambda session: tell(work(session)), tell))
    except Ended as error:
        raise refusal(error) from None
    return await waited(future)


async def waited(future: asyncio.Future[_Found]) -> _Found:
    """Return what a future comes to.

    Raises:
        ProblemError: the server is ending, or the database can't be written.

    """
    try:
        return await future
    except (Ended, DatabaseError) as error:
        raise refusal(error) from None


class Settling:
    """Settles futures of an event loop from other threads; many of them together with one wake of the loop.

    Each wake lets go of the interpreter, and the thread that wakes waits to get it back.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._found: deque[tuple[asyncio.Future[Any], object]] = deque()
        self._together = False

    def settle(self, future: asyncio.Future[_Found], found: _Found | BaseException) -> None:
        """Settle a future of the loop with what was found, or with an error."""
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
    """Return the problem that a request has where the writer has ended, or ended by this error."""
    if isinstance(error, DatabaseError):
        return ProblemError(
            Problem.NOT_STORED,
            f"{error}; this request was not answered before: send it again when the server is back, what was stored "
            "then is a duplicate",
            headers={"Retry-After": "30"},
        )
    return ProblemError(
        Problem.ENDING,
        "the server is ending, and nothing of this was taken; send it again when it is back",
        headers={"Retry-After": "5"},
    )


def settled(future: asyncio.Future[_Found], found: _Found | BaseException) -> None:
    """Settle a future, unless nobody waits for it any more."""
    if future.done():  # the client has gone away meanwhile
        return
    if isinstance(found, BaseException):
        future.set_exception(found)
    else:
        future.set_result(found)
