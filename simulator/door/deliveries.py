"""Send each subscriber the entries of the audit trail as webhooks: in order, at least once, each at its own pace.

What is to be sent is the audit trail itself, after each subscriber's cursor, and the cursor moves once a message is
acknowledged; so a kill loses nothing, and a message that was in flight is sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import Any, Final, TypeVar

from aiohttp import ClientSession

from db.hooks import DeadLetter, HookStore, Subscriber
from db.read.notices import Notice
from simulator.domain.errors import DatabaseError, InputError
from simulator.domain.notices import covers
from simulator.door.background import News, OneThread, wait
from simulator.door.metrics import Metrics
from simulator.door.posting import Posted, post, sender
from simulator.door.sending import (
    AT_ONCE,
    LATEST,
    LOOK_S,
    Entries,
    Sending,
    end,
    is_another,
    pause,
    retrying_locks,
)
from simulator.door.webhooks import message, signed, webhook_id

_Found = TypeVar("_Found")
_GONE: Final = 410


class Dispatcher:
    """Send webhooks while running; only for the event loop's thread, except `news`."""

    def __init__(self, path: Path, entries: Entries, sending: Sending, metrics: Metrics) -> None:
        """Prepare to send the entries of the database at `path`; messages are counted in `metrics`.

        Raises:
            DatabaseError: the database of subscribers can't be opened.

        """
        self._entries, self._sending, self._metrics = entries, sending, metrics
        self._store = HookStore(path)
        self._thread = OneThread("hooks")  # the file may be locked for a moment
        self._news = News()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._run: asyncio.Task[None] | None = None
        self._closing = self._stale = False

    def start(self) -> None:
        """Start sending."""
        self._run = asyncio.create_task(self._keep_tasks())

    async def close(self) -> None:
        """Stop: messages in flight have a moment to finish; the rest is sent when the server is back."""
        self._closing = True
        self.news()
        await end((self._run, *self._tasks.values()))
        self._thread.close()
        self._store.close()

    def news(self) -> None:
        """Announce that there may be new entries, or that subscribers or the clock have changed."""
        self._news.notify()

    async def change(self, work: Callable[..., _Found], *given: Any) -> _Found:
        """Call a store method that changes who is sent what, and return its result; it takes effect at once."""
        found = await self.stored(work, *given)
        self._stale = True
        self.news()
        return found

    async def stored(self, work: Callable[..., _Found], *given: Any) -> _Found:
        """Call a method of the subscriber store on its thread, and return its result."""
        return await self._thread(work, *given)

    @property
    def sending(self) -> Sending:
        """How messages are sent."""
        return self._sending

    @property
    def store(self) -> HookStore:
        """The subscriber store; call its methods through `stored`."""
        return self._store

    async def _keep_tasks(self) -> None:
        """Keep one task for each subscriber, whoever adds or removes subscribers."""
        async with sender(self._sending.patience_s) as session:
            while not self._closing:
                news = self._news.next
                with suppress(DatabaseError):  # the file is locked; it may be free at the next check
                    if await self.stored(self._store.changed) or self._stale:
                        self._stale = False
                        await self._match(session)
                await wait(news, LOOK_S)
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _match(self, session: ClientSession) -> None:
        for one in await self.stored(self._store.subscribers):
            task = self._tasks.get(one.id)
            if one.ended is None and (task is None or task.done()):
                self._tasks[one.id] = asyncio.create_task(self._serve(one.id, session))
        self.news()  # tasks that wait for a retry check whether they still have to

    async def _serve(self, number: int, session: ClientSession) -> None:
        """Send a subscriber its messages until it is removed or has ended."""

        async def serve() -> None:
            await self._check(number)
            await self._send_on(number, session)
            self._stale = True  # it may have been resumed by now

        await retrying_locks(serve, self._news, "webhooks", lambda: self._closing)

    async def _check(self, number: int) -> None:
        """Restart a subscriber at the first entry if its cursor belongs to another database at this path."""
        one = await self.stored(self._store.numbered, number)
        if one is not None and await is_another(self._entries, one.reached, one.reached_id):
            await self.stored(self._store.restart, one)

    async def _send_on(self, number: int, session: ClientSession) -> None:
        one = await self.stored(self._store.numbered, number)
        waiting: Sequence[Notice] = ()
        while one is not None and one.ended is None and not self._closing:
            news = self._news.next
            waiting = [notice for notice in waiting if notice.entry > one.head]
            if not waiting or waiting[0].entry != one.head + 1:
                until = LATEST if one.replay is None else one.replay.until
                waiting = await self._entries(one.head, until, AT_ONCE)
            if not waiting and one.replay is not None:  # the span ends after the newest entry
                one = await self.stored(self._store.pass_over, one, one.replay.until, one.reached_id)
                continue
            left = self._sending.left_s(one.tries, one.tried_at, one.next_at) if waiting else None
            if left != 0.0:
                await pause(news, left)
                one = await self.stored(self._store.numbered, number)
                continue
            one = await self._next(one, waiting, session)

    async def _next(
        self, one: Subscriber, waiting: Sequence[Notice], session: ClientSession
    ) -> Subscriber | None:
        """Send a subscriber its next wanted message, or skip all unwanted ones, and return its new state."""
        unwanted = list(takewhile(lambda notice: not covers(one.types, notice.type), waiting))
        if not unwanted:
            return await self._try(one, waiting[0], session)
        return await self.stored(self._store.pass_over, one, unwanted[-1].entry, webhook_id(unwanted[-1]))

    async def _try(self, one: Subscriber, notice: Notice, session: ClientSession) -> Subscriber | None:
        """Send a message once, and record the result."""
        sent = message(notice)
        try:
            now = self._sending.wall()
            headers = signed(sent.id, sent.body, one.secrets(now), now)
        except InputError as error:
            await self.stored(self._store.end, one, str(error))
            return None
        posted = await post(session, one.url, sent.body, headers)
        self._metrics.posted(taken=posted.taken)
        if posted.taken:
            return await self.stored(self._store.delivered, one, notice.entry, sent.id)
        if posted.status == _GONE:
            await self.stored(self._store.end, one, "answered 410: it wants no more messages")
            return None
        return await self._failed(one, notice, sent.id, posted)

    async def _failed(
        self, one: Subscriber, notice: Notice, own_id: str, posted: Posted
    ) -> Subscriber | None:
        now = self._sending.wall()
        tries = one.tries + 1
        again_at = self._sending.next_try(posted, tries, now)
        if again_at is not None:
            return await self.stored(self._store.failed, one, now, again_at, posted.why)
        letter = DeadLetter(notice.entry, own_id, notice.type, tries, now, posted.why)
        return await self.stored(self._store.give_up, one, letter)
