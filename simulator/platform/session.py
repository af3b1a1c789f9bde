"""Provide an intake session: one run of a writer, from taking the lock to recording how it ended, for every door.

A door (files, the simulated brand, a load test, a server) decodes what it receives and passes it to the session, which
holds what is the same for all doors: one writer per database, its status for whoever watches, the clock by which
messages are received and rewards fall due, and how batches are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Final, Self

from db.read.resume import ends_at
from db.sqlite.rows import Row
from db.write.store import Upstream
from simulator.domain.errors import InputError, ReferralError
from simulator.events.decode import Decoded, Receiver
from simulator.platform.outbox import HELD_EVENTS
from simulator.platform.platform import Answer, Platform
from simulator.platform.quarantine import Where
from simulator.platform.receipts import Receipts
from simulator.program.model import Program

HEARTBEAT_S: Final = 1.0
"""How often a writer sends a heartbeat, in seconds of the wall clock."""
AS_FAST_AS_POSSIBLE: Final = 0.0
"""The pace at which simulated time doesn't follow the wall clock."""


@dataclass(frozen=True)
class Batching:
    """How batches are written.

    `events` is how many are queued for one transaction, on a thread of its own; 0 writes each batch at once, and
    returns when it is committed. `indexed` makes the indexes first, for those who watch; otherwise they are made at the
    end, which is quicker.
    """

    events: int
    indexed: bool


WATCHED: Final = Batching(0, indexed=True)
"""Write each batch at once, since somebody watches."""
AHEAD: Final = Batching(1, indexed=False)
"""Write each batch in its own transaction, while the next one is judged."""
TOGETHER: Final = Batching(HELD_EVENTS, indexed=False)
"""Write many batches in one transaction, for data that is generated again after a crash."""


class IntakeSession:
    """A context in which messages are received: `running` while it lasts, then `finished`, or `stopped` by an error.

    `paused` and `pace` (simulated milliseconds per millisecond; None if it follows the wall clock) are shown to those
    who watch.
    """

    def __init__(
        self,
        platform: Platform,
        *,
        clock: Callable[[], int] | None,
        batching: Batching,
        wall: Callable[[], float] = monotonic,
        pace: float | None = None,
        starts_at: int | None = None,
        ends_at: int | None = None,
    ) -> None:
        """Prepare a session on an open platform, which holds the lock.

        `clock` gives the current time of receipt (milliseconds UTC); with None each message states its own, and nothing
        is released while the door is idle. `wall` gives the seconds by which heartbeats are due. `starts_at` and
        `ends_at` are the bounds of a run, if they are known.
        """
        self.platform = platform
        self.paused = False
        self.pace = pace
        self._clock, self._wall, self._batching = clock, wall, batching
        self._bounds = (starts_at, ends_at)
        self._last_heartbeat = wall()
        self._ended = False

    def __enter__(self) -> Self:
        self.begin()
        return self

    def begin(self) -> None:
        """Record that the database is being written, as entering the context does; `end` must follow."""
        starts_at, ends_at = self._bounds
        self.platform.clock("running", self._shown, self.pace, starts_at=starts_at, ends_at=ends_at)
        if self._batching.indexed:
            self.platform.index()
        if self._batching.events:
            self.platform.hold(self._batching.events)

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._ended:
            return
        if kind is None:
            self.end("finished")
            return
        with suppress(ReferralError):  # the first error says more than one about the clock
            self.platform.clock("stopped")

    @property
    def now(self) -> int | None:
        """The clock's time, milliseconds UTC; None where each message states its own time of receipt."""
        return None if self._clock is None else self._clock()

    def receiver(self, *, infer_time: bool = False) -> Receiver:
        """Return how messages that came just now are to be decoded (`simulator.events.decode`)."""
        return replace(self.platform.receiver(self.now), infer_time=infer_time)

    def receive(
        self,
        decoded: Decoded,
        lines: Sequence[bytes],
        *,
        keep: Mapping[str, str] | None = None,
        answer: Answer | None = None,
        where: Where | None = None,
    ) -> Receipts:
        """Judge decoded `lines`, and return a receipt for each.

        `answer` is called with the receipts once they are committed, possibly on the writer's thread: only then may a
        sender get an answer. `keep` and `where` are as for `Platform.receive`.

        Raises:
            DatabaseError: the database can't be written; the session is over.

        """
        return self.platform.receive(decoded, lines, keep=keep, done=answer, where=where)

    def flush(self) -> None:
        """Write what was received, and return when it is committed: the door has nothing more at the moment."""
        self.platform.flush()

    def idle(self) -> None:
        """Release what falls due by the clock, and send a heartbeat if one is due, while nothing comes in."""
        self._release()
        if self.heartbeat_is_due():
            self.heartbeat()

    def heartbeat_is_due(self) -> bool:
        """Return whether a heartbeat is due."""
        return self._wall() - self._last_heartbeat >= HEARTBEAT_S

    def heartbeat(self, measured: Row | None = None) -> None:
        """Send a heartbeat, with a row of measurements (table `meter`) if there is one, and release what is due.

        At full speed nothing is released: simulated time is ahead of what was received only for a moment.
        """
        self._last_heartbeat = self._wall()
        if self.pace != AS_FAST_AS_POSSIBLE:
            self._release()
        if measured is not None:
            self.platform.heartbeat(measured)
        self.platform.clock("paused" if self.paused else "running", self._shown, self.pace)

    def advance(self, now_ms: int) -> None:
        """Advance the platform's clock to `now_ms` (milliseconds UTC), releasing what is due by then.

        Raises:
            InputError: the time is before the newest event's receipt, or before the watermark.
            DatabaseError: the database can't be written.

        """
        self.platform.advance(now_ms)

    def end(self, status: str, measured: Row | None = None) -> None:
        """End the session as `finished` or `stopped`, with a last row of measurements if there is one."""
        self.platform.flush()
        if measured is not None:
            self.platform.heartbeat(measured)
        self.platform.clock(status, self._shown, self.pace)
        self._ended = True

    @property
    def _shown(self) -> int | None:
        """Return the time to show: a simulated clock's, or on the wall clock the newest receipt."""
        return None if self.pace is None else self.now

    def _release(self) -> None:
        now = self.now
        if now is not None:
            self.platform.release_quietly(now - 1)  # events of this millisecond may still come


def open_or_create(
    path: Path,
    program: Program | None,
    progress: Callable[[int, int], None] | None = None,
    upstream: Upstream | None = None,
) -> Platform:
    """Open the platform's database at `path` for intake, or create it for `program` if there is none, and lock it.

    `progress` is called with the number of events replayed and the total. What is written is committed `upstream`
    first.

    Raises:
        InputError: there is no database and no program, or it belongs to a simulation that is not finished.
        DatabaseError: it is in use, foreign, of another program, or damaged.

    """
    # an empty file, as mktemp creates, doesn't count as a database
    begun = path.exists() and (path.is_dir() or path.stat().st_size > 0)
    if begun or (path.exists() and program is None):
        platform = Platform.open(path, program, progress, upstream=upstream)
        try:
            _check_no_run(platform)
        except BaseException:
            platform.close()
            raise
        return platform
    if program is None:
        raise InputError(
            f"{path}: no such database; name a program for a new one with --program FILE or PRESET"
        )
    return Platform.create(path, program, upstream=upstream)


def _check_no_run(platform: Platform) -> None:
    """Refuse to move the clock of an unfinished simulation, which could then never be resumed."""
    if platform.settings["kind"] == "simulate" and platform.watermark < (platform.read(ends_at) or 1):
        raise InputError(
            f"{platform.path}: a simulation that is not finished; finish it with "
            f"`referral-tui simulate --resume --db {platform.path}`, or name another database"
        )
