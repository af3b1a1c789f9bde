"""Between the event loop and the writer: hand lines or an errand over, and wait for what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from aiohttp import web

from simulator.domain.errors import DatabaseError
from simulator.door.binding import bind
from simulator.door.context import Context
from simulator.door.guards import client_of, key_of
from simulator.door.problems import Problem, ProblemError, later
from simulator.door.writer import Answered, Ended, Errand, Full, Parcel
from simulator.events.check import Problem as Refusal
from simulator.platform.session import IntakeSession

_Found = TypeVar("_Found")


async def deliver(
    request: web.Request,
    context: Context,
    lines: Sequence[bytes],
    *,
    patient: bool = False,
    refused: Mapping[int, Refusal] | None = None,
    unbound: bool = False,
) -> Answered:
    """Hand lines to the writer, and return what became of them once they are stored.

    Some, by position, may be `refused` already. The others are bound to the key of the request, unless they are
    `unbound`: made by the platform itself, or signed by their sender.

    Raises:
        ProblemError: there is no room for them, the server is ending, or they can't be stored.

    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Answered] = loop.create_future()

    def answer(found: Answered | BaseException) -> None:
        loop.call_soon_threadsafe(_settle, future, found)

    found = dict(refused or {})
    if not unbound and (key := key_of(request)) is not None:
        bound, not_allowed = bind(lines, key)
        lines = [lines[at] if at in found else line for at, line in enumerate(bound)]
        found = {**not_allowed, **found}
    try:
        context.writer.submit(Parcel(lines, client_of(request), answer, found), patient=patient)
    except Full as full:
        if full.by_one:
            raise later(
                Problem.TOO_MUCH, "this client has more waiting than the others leave room for"
            ) from None
        raise later(Problem.BUSY, "more events are waiting than the server can hold") from None
    except Ended as error:
        raise refusal(error) from None
    answered = await _waited(future)
    context.metrics.received(answered.receipts.counts)
    return answered


async def on_writer(context: Context, work: Callable[[IntakeSession], _Found]) -> _Found:
    """Run `work` on the writer's thread, after all that came before it is stored, and return what it returns.

    Raises:
        ProblemError: the server is ending, or the database can't be written. Other errors of `work` are raised as they
            are.

    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_Found] = loop.create_future()

    def tell(found: _Found | BaseException) -> None:
        loop.call_soon_threadsafe(_settle, future, found)

    try:
        context.writer.run(Errand(lambda session: tell(work(session)), tell))
    except Ended as error:
        raise refusal(error) from None
    return await _waited(future)


async def _waited(future: asyncio.Future[_Found]) -> _Found:
    try:
        return await future
    except (Ended, DatabaseError) as error:
        raise refusal(error) from None


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


def _settle(future: asyncio.Future[_Found], found: _Found | BaseException) -> None:
    if future.done():  # the client has gone away meanwhile
        return
    if isinstance(found, BaseException):
        future.set_exception(found)
    else:
        future.set_result(found)
