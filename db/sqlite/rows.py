"""Write frames into tables: a frame's columns become tuples, whose values are bound as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, compress, islice, repeat
from typing import Any

import polars as pl

from db.sqlite.connection import Connection

SLICE = 20_000  # rows of a frame converted to Python objects at once: bounds how many are alive
# tuples alive: 700 and more would trigger Python's garbage collector, which took a fifth of the time
PART = 512
WIDE = 16  # rows to a statement: 4 gain nothing, 64 no more than 16
_FEW = 100  # rows that Python looks through in less time than a call of Polars takes

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


def slices_apart(
    frame: pl.DataFrame, columns: Sequence[str], plain: Sequence[str], cells: Sequence[str]
) -> Iterator[tuple[list[Row], list[Row], list[Row]]]:
    """Yield what `slices` does, with the columns `plain` of the same rows, and the columns `cells` of some of them.

    These are the rows in which a cell is not null; the first of `cells` does not count, it is the row's number. Cutting
    each column once and zipping it three times takes half the time of picking values out of tuples.
    """
    there = set(frame.columns)
    personal = [name for name in cells[1:] if name in there]
    for start in range(0, frame.height, SLICE):
        part = frame[start : start + SLICE]
        values = {name: _known(part, name) for name in columns}
        mask = [False] * part.height
        some: Iterator[Row] = iter(())
        if known := [column for name in personal if (column := values[name]) is not None]:
            if part.height <= _FEW:
                mask = [any(value is not None for value in row) for row in zip(*known, strict=True)]
                some = compress(_zipped(values, cells, part.height), mask)
            else:
                marked = part.select(pl.any_horizontal(pl.col(personal).is_not_null())).to_series()
                mask, fewer = marked.to_list(), part.filter(marked)
                some = _zipped({name: _known(fewer, name) for name in cells}, cells, fewer.height)
        rows, rest = _zipped(values, columns, part.height), _zipped(values, plain, part.height)
        at = 0
        while these := list(islice(rows, PART)):
            count = sum(mask[at : at + PART])
            yield these, list(islice(rest, PART)), list(islice(some, count))
            at += PART


def _known(frame: pl.DataFrame, name: str) -> list[Any] | None:
    """Return a column as a list, or None if there is nothing in it."""
    if name not in frame.columns or frame[name].null_count() == frame.height:
        return None
    return frame[name].to_list()


def _zipped(values: Mapping[str, list[Any] | None], names: Sequence[str], height: int) -> Iterator[Row]:
    """Return the rows of some columns."""
    found = (values[name] for name in names)
    return zip(*(repeat(None, height) if one is None else one for one in found), strict=True)


def insert(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows into a table; raises sqlite3.Error."""
    names = ", ".join(f'"{name}"' for name in columns)
    write(connection, f"INSERT INTO {table} ({names}) VALUES", rows)


def write(connection: Connection, into: str, rows: Sequence[Row], after: str = "") -> None:
    """Run the INSERT `into` (which ends in VALUES) for rows of equal width, `WIDE` to a statement; `after` is its end.

    Python's GIL is released and taken again with each statement: wide ones take a sixth less time, and a third less if
    another thread wants the GIL too. So what is left goes in statements of 8, 4, 2 rows and 1: there are few texts of
    them, and all stay prepared. Raises sqlite3.Error.
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
    together = WIDE // 2
    while whole < len(rows):
        if len(rows) - whole >= together:
            values = list(chain.from_iterable(rows[whole : whole + together]))
            connection.execute(f"{into} {', '.join([one] * together)} {after}", values)
            whole += together
        together //= 2


def _values(column: pl.Series) -> Any:
    return repeat(None, len(column)) if column.null_count() == len(column) else column.to_list()
