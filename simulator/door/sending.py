"""What webhooks have in common with questions about a veto: how they are sent, and how their senders go on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from random import random
from typing import Final

from db.read.notices import Notice
from simulator.domain.errors import DatabaseError
from simulator.domain.wall_clock import wall_ms
from simulator.door.background import News, wait
from simulator.door.posting import PATIENCE_S, Posted
from simulator.door.retries import left_ms, next_try
from simulator.door.webhooks import webhook_id

LATEST: Final = 2**62
"""No entry has such a number."""
AT_ONCE: Final = 100
"""Entries that are read together."""
LOOK_S: Final = 0.5
"""How often it is looked whether somebody changed what is to be sent, or the wall clock jumped."""
_END_S: Final = 2.0  # for what is under way when the server ends
_LOG: Final = logging.getLogger(__name__)
Entries = Callable[[int, int, int], Awaitable[list[Notice]]]
"""Returns the entries after the first and not after the second number, as many as the third at most."""


@dataclass(frozen=True)
class Sending:
    """How messages are sent.

    `wall` gives the wall clock in milliseconds UTC, by which retries are due; `chance` a number from 0 to 1 for their
    jitter. An answer must come within `patience_s` seconds. With `anywhere` those who call the server may have
    messages sent to other machines than this one.
    """

    wall: Callable[[], int] = wall_ms
    chance: Callable[[], float] = random
    patience_s: float = PATIENCE_S
    anywhere: bool = False

    def next_try(self, posted: Posted, tries: int, now: int) -> int | None:
        """Return when a message is sent again whose try with this number came to nothing; None: never."""
        return next_try(posted, tries, now, self.chance)

    def left_s(self, tries: int, tried_at: int, next_at: int) -> float:
        """Return the seconds until a message is due that was tried so often, at `tried_at` last; 0.0 for now."""
        return left_ms(tried_at, next_at, self.wall()) / 1000 if tries else 0.0


async def pause(news: asyncio.Event, seconds: float | None) -> None:
    """Wait until something is due in so many seconds, or for news; the wall clock may jump meanwhile."""
    await wait(news, None if seconds is None else min(seconds, LOOK_S))


async def despite_locks(
    work: Callable[[], Awaitable[None]], news: News, what: str, closing: Callable[[], bool]
) -> None:
    """Do some work to its end, and again where somebody holds a database, until that is done or the door closes."""
    while not closing():
        heard = news.next
        try:
            await work()
            return
        except DatabaseError as error:
            _LOG.warning("%s: %s", what, error)
            await wait(heard, LOOK_S)


async def is_another(entries: Entries, reached: int, reached_id: str) -> bool:
    """Return whether the database is another one than that in which a sender had got to the entry `reached`."""
    if not reached:
        return False
    found: Sequence[Notice] = await entries(reached - 1, reached, 1)
    return [webhook_id(notice) for notice in found] != [reached_id]


async def end(tasks: Iterable[asyncio.Task[None] | None]) -> None:
    """Give what is under way a moment to end, and stop what has not ended by then."""
    running = [one for one in tasks if one is not None]
    if running:
        _, late = await asyncio.wait(running, timeout=_END_S)
        for one in late:
            one.cancel()
        await asyncio.gather(*late, return_exceptions=True)
