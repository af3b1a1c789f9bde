"""Ask an address with a veto about each reward as soon as it is pending, and repeat the question until it is answered.

An answer from 200 to 299 lets the reward pass. One from 400 to 499 stops it with the event `reward.vetoed`, so that it
is in the log. Which rewards were let pass is stored beside the database.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from aiohttp import ClientSession

from db.questions import Question, QuestionStore
from db.read.notices import Notice, notices
from db.read.open_rewards import OPEN, open_reward
from db.read.served import newest
from db.sqlite.readonly import Database, select_on
from simulator.domain.errors import InputError
from simulator.door.background import News, OneThread, wait
from simulator.door.errands import on_writer
from simulator.door.posting import Posted, post, sender
from simulator.door.problems import ProblemError
from simulator.door.reading import Reading
from simulator.door.retries import SCHEDULE_S
from simulator.door.sending import AT_ONCE, LATEST, Sending, end, is_another, pause, retrying_locks
from simulator.door.webhooks import new_secret, signed, webhook_id
from simulator.door.writer import Writer
from simulator.events.moment import format_moment
from simulator.platform.session import IntakeSession
from simulator.platform.steering import send_event

Fields = dict[str, Any]
ASKED: Final = "veto.asked"
"""The type of a question."""
_ASKED_TOGETHER: Final = 8
_NO_ANSWER: Final = frozenset({404, 405, 408, 425, 429})
"""Statuses that don't refuse: nobody is there, or the question is to be repeated."""


@dataclass(frozen=True)
class Veto:
    """The `url` that is asked; a reward without an answer by its due date is paid, or vetoed with `refuse`."""

    url: str
    refuse: bool = False


class Asker:
    """Ask about rewards; only for the event loop's thread, except `not_vetoed`, which only grows there."""

    def __init__(self, path: Path, reading: Reading, veto: Veto, sending: Sending) -> None:
        """Prepare to ask about the rewards of the database at `path`.

        Raises:
            DatabaseError: the database of questions can't be opened.

        """
        self._reading, self._veto, self._sending = reading, veto, sending
        self._store = QuestionStore(path)
        asker = self._store.asker(new_secret)
        self.secret = asker.secret
        self.not_vetoed = self._store.not_vetoed()
        self._reached, self._reached_id = asker.reached, asker.reached_id
        self._stored = OneThread("questions")
        self._news, self._progress = News(), News()
        self._run: asyncio.Task[None] | None = None
        self._closing = False

    def start(self, writer: Writer) -> None:
        """Start asking; vetoes are sent through this writer."""
        self._run = asyncio.create_task(self._ask_on(writer))

    async def close(self) -> None:
        """Stop: questions in flight have a moment to finish; the rest are asked when the server is back."""
        self._closing = True
        self.news()
        await end([self._run])
        self._stored.close()
        self._store.close()

    def news(self) -> None:
        """Announce that there may be new entries, or that the wall clock was set."""
        self._news.notify()

    async def waiting(self) -> int:
        """Return how many questions have no answer."""
        return await self._stored(self._store.waiting)

    async def settle(self) -> None:
        """Wait until every open reward was asked about at least once, but no longer than for one answer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._sending.patience_s):
                while not self._closing:
                    progress = self._progress.next
                    last = (await self._reading.read(newest))["entry"]
                    # questions never asked come before all others
                    first = await self._stored(self._store.next, 1)
                    if self._reached >= last and not [one for one in first if not one.tries]:
                        return
                    await wait(progress)

    async def _ask_on(self, writer: Writer) -> None:
        async with sender(self._sending.patience_s) as session:

            async def ask() -> None:
                await self._check()
                while not self._closing:
                    news = self._news.next
                    left = await self._round(writer, session)
                    self._progress.notify()
                    if left != 0.0 and not self._closing:
                        await pause(news, left)

            try:
                await retrying_locks(ask, self._news, "veto", lambda: self._closing)
            except ProblemError:  # the server is shutting down; the question is repeated when it is back
                self._closing = True
            self._progress.notify()

    async def _check(self) -> None:
        """Start over if this is a different database from the one the questions are about."""
        if await is_another(self._entries, self._reached, self._reached_id):
            await self._stored(self._store.restart)
            self._reached, self._reached_id = 0, ""
            self.not_vetoed.clear()

    async def _round(self, writer: Writer, session: ClientSession) -> float | None:
        """Ask what is due now, and return the seconds until the next question is; None: not before there is news."""
        await self._look()
        questions = await self._stored(self._store.next, _ASKED_TOGETHER)
        lefts = [self._sending.left_s(one.tries, one.tried_at, one.next_at) for one in questions]
        due = [one for one, left in zip(questions, lefts, strict=True) if not left]
        await asyncio.gather(*(self._ask(one, writer, session) for one in due))
        return min(lefts, default=None)

    async def _look(self) -> None:
        """Look through the new entries for rewards that became pending, and for those that are no longer open."""
        while found := await self._entries(self._reached, LATEST, AT_ONCE):
            became: dict[int, int | None] = {}
            for one in found:
                if one.reward is not None:
                    became |= _became(one, one.reward)
            opened = [(reward, entry) for reward, entry in became.items() if entry is not None]
            closed = [reward for reward, entry in became.items() if entry is None]
            last, own_id = found[-1].entry, webhook_id(found[-1])
            await self._stored(self._store.look, opened, closed, last, own_id)
            self._reached, self._reached_id = last, own_id

    async def _ask(self, one: Question, writer: Writer, session: ClientSession) -> None:
        line = await self._reading.read(_open, one.reward)
        if line is None:
            await self._stored(self._store.forget, one)
            return
        (entry,) = await self._entries(one.entry - 1, one.entry, 1)
        own_id = webhook_id(entry).replace("msg", "ask", 1)
        data = {"entry": one.entry, **{name: line[name] for name in _TOLD}}
        body = orjson.dumps({"type": ASKED, "timestamp": format_moment(entry.at), "data": data})
        now = self._sending.wall()
        posted = await post(session, self._veto.url, body, signed(own_id, body, [self.secret], now))
        await self._answered(one, posted, writer)

    async def _answered(self, one: Question, posted: Posted, writer: Writer) -> None:
        if posted.taken:
            self.not_vetoed.add(one.entry)
            await self._stored(self._store.answered, one)
        elif posted.status is not None and 400 <= posted.status < 500 and posted.status not in _NO_ANSWER:
            reason = reason_of(posted)
            await on_writer(writer, lambda session: stop(session, one.reward, one.entry, reason))
            await self._stored(self._store.forget, one)
        else:
            now = self._sending.wall()
            tries = min(one.tries + 1, len(SCHEDULE_S))  # the question is repeated until it is answered
            again_at = self._sending.next_try(posted, tries, now) or now
            await self._stored(self._store.failed, one, now, again_at, posted.why)

    async def _entries(self, after: int, until: int, most: int) -> list[Notice]:
        return await self._reading.read(notices, after, until, most)


_TOLD: Final = (
    *("number", "source", "event_id", "milestone", "reward", "role", "recipient"),
    *("value_minor", "kind", "due_at"),
)


def _became(one: Notice, reward: int) -> dict[int, int | None]:
    """Return what an entry says about a reward: pending since this entry, or (None) no longer open."""
    state = one.type.removeprefix("reward.")
    if state == "pending":
        return {reward: one.entry}
    return {} if state in OPEN else {reward: None}


def _open(db: Database, reward: int) -> Fields | None:
    return open_reward(select_on(db), reward)


def reason_of(posted: Posted) -> str:
    """Return the reason that an answer gives as `{"reason": "…"}`, or else its status."""
    with suppress(orjson.JSONDecodeError):
        document = orjson.loads(posted.body)
        if isinstance(document, dict) and isinstance(document.get("reason"), str):
            return str(document["reason"])
    return posted.why


def stop(session: IntakeSession, reward: int, entry: int, reason: str, at_ms: int | None = None) -> None:
    """Stop a reward, pending since this entry, by an event if it is still open; to be called on the writer's thread.

    The event is received at `at_ms` (milliseconds UTC), or now. A reason that the contract refuses is replaced.
    """
    platform = session.platform
    line = platform.read(open_reward, reward)
    if line is None:
        return
    wanted = session.now if at_ms is None else at_ms
    at = max(platform.earliest_receipt_ms, wanted or 0)
    named = {
        "source": line["source"],
        "id": line["event_id"],
        "milestone": line["milestone"],
        "reward": line["reward"],
    }
    own_id = f"veto-{reward}-{entry}"
    try:
        send_event(platform, "reward.vetoed", own_id, {"reward": named, "reason": reason}, at)
    except InputError:
        send_event(platform, "reward.vetoed", own_id, {"reward": named, "reason": "refused"}, at)
    session.flush()
