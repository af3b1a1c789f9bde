"""Submit the lines of a request to the writer, and wait for the result."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from aiohttp import web

from simulator.door.binding import bind
from simulator.door.context import Context
from simulator.door.errands import refusal, waited
from simulator.door.guards import client_of, key_of
from simulator.door.problems import Problem, later
from simulator.door.writer import Answered, Ended, Full, Parcel
from simulator.events.check import Problem as Refusal


async def deliver(
    request: web.Request,
    context: Context,
    lines: Sequence[bytes],
    *,
    patient: bool = False,
    refused: Mapping[int, Refusal] | None = None,
    unbound: bool = False,
) -> Answered:
    """Submit lines to the writer, and return their receipts once they are stored.

    Some, by position, may already be `refused`. The others are bound to the key of the request, unless they are
    `unbound`: made by the platform itself, or signed by their sender.

    Raises:
        ProblemError: there is no room for them, the server is shutting down, or they can't be stored.

    """
    future: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
    answer = partial(context.settling.settle, future)
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
                Problem.TOO_MUCH, "this client has too many messages waiting to leave room for others"
            ) from None
        raise later(Problem.BUSY, "more events are waiting than the server can hold") from None
    except Ended as error:
        raise refusal(error) from None
    answered = await waited(future)
    context.metrics.received(client_of(request), answered.receipts.counts, answered.sources)
    return answered
