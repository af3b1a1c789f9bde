"""Read the first screen: the funnel and the headline numbers over time, and the newest rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

from db.read.figures import METRICS, Headline, Stage, funnel, headlines
from db.read.moment import audit_at, seq_at
from db.read.queries import LAST, REWARD_CHANGES, AuditEntry, EventRow, audit_entries, events, totals
from db.read.sums import WEEK_HOURS, PastSums
from db.read.versions import Change, changes
from simulator.domain.definitions import Rollup
from simulator.domain.spans import HOUR_MS

__all__ = ["Attributed", "Headline", "History", "Overview", "Span", "Stage", "overview"]

BUCKETS = 92  # at most, of spans below a week: a quarter of a year by days
WEEKS = 520
NEWEST = 60  # rows of a list, enough for the tallest screen
GATHERED = 3  # events read for each row, since sign-ins are shown together
SPANS = (1, 6, 24, WEEK_HOURS)
"""Hours in a bucket: the finest that shows the whole run is used, or else the newest weeks are shown."""


@dataclass(frozen=True, slots=True)
class Attributed:
    """A friend attributed to a referrer."""

    seq: int
    friend: str
    referrer: str
    code: str
    channel: str
    method: str
    attributed_at: int

    def references(self) -> tuple[str | None, ...]:
        """Return the references of everybody in it."""
        return self.friend, self.referrer


@dataclass(frozen=True, slots=True)
class Span:
    """The time range of a series: its buckets begin at `start`, and each lasts `hours`.

    `begun` is the start of the first hour with any data, `now` the last full hour; milliseconds UTC. The first bucket
    may begin before `begun`, and the last may end after `now`.
    """

    start: int
    hours: int
    begun: int
    now: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the first screen shows of one database at one moment."""

    span: Span
    changes: tuple[Change, ...]
    stages: tuple[Stage, ...]
    headlines: tuple[Headline, ...]
    events: tuple[EventRow, ...]
    attributions: tuple[Attributed, ...]
    rewards: tuple[AuditEntry, ...]

    def references(self) -> set[str | None]:
        """Return the references of everybody in it."""
        found = {event.subject for event in self.events}
        found.update(*(row.references() for row in self.attributions))
        return found.union(*(entry.references() for entry in self.rewards))


@dataclass
class History:
    """Rollups in buckets of hours, days or weeks; caches only what can't change any more."""

    hours: int = 1
    start: int = 0
    begun: int = 0
    newest: int = 0
    _buckets: dict[int, dict[str, tuple[int, int]]] = field(default_factory=dict)

    def read(self, db: sqlite3.Connection, before: int = LAST) -> list[Rollup]:
        """Read the buckets up to now, or up to the hour `before`; of those cached, only the newest is read again."""
        first, last = db.execute(
            "SELECT (SELECT min(hour) FROM hour), (SELECT max(hour) FROM hour WHERE hour < ?)", (before,)
        ).fetchone()
        if last is None:
            return []
        hours = next((one for one in SPANS if last // one - first // one < BUCKETS), SPANS[-1])
        if hours != self.hours:
            self.hours, self._buckets = hours, {}
        end = last // hours
        start = max(first // hours, end - (WEEKS if hours == WEEK_HOURS else BUCKETS) + 1)
        self.start, self.begun, self.newest = start, first, last
        known = max(self._buckets, default=start)
        self._buckets = {
            number: bucket for number, bucket in self._buckets.items() if start <= number < known
        }
        if hours == WEEK_HOURS:  # whole weeks have a rollup of their own
            self._take(db.execute(_WEEKS, (known, end, *METRICS)))
            known = end
        self._take(db.execute(_HOURS, (hours, known * hours, before, *METRICS)))
        return [self._buckets.get(number, {}) for number in range(start, end + 1)]

    def span(self, now_ms: int) -> Span:
        """Return the time range of the buckets read last, up to `now_ms` (if 0, up to the end of the newest hour)."""
        each = self.hours * HOUR_MS
        now = now_ms // HOUR_MS if now_ms else self.newest + 1
        return Span(self.start * each, self.hours, self.begun * HOUR_MS, now * HOUR_MS)

    def _take(self, rows: Iterable[tuple[int, str, int, int]]) -> None:
        for number, metric, count, value in rows:
            self._buckets.setdefault(number, {})[metric] = (count, value)


def overview(db: sqlite3.Connection, history: History, now_ms: int, newest: int = NEWEST) -> Overview:
    """Read the first screen, with the `newest` rows of each list, and more of events.

    `history` is kept from look to look; `now_ms` is the simulated time (milliseconds UTC). The caller holds a read
    transaction (`Reader.look`), so that everything is of one moment.
    """
    sums = totals(db)
    buckets = history.read(db)
    return Overview(
        span=history.span(now_ms),
        changes=changes(db, now_ms),
        stages=funnel(sums, buckets),
        headlines=headlines(sums, buckets),
        events=events(db, GATHERED * newest),
        attributions=tuple(Attributed(*row) for row in db.execute(_ATTRIBUTIONS, (LAST, newest))),
        rewards=_rewards(db, newest),
    )


def overview_at(db: sqlite3.Connection, past: PastSums, at: int, newest: int = NEWEST) -> Overview:
    """Read the first screen as it was at `at`, a full hour (milliseconds UTC); `past` is kept from look to look."""
    hour = at // HOUR_MS
    sums = past.at(db, at).totals
    history = History()
    buckets = history.read(db, hour)
    seq = seq_at(db, at)
    return Overview(
        span=history.span(at),
        changes=changes(db, at),
        stages=funnel(sums, buckets),
        headlines=headlines(sums, buckets),
        events=events(db, GATHERED * newest, seq),
        attributions=tuple(Attributed(*row) for row in db.execute(_ATTRIBUTIONS, (seq, newest))),
        rewards=_changes(db, newest, audit_at(db, at)),
    )


def _rewards(db: sqlite3.Connection, newest: int) -> tuple[AuditEntry, ...]:
    """Read the newest changes of rewards, or the newest lines if there are no audit entries."""
    return _changes(db, newest, LAST) or tuple(AuditEntry(*row) for row in db.execute(_REWARDS, (newest,)))


def _changes(db: sqlite3.Connection, newest: int, upto: int) -> tuple[AuditEntry, ...]:
    # four times what is shown, since most audit entries are of attributions and decisions
    found = audit_entries(db, 4 * newest, upto)
    changes = [entry for entry in found if entry.kind in REWARD_CHANGES and entry.reward is not None]
    return tuple(changes[:newest])


_HOURS = f"""
SELECT hour / ? AS bucket, metric, sum(count), sum(value) FROM hour
WHERE hour >= ? AND hour < ? AND metric IN ({", ".join("?" * len(METRICS))}) GROUP BY bucket, metric
"""
_WEEKS = f"""
SELECT week, metric, count, value FROM week
WHERE week >= ? AND week < ? AND metric IN ({", ".join("?" * len(METRICS))})
"""
_ATTRIBUTIONS = """
SELECT a.seq, f.ref, r.ref, a.code, a.channel, a.method, a.attributed_at
FROM (SELECT * FROM attribution WHERE seq <= ? ORDER BY seq DESC LIMIT ?) a
JOIN person f ON f.id = a.friend JOIN person r ON r.id = a.referrer ORDER BY a.seq DESC
"""
_REWARDS = """
SELECT 0, w.state_at, w.state, f.ref, w.seq, NULL, NULL, d.milestone, d.outcome, d.reason,
       w.reward, w.role, coalesce(p.ref, w.community), w.value_minor, w.due_at, w.expected, w.reason
FROM (SELECT * FROM reward ORDER BY id DESC LIMIT ?) w
LEFT JOIN decision d ON d.id = w.decision
LEFT JOIN person f ON f.id = d.friend
LEFT JOIN person p ON p.id = w.recipient
ORDER BY w.id DESC
"""
