"""Judge and store, on a dedicated thread and in groups, the messages that many requests bring in the meantime.

The event loop never waits for the writer. A request is answered once its messages are committed. The queue is bounded.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from threading import Condition, Thread
from time import monotonic
from typing import Final

import numpy as np
import polars as pl

from simulator.domain.errors import DatabaseError
from simulator.door.clocks import DoorClock
from simulator.events.check import Problem as Refusal
from simulator.events.decode import Decoded, Receiver, decode_known
from simulator.platform.platform import Platform
from simulator.platform.receipts import ACCEPTED, Receipts
from simulator.platform.session import Batching, IntakeSession

GROUPED: Final = Batching(1, indexed=True)
"""Each group is committed in its own transaction while the next is judged; somebody may be watching."""
MOST_TOGETHER: Final = 20_000  # messages judged at once
MOST_WAITING: Final = 50_000  # messages
MOST_WAITING_BYTES: Final = 64 * 1024 * 1024
_CLIENTS_SHARE: Final = 2  # one client may use half of the queue
_SETTABLE: Final = "check the sender's clock, or set this server's with POST /v1/clock"
_IDLE_S: Final = 0.25  # how often an idle writer looks at the clock


Gate = Callable[[IntakeSession, int], object]
"""Called on the writer's thread before time passes to a moment (milliseconds UTC), to act before that."""


@dataclass(frozen=True)
class Answered:
    """The result of a parcel: its receipts, and which entries of the audit trail it led to.

    Those are the entries after `after`, up to `until`. `sources` counts the accepted events by source.
    """

    receipts: Receipts
    after: int
    until: int
    sources: Mapping[str, int] = field(default_factory=dict)


Answer = Callable[[Answered | BaseException], object]
"""Called on a thread of the writer with the result of a parcel, or with the error that prevented storing it."""


@dataclass(frozen=True)
class Parcel:
    """The lines of one request of `client`, a message each, and the function to call with their result.

    Some, by position, are already `refused`: the client is not allowed to send them.
    """

    lines: Sequence[bytes]
    client: str
    answer: Answer
    refused: Mapping[int, Refusal] = field(default_factory=dict)
    arrived: float = field(default_factory=monotonic)

    @property
    def bytes(self) -> int:
        """The size of the lines."""
        return sum(map(len, self.lines))


@dataclass(frozen=True)
class Errand:
    """Other work for the writer's thread, done once everything before it is stored; `failed` is called with errors."""

    work: Callable[[IntakeSession], object]
    failed: Callable[[BaseException], object]


class Full(Exception):  # noqa: N818 - not an error: the client retries
    """There is no room for a parcel, because of all clients together or of this one alone."""

    def __init__(self, *, by_one: bool) -> None:
        super().__init__()
        self.by_one = by_one


class Ended(Exception):  # noqa: N818 - the server is shutting down
    """The writer accepts nothing more."""


class Intake:
    """Accept parcels from any thread into a bounded queue; subclasses define what happens to them."""

    def __init__(
        self,
        clock: DoorClock,
        *,
        linger_s: float,
        on_end: Callable[[], object],
        gate: Gate | None = None,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        """Prepare the queue.

        What arrives within `linger_s` seconds of a parcel is processed with it. `on_end` is called when the thread
        ends, with or without an error. `gate` is called before time passes.
        """
        self.clock = clock
        self.error: BaseException | None = None
        self._linger_s, self._on_end, self._gate = linger_s, on_end, gate
        self._most_waiting = most_waiting
        self._wake = Condition()
        self._queue: deque[Parcel | Errand] = deque()
        self._by_client: dict[str, int] = {}
        self._messages = self._bytes = 0
        self._closing = False
        self._unanswered: dict[int, list[Parcel]] = {}  # judged but not committed yet, by group
        self._thread = Thread(target=self._run, name="intake")

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Store what was accepted, end the session cleanly, and wait until that is done."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        if self._thread.ident is not None:  # it was started
            self._thread.join()

    @property
    def ended(self) -> bool:
        """Whether nothing is accepted any more."""
        return self._closing or self.error is not None

    @property
    def waiting(self) -> int:
        """The number of messages waiting to be judged."""
        return self._messages

    def submit(self, parcel: Parcel, *, patient: bool = False) -> None:
        """Accept a parcel; a `patient` one is accepted whatever else is waiting, since its sender limits itself.

        Raises:
            Full: too much is waiting; no part of the parcel was accepted.
            Ended: the server is shutting down.

        """
        size, weight = len(parcel.lines), parcel.bytes
        with self._wake:
            if self.ended:
                raise Ended
            if not patient:
                self._check_room(parcel.client, size, weight)
            self._messages += size
            self._bytes += weight
            self._by_client[parcel.client] = self._by_client.get(parcel.client, 0) + size
            self._queue.append(parcel)
            self._wake.notify()

    def run(self, errand: Errand) -> None:
        """Accept an errand.

        Raises:
            Ended: the server is shutting down.

        """
        with self._wake:
            if self.ended:
                raise Ended
            self._queue.append(errand)
            self._wake.notify()

    def advance(self, session: IntakeSession, now_ms: int) -> None:
        """Advance the platform's clock to `now_ms` (milliseconds UTC); for errands, on the writer's thread.

        Raises:
            InputError: the time is before the newest event's receipt, or before the watermark.

        """
        session.platform.check_now(now_ms)
        if self._gate is not None:
            self._gate(session, now_ms)
        session.advance(now_ms)

    def _check_room(self, client: str, size: int, weight: int) -> None:
        """Raise `Full` if messages are already waiting and a parcel doesn't fit in with them."""
        if not self._messages:
            return
        if self._messages + size > self._most_waiting or self._bytes + weight > MOST_WAITING_BYTES:
            share = self._by_client.get(client, 0)
            raise Full(by_one=share > self._messages // _CLIENTS_SHARE and len(self._by_client) > 1)

    # --- on the thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        """Process what arrives until the queue is closed and empty."""
        raise NotImplementedError

    def _next(self) -> Errand | list[Parcel] | None:
        """Wait for an errand or parcels, and return them; an empty list after a while, None at the end."""
        with self._wake:
            if not self._queue and not self._closing:
                self._wake.wait(_IDLE_S)
            if not self._queue:
                return None if self._closing else []
            first = self._queue[0]
            until = first.arrived + self._linger_s if isinstance(first, Parcel) else 0.0
            while (
                not self._closing
                and self._messages < MOST_TOGETHER
                and (left := until - monotonic()) > 0
                and not isinstance(self._queue[-1], Errand)
            ):
                self._wake.wait(left)
            return self._take()

    def _take(self) -> Errand | list[Parcel] | None:
        """Take the errand or parcels at the head of the queue, whose lock is held; None if it is empty."""
        if not self._queue:
            return None
        head = self._queue[0]
        if isinstance(head, Errand):
            self._queue.popleft()
            return head
        return self._gather()

    def _gather(self) -> list[Parcel]:
        """Take the parcels at the head of the queue: at most `MOST_TOGETHER` messages, but at least one parcel."""
        parcels: list[Parcel] = []
        size = 0
        while self._queue and not isinstance(head := self._queue[0], Errand):
            if parcels and size + len(head.lines) > MOST_TOGETHER:
                break
            self._queue.popleft()
            parcels.append(head)
            size += len(head.lines)
            self._free(head)
        return parcels

    def _free(self, parcel: Parcel) -> None:
        self._messages -= len(parcel.lines)
        self._bytes -= parcel.bytes
        left = self._by_client[parcel.client] - len(parcel.lines)
        if left:
            self._by_client[parcel.client] = left
        else:
            del self._by_client[parcel.client]

    def _refuse_rest(self) -> None:
        """Answer every parcel and errand that is still waiting with the error, or with `Ended`."""
        with self._wake:
            self._closing = True
            rest, self._queue = list(self._queue), deque()
        held = [parcel for parcels in self._unanswered.values() for parcel in parcels]
        for one in (*held, *rest):
            settle = one.answer if isinstance(one, Parcel) else one.failed
            settle(self.error or Ended())


class Writer(Intake):
    """Store parcels in the order in which they arrived."""

    def __init__(
        self,
        platform: Platform,
        clock: DoorClock,
        *,
        linger_s: float,
        on_end: Callable[[], object],
        on_news: Callable[[], object] = lambda: None,
        gate: Gate | None = None,
        most_waiting: int = MOST_WAITING,
        together: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Prepare a writer for an open platform, whose lock this process holds.

        `on_news` is called on a thread of the writer when entries of the audit trail have been committed. The parcels
        of a group are answered in a context of `together`. The other parameters are those of `Intake`.
        """
        super().__init__(clock, linger_s=linger_s, on_end=on_end, gate=gate, most_waiting=most_waiting)
        self._platform = platform
        self._together, self._on_news, self._announced = together, on_news, platform.last_entry
        self._now = clock.now_ms()

    def _run(self) -> None:
        try:
            with IntakeSession(
                self._platform, clock=lambda: self._now, batching=GROUPED, pace=self.clock.pace
            ) as session:
                self._platform.checkpoint_beside()
                self._work(session)
                self.advance(session, max(self._platform.earliest_now, self.clock.now_ms()))
        except BaseException as error:
            with self._wake:
                self.error = error
        finally:
            self._refuse_rest()
            self._on_end()

    def _work(self, session: IntakeSession) -> None:
        while True:
            taken = self._next()
            if taken is None:
                session.flush()
                return
            self._tick(session)
            if isinstance(taken, Errand):
                self._do(session, taken)
            elif taken:
                self._receive(session, taken)
            if not self._queue:
                session.flush()
                self._announce()
                session.idle()
            elif session.heartbeat_is_due():
                session.heartbeat()

    def _tick(self, session: IntakeSession) -> None:
        """Advance the session's time to the clock's: within a round it stands still, so the gate misses nothing."""
        now = self.clock.now_ms()
        if self._gate is not None:
            self._gate(session, now)
        self._now = now

    def _announce(self) -> None:
        """Announce new entries, if there are any; all of them are committed."""
        if self._platform.last_entry != self._announced:
            self._announced = self._platform.last_entry
            self._on_news()

    def _receive(self, session: IntakeSession, parcels: Sequence[Parcel]) -> None:
        platform = session.platform
        lines = [line for parcel in parcels for line in parcel.lines]
        after = platform.last_entry

        def answer(receipts: Receipts) -> None:
            self._unanswered.pop(after, None)
            with self._together():
                _answer(parcels, receipts, after, platform.last_entry, decoded)
            if platform.last_entry != after:
                self._on_news()

        self._unanswered[after] = [*self._unanswered.get(after, ()), *parcels]
        decoded = decode_known(lines, self._receiver(session), platform.check_program, _refused(parcels))
        session.receive(decoded, lines, answer=answer)

    def _receiver(self, session: IntakeSession) -> Receiver:
        found = session.receiver()
        return replace(found, advice=_SETTABLE) if self.clock.frozen else found

    def _do(self, session: IntakeSession, errand: Errand) -> None:
        session.flush()
        try:
            errand.work(session)
        except DatabaseError as error:
            errand.failed(error)
            raise
        except Exception as error:  # the request is at fault, and the server carries on
            errand.failed(error)


def _refused(parcels: Sequence[Parcel]) -> dict[int, Refusal]:
    """Return what is already refused in a group, by position in the lines of all its parcels."""
    found: dict[int, Refusal] = {}
    start = 0
    for parcel in parcels:
        found.update((start + position, one) for position, one in parcel.refused.items())
        start += len(parcel.lines)
    return found


def _answer(parcels: Sequence[Parcel], receipts: Receipts, after: int, until: int, decoded: Decoded) -> None:
    """Answer each parcel of a group with its part of the receipts, whose positions are those in the group."""
    valid = decoded.messages["position"].to_numpy()
    kept = receipts.codes[np.searchsorted(receipts.positions, valid)] == ACCEPTED
    at, sources = valid[kept], decoded.messages["source"].filter(pl.Series(kept)).to_list()
    start = 0
    for parcel in parcels:
        end = start + len(parcel.lines)
        first, last = np.searchsorted(receipts.positions, (start, end)).tolist()
        begin, stop = np.searchsorted(at, (start, end)).tolist()
        part = part_of(receipts, first, last, start)
        parcel.answer(Answered(part, after, until, Counter(sources[begin:stop])))
        start = end


def part_of(receipts: Receipts, first: int, last: int, start: int) -> Receipts:
    """Return the receipts of rows `first` to `last` (exclusive), with positions relative to `start`."""
    return Receipts(
        receipts.positions[first:last] - start,
        receipts.codes[first:last],
        receipts.seqs[first:last],
        receipts.fields[first:last],
        receipts.reasons[first:last],
    )
