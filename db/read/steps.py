"""Read type, time, person and code of some event types from the log, to count what people did."""

from __future__ import annotations

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
