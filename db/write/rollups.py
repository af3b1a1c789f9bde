"""Write the rollup tables: totals, hours, weeks, breakdowns, due days, lateness and leaderboards.

All but the leaderboards are increments, so batches may be joined, and rows don't depend on how the log was cut.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from db.read.sums import WEEK_HOURS
from db.sqlite import rows
from db.sqlite.connection import Connection
from db.sqlite.rows import Row
from simulator.domain.write_set import WriteSet

_SUMS = ("count", "value")
_SUM = "count = count + excluded.count, value = value + excluded.value"
_WORST = "count = count + excluded.count, worst = max(worst, excluded.worst)"
_FEW = 500  # increments


def write(connection: Connection, write_set: WriteSet) -> None:
    """Add a batch's increments, inside the caller's transaction. Raises sqlite3.Error."""
    _write_spans(connection, "", write_set.rollup, ["metric"])
    _write_spans(connection, "breakdown", write_set.breakdown, ["metric", "part"])
    if write_set.due.height:
        _add(connection, "due", ["day", "reward", "expected"], write_set.due)
        connection.execute("DELETE FROM due WHERE count = 0")
    if write_set.lateness.height:
        for table, keys in (("lateness", ["type", "bucket"]), ("lateness_day", ["day", "type", "bucket"])):
            names = [*keys, "count", "worst"]
            _upsert(connection, table, names, _WORST, _added(write_set.lateness, keys, "worst"))
    if write_set.leaders.height:
        last = write_set.leaders.unique(["board", "place"], keep="last", maintain_order=True)
        columns, marks = ", ".join(last.columns), ", ".join("?" * last.width)
        connection.executemany(f"INSERT OR REPLACE INTO leader ({columns}) VALUES ({marks})", last.rows())
        connection.execute("DELETE FROM leader WHERE person IS NULL AND community IS NULL")


def _write_spans(connection: Connection, prefix: str, frame: pl.DataFrame, keys: list[str]) -> None:
    """Add the same increments to the total, the hours and the weeks. A row that comes to zero is deleted."""
    if not frame.height:
        return
    total = prefix or "total"
    _add(connection, total, keys, frame)
    # an increment of zero is not written, but another may bring a row down to zero
    connection.execute(f"DELETE FROM {total} WHERE count = 0 AND value = 0")
    for span in ("hour", "week"):
        table = f"{prefix}_{span}" if prefix else span
        if written := _add(connection, table, [span, *keys], frame):
            connection.execute(
                f"DELETE FROM {table} WHERE {span} BETWEEN ? AND ? AND count = 0 AND value = 0",
                (written[0][0], written[-1][0]),
            )


def _add(connection: Connection, table: str, keys: list[str], frame: pl.DataFrame) -> list[Row]:
    """Add increments [*keys, count, value] to a table, and return what was added, in order."""
    added = [row for row in _added(frame, keys, "value") if row[-1] or row[-2]]
    _upsert(connection, table, [*keys, "count", "value"], _SUM, added)
    return added


def _added(frame: pl.DataFrame, keys: list[str], measure: str) -> list[Row]:
    """Group increments by keys, in order: `count` and `value` are added up, of `worst` the greatest is taken.

    A `week` is that of the hour. Few increments are added up in Python: a call of Polars costs as much as hundreds.
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
