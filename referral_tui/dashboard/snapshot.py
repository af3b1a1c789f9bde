"""What the reader thread passes to the screen: immutable, complete, comparable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from referral_tui.dashboard.query import NOTHING, Request
from referral_tui.names import PSEUDONYMS, Names

if TYPE_CHECKING:
    from db.read.queries import ClockRow, DatabaseError, DatabaseStatus, Program

SIGN_OF_LIFE_MS = 5_000  # the writer beats every second: five missed beats, and it has stopped


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something can't be read now: a title, what happened, and what to do."""

    title: str
    text: str
    waiting: bool
    """It may well pass by itself: the writer has not begun, or holds the file."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One look at the database: where it stands, what moved since the last looks, and what the screen asked for.

    `moved` is by stage of the funnel, `rate` accepted events a second of wall time. `stopped_at` is the
    writer's last heartbeat (milliseconds UTC) if it died without saying so, else None; `why` its last
    words, if it was ours. `answer` is of `question`, None if `trouble` says why there is none; `names` has
    those who appear in it. `received` is how many messages were accepted, and how many refused, and `program` the
    one in force, at the moment that is looked at.
    """

    database_status: DatabaseStatus
    moved: tuple[int, ...]
    rate: float
    stopped_at: int | None
    why: str | None = None
    request: Request = NOTHING
    answer: Any = None
    trouble: Trouble | None = None
    names: Names = PSEUDONYMS
    received: tuple[int, int] = (0, 0)
    program: Program | None = None

    @property
    def status(self) -> str:
        """What the writer is doing: running, paused, finished, stopped, or unknown (no clock was ever written)."""
        if self.stopped_at is not None:
            return "stopped"
        return self.database_status.clock.status if self.database_status.clock else "unknown"


def stopped_at(clock: ClockRow | None, now_ms: int, why: str | None = None) -> int | None:
    """Return the writer's last heartbeat if it died while it should have been working, else None."""
    if clock is None or clock.status not in ("running", "paused"):
        return None
    return clock.heartbeat_at if why is not None or now_ms - clock.heartbeat_at > SIGN_OF_LIFE_MS else None


def take(
    database_status: DatabaseStatus, moved: tuple[int, ...], rate: float, now_ms: int, why: str | None = None
) -> Snapshot:
    """Make a snapshot at `now_ms` of the wall clock; `why` says why our own writer ended, if it did.

    The heartbeat itself is left out: it changes every second, though nothing visible does.
    """
    clock = database_status.clock
    stopped = stopped_at(clock, now_ms, why)
    if clock is not None:
        database_status = replace(database_status, clock=replace(clock, heartbeat_at=0))
    return Snapshot(database_status, moved, rate, stopped, why if stopped is not None else None)


FAILED = Trouble(
    "This screen failed",
    "What it wanted to show could not be interpreted; `referral-tui verify` says whether the database is whole. "
    "The other screens still work.",
    waiting=False,
)


def trouble_of(error: DatabaseError) -> Trouble:
    """Say what is wrong with a database as the screen shows it."""
    title = getattr(error, "title", "The database can't be read")
    waiting = title in ("No database yet", "The database is empty", "The database is still being made")
    return Trouble(title, str(error), waiting or "locked" in title)
