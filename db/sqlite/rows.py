"""Write frames into tables: a frame's columns become tuples, which are bound as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice, repeat
from typing import Any

import polars as pl

from db.sqlite.connection import Connection

SLICE = 20_000  # rows of a frame converted to Python objects at once: bounds how many are alive
PART = (
    512  # tuples alive: 700 and more would trigger Python's garbage collector, which took a fifth of the time
)
WIDE = 16  # rows to a statement: 4 gain nothing, 64 no more than 16

Row = tuple[Any, ...]


def slices(frame: pl.DataFrame, columns: Sequence[str]) -> Iterator[list[Row]]:
    """Yield a frame's rows as tuples in the order of `columns`, `PART` at a time; missing columns are null.

    Converting column by column takes a third less than `DataFrame.rows`, since whole columns of nulls cost nothing.
    """
    there = set(frame.columns)
    for start in range(0, frame.height, SLICE):
        part = frame[start : start + SLICE]
        values = [_values(part[name]) if name in there else repeat(None, part.height) for name in columns]
        rows = zip(*values, strict=True)
        while some := list(islice(rows, PART)):
            yield some


def insert(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows into a table; raises sqlite3.Error."""
    names = ", ".join(f'"{name}"' for name in columns)
    write(connection, f"INSERT INTO {table} ({names}) VALUES", rows)


def write(connection: Connection, into: str, rows: Sequence[Row], after: str = "") -> None:
    """Run the INSERT `into` (which ends in VALUES) for rows of equal width, `WIDE` to a statement; `after` is its end.

    Python's GIL is released and taken again with each statement: wide ones take a sixth less time, and a third less if
    another thread wants the GIL too. Raises sqlite3.Error.
    """
    if not rows:
        return
    width = len(rows[0])
    one = f"({', '.join('?' * width)})"
    whole = len(rows) - len(rows) % WIDE
    if whole:
        values = list(chain.from_iterable(rows[:whole]))
        step = WIDE * width
        connection.executemany(
            f"{into} {', '.join([one] * WIDE)} {after}",
            (values[start : start + step] for start in range(0, len(values), step)),
        )
    if whole < len(rows):
        connection.executemany(f"{into} {one} {after}", rows[whole:])


def _values(column: pl.Series) -> Any:
    return repeat(None, len(column)) if column.null_count() == len(column) else column.to_list()
