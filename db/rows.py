"""Frames into tables: rows grouped by which columns they fill, written many to a statement.

Binding costs more than storing here: Python's sqlite3 takes 0.25 µs for a value and longer for None, so that a 26
column event with 16 nulls went in at 105,000 rows/s. Rows are therefore grouped by their **shape** (the set of
columns that are not null) and only those columns are bound: 290,000 rows/s of the same events.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

import polars as pl

WIDTH = 16  # rows to a statement; 8 to 128 measured within 5 % of each other, 1 a quarter slower
SLICE = 20_000  # rows of a frame handled at once: bounds the Python objects alive, and how far groups stray

Row = tuple[Any, ...]
Shaped = tuple[int, Row]
"""A row as it is chained: a mask of the columns that are not null (bit n: the table's n-th), and their values."""


@dataclass(frozen=True)
class Group:
    """Rows of one shape: `mask` as in `Shaped`, the columns' names, and where in the frame each row stood."""

    mask: int
    names: tuple[str, ...]
    rows: list[Row]
    places: list[int] | None


def groups(frame: pl.DataFrame, columns: Sequence[str]) -> list[Group]:
    """The rows of a frame grouped by shape. Columns that the frame lacks count as null."""
    height = frame.height
    always, mixed = [], []
    for name in columns:
        nulls = frame[name].null_count() if name in frame.columns else height
        if not nulls:
            always.append(name)
        elif nulls < height:
            mixed.append(name)
    bit = {name: 1 << place for place, name in enumerate(columns)}
    base = sum(bit[name] for name in always)
    if not mixed:
        return [Group(base, tuple(always), frame.select(always).rows(), None)]
    mask = pl.sum_horizontal(
        pl.when(pl.col(name).is_not_null()).then(pl.lit(bit[name], pl.Int64)).otherwise(pl.lit(0, pl.Int64))
        for name in mixed
    )
    parts = frame.select(
        *(name for name in columns if name in frame.columns),
        mask.alias("@mask"),
        pl.int_range(height).alias("@place"),
    ).partition_by("@mask", maintain_order=True)
    result = []
    for part in parts:
        own = part["@mask"][0]
        names = tuple(name for name in columns if (base | own) & bit[name])
        result.append(Group(base | own, names, part.select(names).rows(), part["@place"].to_list()))
    return result


def in_order(parts: Sequence[Group], height: int) -> list[Shaped]:
    """The rows of all groups, as they are chained, in the order of the frame they came from."""
    if len(parts) == 1 and parts[0].places is None:
        return list(zip(repeat(parts[0].mask), parts[0].rows))
    ordered: list[Shaped] = [(0, ())] * height
    for part in parts:
        for place, row in zip(part.places or (), part.rows, strict=True):
            ordered[place] = (part.mask, row)
    return ordered


def insert(connection: sqlite3.Connection, table: str, part: Group) -> None:
    """Write the rows of one group into a table."""
    head = f"INSERT INTO {table} ({', '.join(map(_quoted, part.names))}) VALUES "
    one = f"({', '.join('?' * len(part.names))})"
    rows = part.rows
    whole = len(rows) - len(rows) % WIDTH
    if whole:
        wide = head + ", ".join([one] * WIDTH)
        for start in range(0, whole, WIDTH):
            connection.execute(wide, list(chain.from_iterable(rows[start : start + WIDTH])))
    if whole < len(rows):
        connection.executemany(head + one, rows[whole:])


def write(connection: sqlite3.Connection, table: str, columns: Sequence[str], frame: pl.DataFrame) -> None:
    """Write a frame's rows into a table whose columns are `columns`."""
    for start in range(0, frame.height, SLICE):
        for part in groups(frame[start : start + SLICE], columns):
            insert(connection, table, part)


def write_chained(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], frame: pl.DataFrame
) -> list[Shaped]:
    """Write a frame's rows and give them as they are chained, in their order; at most `SLICE` rows."""
    parts = groups(frame, columns)
    for part in parts:
        insert(connection, table, part)
    return in_order(parts, frame.height)


def shape(row: Row) -> Shaped:
    """One whole row of a table, nulls and all, as it is chained."""
    return (
        sum(1 << place for place, value in enumerate(row) if value is not None),
        tuple(value for value in row if value is not None),
    )


def _quoted(name: str) -> str:
    return f'"{name}"'
