"""What people read of a platform's database: small typed results, every query bounded.

Rollups, the newest rows by primary key, and look-ups by primary key: nothing grows with what is stored.
Standard library only: the screen and the small commands import it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from db.figures import METRICS, Headline, Rollup, Stage, funnel, headlines
from db.readonly import (
    DamagedDatabaseError,
    EmptyDatabaseError,
    ForeignDatabaseError,
    LockedDatabaseError,
    MissingDatabaseError,
    SchemaError,
    UnfinishedDatabaseError,
    in_words,
    open_readonly,
)
from simulator.errors import DatabaseError

__all__ = [
    "Attributed",
    "ClockRow",
    "DamagedDatabaseError",
    "DatabaseError",
    "EmptyDatabaseError",
    "EventRow",
    "ForeignDatabaseError",
    "Happening",
    "Headline",
    "LockedDatabaseError",
    "MissingDatabaseError",
    "Obeyed",
    "Overview",
    "Program",
    "Reader",
    "SchemaError",
    "Stage",
    "UnfinishedDatabaseError",
]

BUCKETS = 72  # points of a small line at most: twice the cells of the widest tile, and three days by the hour
SPANS = (1, 6, 24)  # hours a bucket: the finest that shows the whole run, or else the newest days
_Row = TypeVar("_Row")
REWARD_CHANGES = ("pending", "issued", "counted", "capped", "unfunded", "voided", "revoked")


@dataclass(frozen=True, slots=True)
class Program:
    """The newest version of the program."""

    version: int
    name: str
    currency: str
    digits: int


@dataclass(frozen=True, slots=True)
class ClockRow:
    """Where the writer stands; moments in milliseconds UTC.

    `pace` is simulated ms per wall ms (0: as fast as it goes), `beat_at` the wall clock of the writer's last
    sign of life.
    """

    status: str
    sim_at: int
    told_at: int
    starts_at: int
    ends_at: int
    pace: float
    beat_at: int
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


@dataclass(frozen=True, slots=True)
class Attributed:
    """A friend matched to a referrer."""

    seq: int
    friend: str
    referrer: str
    code: str
    channel: str
    method: str
    attributed_at: int


@dataclass(frozen=True, slots=True)
class Happening:
    """An entry of the audit trail with the row it tells of; fields of other kinds of row are null.

    `trigger` is the seq of the event that did it, `recipient` a reference, or a community's name.
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


@dataclass(frozen=True, slots=True)
class Obeyed:
    """An operator's order as the writer obeyed it: after which event, at which simulated time."""

    kind: str
    issued_at: int
    seq: int
    sim_at: int


@dataclass(frozen=True, slots=True)
class Overview:
    """One consistent look at a database: everything that the first screen shows."""

    made_by: str
    program: Program | None
    clock: ClockRow | None
    newest_seq: int
    accepted: int
    refused: int
    bucket_hours: int
    stages: tuple[Stage, ...]
    headlines: tuple[Headline, ...]
    events: tuple[EventRow, ...]
    attributions: tuple[Attributed, ...]
    rewards: tuple[Happening, ...]
    happenings: tuple[Happening, ...]
    obeyed: tuple[Obeyed, ...]


class Reader:
    """A read-only connection and what it remembers of hours that can't change any more."""

    def __init__(self, path: Path, timeout_s: float = 0.5) -> None:
        """Open the database at `path`; raises a DatabaseError that says what is wrong with it."""
        self.path = path
        self._db = open_readonly(path, timeout_s)
        self._buckets: dict[int, dict[str, tuple[int, int]]] = {}
        self._span = 1

    def version(self) -> int:
        """Return a number that changes when somebody else has committed to the database."""
        with self._words():
            return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Let go of the file; a second call does nothing."""
        self._db.close()

    def overview(self, newest: int = 60) -> Overview:
        """One look, in one read transaction, with at most `newest` rows of each list."""
        with self._words():
            self._db.execute("BEGIN")
            try:
                return self._overview(newest)
            finally:
                self._db.execute("COMMIT")

    def _overview(self, newest: int) -> Overview:
        totals = {
            m: (count, value)
            for m, count, value in self._db.execute("SELECT metric, count, value FROM total")
        }
        buckets = self._history()
        happenings = self._happenings(newest)
        made_by = self._db.execute("SELECT value FROM setting WHERE name = 'kind'").fetchone()
        return Overview(
            made_by=made_by[0] if made_by else "",
            program=self._one(
                Program, "SELECT version, name, currency, digits FROM program_version", "version"
            ),
            clock=self._one(
                ClockRow,
                "SELECT status, sim_at, told_at, starts_at, ends_at, pace, beat_at, pid FROM clock",
                "id",
            ),
            newest_seq=self._db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0],
            accepted=totals.get("receipt.accepted", (0, 0))[0],
            refused=sum(totals.get(f"receipt.{kind}", (0, 0))[0] for kind in ("conflict", "malformed")),
            bucket_hours=self._span,
            stages=funnel(totals, buckets),
            headlines=headlines(totals, buckets),
            events=tuple(EventRow(*row) for row in self._db.execute(_EVENTS, (newest,))),
            attributions=tuple(Attributed(*row) for row in self._db.execute(_ATTRIBUTIONS, (newest,))),
            rewards=self._rewards(happenings, newest),
            happenings=happenings[:newest],
            obeyed=tuple(Obeyed(*row) for row in self._db.execute(_OBEYED)),
        )

    def _one(self, kind: type[_Row], select: str, key: str) -> _Row | None:
        row = self._db.execute(f"{select} ORDER BY {key} DESC LIMIT 1").fetchone()
        return kind(*row) if row else None

    def _happenings(self, newest: int) -> tuple[Happening, ...]:
        # four times what is shown: most entries tell of attributions and decisions, rewards are among them
        return tuple(Happening(*row) for row in self._db.execute(_HAPPENINGS, (4 * newest,)))

    def _rewards(self, happenings: tuple[Happening, ...], newest: int) -> tuple[Happening, ...]:
        """Find the newest changes of rewards; where the trail has none, the newest lines."""
        changes = tuple(h for h in happenings if h.kind in REWARD_CHANGES and h.reward is not None)
        return changes[:newest] or tuple(Happening(*row) for row in self._db.execute(_REWARDS, (newest,)))

    def _history(self) -> list[Rollup]:
        """Read the rollups in buckets of hours or days; only the newest bucket is read again."""
        first, last = self._db.execute(
            "SELECT (SELECT min(hour) FROM hour), (SELECT max(hour) FROM hour)"
        ).fetchone()
        if last is None:
            return []
        span = next((span for span in SPANS if last // span - first // span < BUCKETS), SPANS[-1])
        if span != self._span:
            self._span, self._buckets = span, {}
        end = last // span
        start = max(first // span, end - BUCKETS + 1)
        known = max(self._buckets, default=start)
        self._buckets = {
            number: bucket for number, bucket in self._buckets.items() if start <= number < known
        }
        for number, metric, count, value in self._db.execute(_HOURS, (span, known * span, *METRICS)):
            self._buckets.setdefault(number, {})[metric] = (count, value)
        return [self._buckets.get(number, {}) for number in range(start, end + 1)]

    @contextmanager
    def _words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise in_words(error, self.path) from error


_HOURS = f"""
SELECT hour / ? AS bucket, metric, sum(count), sum(value) FROM hour
WHERE hour >= ? AND metric IN ({", ".join("?" * len(METRICS))}) GROUP BY bucket, metric
"""
_EVENTS = """
SELECT e.seq, e.received_at, e.occurred_at, e.type, e.source, p.ref, e.code, e.channel, e.via,
       e.referrer_kind, e.reach, e.eligible, e.amount_minor, e.currency, e.outcome, e.reason, e.community,
       CASE WHEN e.type = 'review.decided' AND json_valid(e.steering)
            THEN json_extract(e.steering, '$.verdict') END
FROM (SELECT * FROM event ORDER BY seq DESC LIMIT ?) e
LEFT JOIN person p ON p.id = e.person ORDER BY e.seq DESC
"""
_ATTRIBUTIONS = """
SELECT a.seq, f.ref, r.ref, a.code, a.channel, a.method, a.attributed_at
FROM (SELECT * FROM attribution ORDER BY seq DESC LIMIT ?) a
JOIN person f ON f.id = a.friend JOIN person r ON r.id = a.referrer ORDER BY a.seq DESC
"""
_STATES = ", ".join(f"'{state}'" for state in REWARD_CHANGES)
_HAPPENINGS = f"""
SELECT a.seq, a.at, a.kind, f.ref, a."trigger", r.ref, t.method, d.milestone, d.outcome, d.reason,
       w.reward, w.role, coalesce(p.ref, w.community), w.value_minor, w.due_at
FROM (SELECT * FROM audit ORDER BY seq DESC LIMIT ?) a
LEFT JOIN person f ON f.id = a.person
LEFT JOIN attribution t ON a.kind = 'attributed' AND t.seq = a.ref
LEFT JOIN person r ON r.id = t.referrer
LEFT JOIN reward w ON a.kind IN ({_STATES}) AND w.id = a.ref
LEFT JOIN person p ON p.id = w.recipient
LEFT JOIN decision d ON d.id = CASE WHEN a.kind IN ('decided', 'settled') THEN a.ref ELSE w.decision END
ORDER BY a.seq DESC
"""
_REWARDS = """
SELECT 0, w.state_at, w.state, f.ref, w.seq, NULL, NULL, d.milestone, d.outcome, d.reason,
       w.reward, w.role, coalesce(p.ref, w.community), w.value_minor, w.due_at
FROM (SELECT * FROM reward ORDER BY id DESC LIMIT ?) w
LEFT JOIN decision d ON d.id = w.decision
LEFT JOIN person f ON f.id = d.friend
LEFT JOIN person p ON p.id = w.recipient
ORDER BY w.id DESC
"""
_OBEYED = "SELECT kind, issued_at, seq, sim_at FROM command ORDER BY id DESC LIMIT 20"
