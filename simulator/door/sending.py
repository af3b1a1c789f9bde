"""Share what webhooks and veto questions have in common: when to send and retry them, and how to stop."""

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
"""A number greater than that of any entry."""
AT_ONCE: Final = 100
"""How many entries are read at a time."""
LOOK_S: Final = 0.5
"""How often, in seconds, to check whether subscriptions changed or the wall clock jumped."""
_END_S: Final = 2.0  # for requests in progress when the server ends
_LOG: Final = logging.getLogger(__name__)
Entries = Callable[[int, int, int], Awaitable[list[Notice]]]
"""Returns the entries after the first number up to the second, at most as many as the third."""


@dataclass(frozen=True)
class Sending:
    """How messages are sent.

    `wall` returns the wall-clock time in milliseconds UTC, by which retries are due; `chance` a number from 0 to 1 for
    their jitter. An answer must arrive within `patience_s` seconds. With `anywhere`, clients may subscribe addresses on
    other machines.
    """

    wall: Callable[[], int] = wall_ms
    chance: Callable[[], float] = random
    patience_s: float = PATIENCE_S
    anywhere: bool = False

    def next_try(self, posted: Posted, tries: int, now: int) -> int | None:
        """Return when to send a message again whose attempt number `tries` failed, or None for never."""
        return next_try(posted, tries, now, self.chance)

    def left_s(self, tries: int, tried_at: int, next_at: int) -> float:
        """Return the seconds until a message is due that was tried `tries` times, last at `tried_at`; 0.0 for now."""
        return left_ms(tried_at, next_at, self.wall()) / 1000 if tries else 0.0


async def pause(news: asyncio.Event, seconds: float | None) -> None:
    """Wait for news, or until something may be due in `seconds`; returns early, since the wall clock may jump."""
    await wait(news, None if seconds is None else min(seconds, LOOK_S))


async def retrying_locks(
    work: Callable[[], Awaitable[None]], news: News, what: str, closing: Callable[[], bool]
) -> None:
    """Run `work` to completion, retrying while a database is locked, until it is done or the door closes."""
    while not closing():
        next_news = news.next
        try:
            await work()
            return
        except DatabaseError as error:
            _LOG.warning("%s: %s", what, error)
            await wait(next_news, LOOK_S)


async def is_another(entries: Entries, reached: int, reached_id: str) -> bool:
    """Return whether this is a different database from the one in which a sender had reached entry `reached`."""
    if not reached:
        return False
    found: Sequence[Notice] = await entries(reached - 1, reached, 1)
    return [webhook_id(notice) for notice in found] != [reached_id]


async def end(tasks: Iterable[asyncio.Task[None] | None]) -> None:
    """Give running tasks a moment to end, and cancel those that have not."""
    running = [one for one in tasks if one is not None]
    if running:
        _, late = await asyncio.wait(running, timeout=_END_S)
        for one in late:
            one.cancel()
        await asyncio.gather(*late, return_exceptions=True)
