"""Read a platform's database for people: small typed results, every query bounded.

It reads rollups, the newest rows, and single rows by primary key, so no cost grows with what is stored. Standard
library only: the screens and the small commands import it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from db.read.event_fields import WRITTEN_REASON
from db.read.figures import funnel
from db.read.moment import audit_at
from db.read.settings import setting
from db.sqlite.readonly import (
    DamagedDatabaseError,
    Database,
    EmptyDatabaseError,
    ForeignDatabaseError,
    LockedDatabaseError,
    MissingDatabaseError,
    SchemaError,
    UnfinishedDatabaseError,
    open_readonly,
    translated,
)
from simulator.domain.definitions import NOT_PAID, Rollup
from simulator.domain.errors import DatabaseError
from simulator.domain.vocabulary import RewardState, values
from simulator.domain.without_effect import KIND_OF, why_without_effect

__all__ = [
    "AuditEntry",
    "ClockRow",
    "DamagedDatabaseError",
    "Database",
    "DatabaseError",
    "DatabaseStatus",
    "EmptyDatabaseError",
    "EventRow",
    "ExecutedCommand",
    "ForeignDatabaseError",
    "LockedDatabaseError",
    "MissingDatabaseError",
    "Program",
    "Reader",
    "SchemaError",
    "UnfinishedDatabaseError",
    "audit_entries",
    "database_status",
    "events",
    "totals",
    "translated",
]

LAST = 2**62  # after every row there is
_Row = TypeVar("_Row")
REWARD_CHANGES = values(RewardState)


@dataclass(frozen=True, slots=True)
class Program:
    """A version of the program."""

    version: int
    name: str
    currency: str
    digits: int


@dataclass(frozen=True, slots=True)
class ClockRow:
    """The writer's position; times in milliseconds UTC.

    `pace` is in simulated ms per wall ms (0: as fast as possible), `heartbeat_at` the wall clock at the writer's last
    heartbeat.
    """

    status: str
    sim_at: int
    watermark: int
    starts_at: int
    ends_at: int
    pace: float
    heartbeat_at: int
    pid: int


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event of the log; `subject` is the pseudonymous reference."""

    seq: int
    received_at: int
    occurred_at: int
    type: str
    source: str
    subject: str | None
    code: str | None
    channel: str | None
    via: str | None
    referrer_kind: str | None
    reach: int | None
    eligible: bool | None
    amount_minor: int | None
    currency: str | None
    outcome: str | None
    reason: str | None
    community: str | None
    verdict: str | None
    no_effect: str | None = None
    """Why it changed nothing, in words, of an event that did not."""

    def references(self) -> tuple[str | None, ...]:
        """Return the references of everybody in it."""
        return (self.subject,)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An audit entry with the row it is about; fields of other kinds of row are None.

    `trigger` is the seq of the event that caused it, `recipient` a reference or a community's name.
    """

    seq: int
    at: int
    kind: str
    friend: str | None
    trigger: int
    referrer: str | None = None
    method: str | None = None
    milestone: str | None = None
    outcome: str | None = None
    reason: str | None = None
    reward: str | None = None
    role: str | None = None
    recipient: str | None = None
    value_minor: int | None = None
    due_at: int | None = None
    expected: str | None = None
    """The state that a pending line gets, or got, if not `issued`."""
    forfeited: str | None = None
    """Why a line was forfeited."""

    def references(self) -> tuple[str | None, ...]:
        """Return the references of everybody in it; a community has none."""
        return self.friend, self.referrer, self.recipient if self.role != "community" else None


@dataclass(frozen=True, slots=True)
class ExecutedCommand:
    """An operator's command as the writer executed it: after which event, at which simulated time.

    `refused` says why it was not executed; None if it was.
    """

    kind: str
    issued_at: int
    seq: int
    sim_at: int
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """The state of a database: what every screen shows around its own content, and what a step's message is made from.

    `stages` has the funnel's counts; `events` and `audit_entries` are the newest ones.
    """

    made_by: str
    program: Program | None
    clock: ClockRow | None
    newest_seq: int
    accepted: int
    refused: int
    stages: tuple[int, ...]
    events: tuple[EventRow, ...]
    audit_entries: tuple[AuditEntry, ...]
    executed: tuple[ExecutedCommand, ...]

    def references(self) -> set[str | None]:
        """Return the references of everybody in it."""
        found = {event.subject for event in self.events}
        return found.union(*(entry.references() for entry in self.audit_entries))


class Reader:
    """A read-only connection to one database."""

    def __init__(self, path: Path, timeout_s: float = 0.5) -> None:
        """Open the database at `path`; raises a DatabaseError that says what is wrong with it."""
        self.path = path
        self._db = open_readonly(path, timeout_s)

    def version(self) -> int:
        """Return a number that changes when another connection has committed to the database."""
        with translated(self.path):
            return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        self._db.close()

    @contextmanager
    def look(self) -> Iterator[sqlite3.Connection]:
        """Hold a read transaction, so that everything read inside is of one moment; raises DatabaseError."""
        with translated(self.path):
            self._db.execute("BEGIN")
            try:
                yield self._db
            finally:
                if self._db.in_transaction:
                    self._db.execute("COMMIT")


def database_status(db: sqlite3.Connection, newest: int = 16) -> DatabaseStatus:
    """Read the state of a database, with its `newest` events and four times as many audit entries."""
    sums = totals(db)
    return DatabaseStatus(
        made_by=setting(db, "kind") or "",
        program=_one(db, Program, "SELECT version, name, currency, digits FROM program_version", "version"),
        clock=_one(
            db,
            ClockRow,
            "SELECT status, sim_at, watermark, starts_at, ends_at, pace, heartbeat_at, pid FROM clock",
            "id",
        ),
        newest_seq=db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0],
        accepted=sums.get("receipt.accepted", (0, 0))[0],
        refused=sum(sums.get(f"receipt.{kind}", (0, 0))[0] for kind in ("conflict", "malformed")),
        stages=tuple(stage.count for stage in funnel(sums)),
        events=events(db, newest),
        audit_entries=audit_entries(db, 4 * newest),
        executed=tuple(ExecutedCommand(*row) for row in db.execute(_EXECUTED)),
    )


def program_then(db: Database, seq: int) -> Program | None:
    """Read the program that was in force at the event with that number; None if there was none yet."""
    row = db.execute(
        "SELECT version, name, currency, digits FROM program_version WHERE from_seq <= ? "
        "ORDER BY version DESC LIMIT 1",
        (max(1, seq),),
    ).fetchone()
    return Program(*row) if row else None


def totals(db: sqlite3.Connection) -> Rollup:
    """Read the totals by metric."""
    return {
        metric: (count, value)
        for metric, count, value in db.execute("SELECT metric, count, value FROM total")
    }


def events(db: sqlite3.Connection, newest: int, upto: int = LAST) -> tuple[EventRow, ...]:
    """Read the newest events of the log up to the number `upto`, newest first."""
    found = [EventRow(*row) for row in db.execute(_EVENTS, (upto, newest))]
    no_effect = _without_effect(db, [row for row in found if row.type in KIND_OF])
    return tuple(replace(row, no_effect=no_effect[row.seq]) if row.seq in no_effect else row for row in found)


def _without_effect(db: sqlite3.Connection, rows: Sequence[EventRow]) -> dict[int, str]:
    """Read why some of these events, newest first, changed nothing, by seq: from the newest entries of their time."""
    if not rows:
        return {}
    until, since = (audit_at(db, at) for at in (rows[0].received_at + 1, rows[-1].received_at))
    found = db.execute(_WITHOUT_EFFECT_ENTRIES, (max(since, until - _MOST_ENTRIES), until))
    return {trigger: why_without_effect(kind, detail) for trigger, kind, detail in found}


def audit_entries(db: sqlite3.Connection, newest: int, upto: int = LAST) -> tuple[AuditEntry, ...]:
    """Read the newest audit entries up to the number `upto`, newest first."""
    return tuple(AuditEntry(*row) for row in db.execute(_ENTRIES, (upto, newest)))


def _one(db: sqlite3.Connection, kind: type[_Row], select: str, key: str) -> _Row | None:
    row = db.execute(f"{select} ORDER BY {key} DESC LIMIT 1").fetchone()
    return kind(*row) if row else None


_MOST_ENTRIES = 5_000  # of the trail that a look reads, a millisecond; a batch may have more in one moment
_WITHOUT_EFFECT_ENTRIES = (
    "SELECT trigger, kind, detail FROM audit WHERE seq > ? AND seq <= ? "
    f"AND kind IN ({', '.join(repr(str(kind)) for kind in KIND_OF.values())}) ORDER BY seq"
)
_EVENTS = f"""
SELECT e.seq, e.received_at, e.occurred_at, e.type, e.source, p.ref, e.code, e.channel, e.via,
       e.referrer_kind, e.reach, e.eligible, e.amount_minor, e.currency, e.outcome,
       {WRITTEN_REASON.format("e")}, e.community,
       CASE WHEN e.type = 'review.decided' AND json_valid(e.steering)
            THEN json_extract(e.steering, '$.verdict') END
FROM (SELECT * FROM event WHERE seq <= ? ORDER BY seq DESC LIMIT ?) e
LEFT JOIN person p ON p.id = e.person ORDER BY e.seq DESC
"""
_STATES = ", ".join(f"'{state}'" for state in REWARD_CHANGES)
_ENTRIES = f"""
SELECT a.seq, a.at, a.kind, f.ref, a."trigger", r.ref, t.method, d.milestone, d.outcome, d.reason,
       w.reward, w.role, coalesce(p.ref, w.community), w.value_minor, w.due_at,
       CASE WHEN w.state IN {NOT_PAID} THEN w.state ELSE w.expected END, w.reason
FROM (SELECT * FROM audit WHERE seq <= ? ORDER BY seq DESC LIMIT ?) a
LEFT JOIN person f ON f.id = a.person
LEFT JOIN attribution t ON a.kind = 'attributed' AND t.seq = a.ref
LEFT JOIN person r ON r.id = t.referrer
LEFT JOIN reward w ON a.kind IN ({_STATES}) AND w.id = a.ref
LEFT JOIN person p ON p.id = w.recipient
LEFT JOIN decision d ON d.id = CASE WHEN a.kind IN ('decided', 'settled') THEN a.ref ELSE w.decision END
ORDER BY a.seq DESC
"""
_EXECUTED = "SELECT kind, issued_at, seq, sim_at, refused FROM command ORDER BY id DESC LIMIT 20"
