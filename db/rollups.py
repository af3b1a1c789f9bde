"""Writing the tables of sums: what a transaction adds to totals, hours, weeks, breakdowns, lateness and boards.

All are increments but the boards', so batches may be joined, and the rows do not depend on how the log was cut.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from db import rows
from db.batch import Batch
from db.writing import Connection

WEEK_HOURS = 168
_SUMS = ("count", "value")


def write(connection: Connection, batch: Batch) -> None:
    """Add a batch's increments, inside the caller's transaction. Raises sqlite3.Error."""
    _write_spans(connection, "", batch.rollup, ["metric"])
    _write_spans(connection, "breakdown", batch.breakdown, ["metric", "part"])
    if batch.due.height:
        _add(connection, "due", ["day", "reward"], batch.due)
        connection.execute("DELETE FROM due WHERE count = 0")
    if batch.lateness.height:
        _add_lateness(connection, "lateness", ["type", "bucket"], batch.lateness)
        _add_lateness(connection, "lateness_day", ["day", "type", "bucket"], batch.lateness)
    if batch.leaders.height:
        last = batch.leaders.unique(["board", "place"], keep="last", maintain_order=True)
        connection.executemany("INSERT OR REPLACE INTO leader VALUES (?, ?, ?, ?, ?, ?, ?)", last.rows())


def _write_spans(connection: Connection, prefix: str, frame: pl.DataFrame, keys: list[str]) -> None:
    """The same increments for the total, by hour and by week. What moved and came back leaves no row."""
    if not frame.height:
        return
    total, hour, week = (f"{prefix}_{name}" if prefix else name for name in ("total", "hour", "week"))
    total = prefix or total
    _add(connection, total, keys, frame)
    _add(connection, hour, ["hour", *keys], frame)
    weeks = frame.with_columns(week=pl.col("hour") // WEEK_HOURS)
    _add(connection, week, ["week", *keys], weeks)
    # an increment of nothing is not written, but one may bring what is there down to nothing
    connection.execute(f"DELETE FROM {total} WHERE count = 0 AND value = 0")
    for table, column, source in ((hour, "hour", frame), (week, "week", weeks)):
        span = (source[column].min(), source[column].max())
        connection.execute(
            f"DELETE FROM {table} WHERE {column} BETWEEN ? AND ? AND count = 0 AND value = 0", span
        )


def _add(connection: Connection, table: str, keys: list[str], frame: pl.DataFrame) -> None:
    """Add up increments [*keys, count, value] in a table."""
    sums = (
        frame.group_by(keys).agg(pl.col(_SUMS).sum()).filter((pl.col("count") != 0) | (pl.col("value") != 0))
    )
    _upsert(connection, table, keys, [f"{name} = {name} + excluded.{name}" for name in _SUMS], sums)


def _add_lateness(connection: Connection, table: str, keys: list[str], frame: pl.DataFrame) -> None:
    """Add up events and keep the worst of them, [*keys, count, worst]."""
    sums = frame.group_by(keys).agg(pl.col("count").sum(), pl.col("worst").max())
    ways = ["count = count + excluded.count", "worst = max(worst, excluded.worst)"]
    _upsert(connection, table, keys, ways, sums)


def _upsert(
    connection: Connection, table: str, keys: list[str], ways: Sequence[str], frame: pl.DataFrame
) -> None:
    rows.write(
        connection,
        f"INSERT INTO {table} ({', '.join(frame.columns)}) VALUES",
        frame.sort(keys).rows(),
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(ways)}",
    )
