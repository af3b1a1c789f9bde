"""Writing the tables of sums: what a transaction adds to totals, hours, weeks, breakdowns, lateness and boards.

All are increments but the boards', so batches may be joined, and the rows do not depend on how the log was cut.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from db.read.sums import WEEK_HOURS
from db.sqlite import rows
from db.sqlite.connection import Connection
from db.sqlite.rows import Row
from db.write.batch import Batch

_SUMS = ("count", "value")
_SUM = "count = count + excluded.count, value = value + excluded.value"
_WORST = "count = count + excluded.count, worst = max(worst, excluded.worst)"
_FEW = 500  # increments


def write(connection: Connection, batch: Batch) -> None:
    """Add a batch's increments, inside the caller's transaction. Raises sqlite3.Error."""
    _write_spans(connection, "", batch.rollup, ["metric"])
    _write_spans(connection, "breakdown", batch.breakdown, ["metric", "part"])
    if batch.due.height:
        _add(connection, "due", ["day", "reward", "expected"], batch.due)
        connection.execute("DELETE FROM due WHERE count = 0")
    if batch.lateness.height:
        for table, keys in (("lateness", ["type", "bucket"]), ("lateness_day", ["day", "type", "bucket"])):
            names = [*keys, "count", "worst"]
            _upsert(connection, table, names, _WORST, _added(batch.lateness, keys, "worst"))
    if batch.leaders.height:
        last = batch.leaders.unique(["board", "place"], keep="last", maintain_order=True)
        columns, marks = ", ".join(last.columns), ", ".join("?" * last.width)
        connection.executemany(f"INSERT OR REPLACE INTO leader ({columns}) VALUES ({marks})", last.rows())


def _write_spans(connection: Connection, prefix: str, frame: pl.DataFrame, keys: list[str]) -> None:
    """The same increments for the total, by hour and by week. What moved and came back leaves no row."""
    if not frame.height:
        return
    total = prefix or "total"
    _add(connection, total, keys, frame)
    # an increment of nothing is not written, but one may bring what is there down to nothing
    connection.execute(f"DELETE FROM {total} WHERE count = 0 AND value = 0")
    for span in ("hour", "week"):
        table = f"{prefix}_{span}" if prefix else span
        if written := _add(connection, table, [span, *keys], frame):
            connection.execute(
                f"DELETE FROM {table} WHERE {span} BETWEEN ? AND ? AND count = 0 AND value = 0",
                (written[0][0], written[-1][0]),
            )


def _add(connection: Connection, table: str, keys: list[str], frame: pl.DataFrame) -> list[Row]:
    """Add up increments [*keys, count, value] in a table; gives what was added, in order."""
    added = [row for row in _added(frame, keys, "value") if row[-1] or row[-2]]
    _upsert(connection, table, [*keys, "count", "value"], _SUM, added)
    return added


def _added(frame: pl.DataFrame, keys: list[str], measure: str) -> list[Row]:
    """Increments by keys, in order, each with its `count` added up and its `measure`: of `worst` the greatest.

    A week is that of the hour. BoundedLabels are added up here: a call of Polars costs as much as hundreds of them.
    """
    if frame.height > _FEW:
        weeks = frame if "week" not in keys else frame.with_columns(week=pl.col("hour") // WEEK_HOURS)
        of = pl.col(measure).max() if measure == "worst" else pl.col(measure).sum()
        return weeks.group_by(keys).agg(pl.col("count").sum(), of).sort(keys).rows()
    columns = [
        [hour // WEEK_HOURS for hour in frame["hour"].to_list()] if key == "week" else frame[key].to_list()
        for key in keys
    ]
    found: dict[Row, tuple[int, int]] = {}
    for key, count, value in zip(
        zip(*columns, strict=True), frame["count"].to_list(), frame[measure].to_list(), strict=True
    ):
        if before := found.get(key):
            value = max(before[1], value) if measure == "worst" else before[1] + value  # noqa: PLW2901 - added up
            found[key] = (before[0] + count, value)
        else:
            found[key] = (count, value)
    return [(*key, *sums) for key, sums in sorted(found.items())]


def _upsert(
    connection: Connection, table: str, names: Sequence[str], ways: str, added: Sequence[Row]
) -> None:
    keys = names[: -len(_SUMS)]
    rows.write(
        connection,
        f"INSERT INTO {table} ({', '.join(names)}) VALUES",
        added,
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {ways}",
    )
