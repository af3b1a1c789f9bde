"""Read what people did, from the log: their events, merges of two references, and the rewards they used."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from db.sqlite.readonly import reading

STEPS_SCHEMA: dict[str, pl.DataType] = {
    "type": pl.String(),
    "occurred_at": pl.Int64(),
    "person": pl.Int64(),
    "code": pl.String(),
}
MERGES_SCHEMA: dict[str, pl.DataType] = {"person": pl.Int64(), "into": pl.Int64()}
USES_SCHEMA: dict[str, pl.DataType] = {"referrer": pl.Int64(), "issued": pl.Int64(), "redeemed": pl.Int64()}
_MERGES = (
    "SELECT event.person, person.id FROM event JOIN person ON person.ref = json_extract(event.steering, '$.into') "
    "WHERE event.type = 'customer.merged' ORDER BY event.seq"
)
_REDEEMED = "SELECT steering FROM event WHERE type = 'reward.redeemed'"
_ISSUED = (
    "SELECT r.recipient, e.source, e.id, d.milestone, r.reward FROM audit a JOIN reward r ON r.id = a.ref "
    "JOIN decision d ON d.id = r.decision JOIN event e ON e.seq = d.seq "
    "WHERE a.kind = 'issued' AND a.at < ? AND r.role IN ('referrer', 'upline') ORDER BY a.seq"
)
_PARTS = ("reward_source", "reward_id", "reward_milestone", "reward_reward")
_FETCH = 50_000  # tuples alive at once on the way into columns


def steps(path: Path, types: Sequence[str]) -> pl.DataFrame:
    """Return all events of these types in the database at `path`, in log order, as `STEPS_SCHEMA`.

    `occurred_at` is in milliseconds UTC, `person` the number of the event's subject. Raises DatabaseError.
    """
    marks = ", ".join("?" * len(types))
    sql = f"SELECT {', '.join(STEPS_SCHEMA)} FROM event WHERE type IN ({marks}) ORDER BY seq"
    parts = [pl.DataFrame(schema=STEPS_SCHEMA)]
    with reading(path) as db:
        cursor = db.execute(sql, types)
        while rows := cursor.fetchmany(_FETCH):
            parts.append(pl.DataFrame(rows, schema=STEPS_SCHEMA, orient="row"))
    return pl.concat(parts)


def merges(path: Path) -> pl.DataFrame:
    """Return who was merged into whom in the database at `path`, numbers of people, in log order, as `MERGES_SCHEMA`.

    Raises DatabaseError.
    """
    with reading(path) as db:
        return pl.DataFrame(db.execute(_MERGES).fetchall(), schema=MERGES_SCHEMA, orient="row")


def reward_uses(path: Path, before_ms: int) -> pl.DataFrame:
    """Return how many rewards each referrer was issued before a moment, and how many of those were ever used.

    `before_ms` is in milliseconds UTC; one row per referrer, with the columns of `USES_SCHEMA`. A reward counts once,
    however often its use is reported. Raises DatabaseError.
    """
    with reading(path) as db:
        used = {
            tuple(steering.get(part) for part in _PARTS)
            for (text,) in db.execute(_REDEEMED)
            for steering in (json.loads(text),)
        }
        counts: dict[int, list[int]] = {}
        for referrer, *reward in db.execute(_ISSUED, (before_ms,)):
            of = counts.setdefault(referrer, [0, 0])
            of[0] += 1
            of[1] += tuple(reward) in used
    rows = [(referrer, *of) for referrer, of in counts.items()]
    return pl.DataFrame(rows, schema=USES_SCHEMA, orient="row")
