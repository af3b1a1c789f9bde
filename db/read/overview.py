"""What the first screen reads: the funnel and the headline numbers with their courses, and the newest rows."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from db.read.figures import METRICS, Headline, Stage, funnel, headlines
from db.read.moment import audit_at, seq_at
from db.read.queries import LAST, REWARD_CHANGES, EventRow, Happening, events, happenings, totals
from db.read.sums import Past
from simulator.domain.definitions import Rollup
from simulator.domain.spans import HOUR_MS

__all__ = ["Attributed", "Headline", "History", "Overview", "Stage", "overview"]

BUCKETS = 72  # points of a small line at most: twice the cells of the widest tile, and three days by the hour
SPANS = (1, 6, 24)  # hours a bucket: the finest that shows the whole run, or else the newest days


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

    def references(self) -> tuple[str | None, ...]:
        """Name who appears in it."""
        return self.friend, self.referrer


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the first screen shows of one database at one moment."""

    bucket_hours: int
    stages: tuple[Stage, ...]
    headlines: tuple[Headline, ...]
    events: tuple[EventRow, ...]
    attributions: tuple[Attributed, ...]
    rewards: tuple[Happening, ...]

    def references(self) -> set[str | None]:
        """Name everybody who appears in it."""
        found = {event.subject for event in self.events}
        found.update(*(row.references() for row in self.attributions))
        return found.union(*(entry.references() for entry in self.rewards))


@dataclass
class History:
    """Rollups in buckets of hours or days; what it remembers can't change any more."""

    span: int = 1
    _buckets: dict[int, dict[str, tuple[int, int]]] = field(default_factory=dict)

    def read(self, db: sqlite3.Connection, before: int = LAST) -> list[Rollup]:
        """Read the buckets up to now, or of the hours before one; only the newest of those known is read again."""
        first, last = db.execute(
            "SELECT (SELECT min(hour) FROM hour), (SELECT max(hour) FROM hour WHERE hour < ?)", (before,)
        ).fetchone()
        if last is None:
            return []
        span = next((span for span in SPANS if last // span - first // span < BUCKETS), SPANS[-1])
        if span != self.span:
            self.span, self._buckets = span, {}
        end = last // span
        start = max(first // span, end - BUCKETS + 1)
        known = max(self._buckets, default=start)
        self._buckets = {
            number: bucket for number, bucket in self._buckets.items() if start <= number < known
        }
        for number, metric, count, value in db.execute(_HOURS, (span, known * span, before, *METRICS)):
            self._buckets.setdefault(number, {})[metric] = (count, value)
        return [self._buckets.get(number, {}) for number in range(start, end + 1)]


def overview(db: sqlite3.Connection, history: History, newest: int = 60) -> Overview:
    """Read the first screen, with at most `newest` rows of each list; `history` is kept from look to look.

    The caller holds a read transaction (`Reader.look`), so that all of it is of one moment.
    """
    sums = totals(db)
    buckets = history.read(db)
    return Overview(
        bucket_hours=history.span,
        stages=funnel(sums, buckets),
        headlines=headlines(sums, buckets),
        events=events(db, newest),
        attributions=tuple(Attributed(*row) for row in db.execute(_ATTRIBUTIONS, (LAST, newest))),
        rewards=_rewards(db, newest),
    )


def overview_at(db: sqlite3.Connection, past: Past, at: int, newest: int = 60) -> Overview:
    """Read the first screen as it was at `at`, a full hour (milliseconds UTC); `past` is kept from look to look."""
    hour = at // HOUR_MS
    sums = past.at(db, at).totals
    history = History()
    buckets = history.read(db, hour)
    seq = seq_at(db, at)
    return Overview(
        bucket_hours=history.span,
        stages=funnel(sums, buckets),
        headlines=headlines(sums, buckets),
        events=events(db, newest, seq),
        attributions=tuple(Attributed(*row) for row in db.execute(_ATTRIBUTIONS, (seq, newest))),
        rewards=_changes(db, newest, audit_at(db, at)),
    )


def _rewards(db: sqlite3.Connection, newest: int) -> tuple[Happening, ...]:
    """Find the newest changes of rewards; where the trail has none, the newest lines."""
    return _changes(db, newest, LAST) or tuple(Happening(*row) for row in db.execute(_REWARDS, (newest,)))


def _changes(db: sqlite3.Connection, newest: int, upto: int) -> tuple[Happening, ...]:
    # four times what is shown: most entries tell of attributions and decisions, rewards are among them
    found = happenings(db, 4 * newest, upto)
    changes = [entry for entry in found if entry.kind in REWARD_CHANGES and entry.reward is not None]
    return tuple(changes[:newest])


_HOURS = f"""
SELECT hour / ? AS bucket, metric, sum(count), sum(value) FROM hour
WHERE hour >= ? AND hour < ? AND metric IN ({", ".join("?" * len(METRICS))}) GROUP BY bucket, metric
"""
_ATTRIBUTIONS = """
SELECT a.seq, f.ref, r.ref, a.code, a.channel, a.method, a.attributed_at
FROM (SELECT * FROM attribution WHERE seq <= ? ORDER BY seq DESC LIMIT ?) a
JOIN person f ON f.id = a.friend JOIN person r ON r.id = a.referrer ORDER BY a.seq DESC
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
