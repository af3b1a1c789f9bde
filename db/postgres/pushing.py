"""Send what a batch changed to Postgres: many rows by COPY, a few in one statement, which saves round trips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import orjson
import polars as pl

from db.postgres.ddl import BATCH, DELETED, WITH_NUL, Table, escaped, quoted, tables
from db.sqlite.changes import Changes
from db.sqlite.rows import SLICE, Row, slices

if TYPE_CHECKING:
    from db.postgres.connection import Server

FEW: Final = 300
"""Up to this many rows of a batch are sent without COPY, which takes several round trips for each table."""


def push(
    server: Server, schema: str, batch: int, changes: Mapping[str, Changes], added: Mapping[str, pl.DataFrame]
) -> None:
    """Write the rows of a batch, inside the caller's transaction; `added` are new rows of further tables."""
    frames = {name: frame for name, frame in added.items() if frame.height}
    count = sum(len(of.rows) + len(of.deleted) for of in changes.values())
    if count + sum(frame.height for frame in frames.values()) <= FEW:
        with server.pipeline():
            _push_few(_Sending(server, schema, batch), changes, frames)
    else:
        _push_many(_Sending(server, schema, batch), changes, frames)


def _push_few(sending: _Sending, changes: Mapping[str, Changes], frames: Mapping[str, pl.DataFrame]) -> None:
    for name, of in changes.items():
        sending.delete(tables()[name], of)
        sending.insert(tables()[name], of.rows)
    for name, frame in frames.items():
        for rows in slices(frame, tables()[name].columns):
            sending.insert(tables()[name], rows)


def _push_many(sending: _Sending, changes: Mapping[str, Changes], frames: Mapping[str, pl.DataFrame]) -> None:
    for name, of in changes.items():
        sending.delete(tables()[name], of)
        sending.copy(tables()[name], of.rows)
    for name, frame in frames.items():
        sending.copy_frame(tables()[name], frame)


class _Sending:
    """The statements of one batch."""

    def __init__(self, server: Server, schema: str, batch: int) -> None:
        self._server, self._schema, self._batch = server, schema, batch

    def delete(self, table: Table, changes: Changes) -> None:
        """Delete rows that are gone or about to be rewritten; record the keys of the former."""
        if gone := [*changes.replaced, *changes.deleted]:
            arrays = ", ".join(f"%s::{table.types[name].partition(' ')[0]}[]" for name in table.key)
            self._server.execute(
                f"DELETE FROM {self._place(table)} WHERE ({quoted(table.key)}) IN (SELECT * FROM unnest({arrays}))",
                [list(column) for column in zip(*gone, strict=True)],
            )
        if changes.deleted:
            self._server.cursor().executemany(
                f"INSERT INTO {self._schema}.{DELETED} (name, key, {BATCH}) VALUES (%s, %s, %s) "
                f"ON CONFLICT (name, key) DO UPDATE SET {BATCH} = excluded.{BATCH}",
                [(table.name, orjson.dumps(key).decode(), self._batch) for key in changes.deleted],
            )

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows that have all columns, one statement each."""
        if not rows:
            return
        truths = [place for place, kind in enumerate(table.types.values()) if kind.startswith("boolean")]
        marks = ", ".join(["%s"] * (len(table.columns) + 1))
        self._server.cursor().executemany(
            f"INSERT INTO {self._place(table)} ({quoted(table.columns)}, {BATCH}) VALUES ({marks})",
            [_with_truths(row, truths) for row in self._rows(table, rows)],
        )

    def copy(self, table: Table, rows: Sequence[Row]) -> None:
        """Copy rows that have all columns."""
        if rows:
            into = f"COPY {self._place(table)} ({quoted(table.columns)}, {BATCH}) FROM STDIN"
            with self._server.cursor().copy(into) as copy:
                for row in self._rows(table, rows):
                    copy.write_row(row)

    def copy_frame(self, table: Table, frame: pl.DataFrame) -> None:
        """Copy a frame; missing columns are null."""
        columns = [name for name in table.columns if name in frame.columns]
        into = f"COPY {self._place(table)} ({quoted(tuple(columns))}, {BATCH}) FROM STDIN (FORMAT csv)"
        enums = [name for name in columns if isinstance(frame.schema[name], pl.Enum)]
        wanted = frame.select(columns).with_columns(
            pl.col(enums).cast(pl.String), pl.lit(self._batch).alias(BATCH)
        )
        for part in wanted.iter_slices(SLICE):
            with self._server.cursor().copy(into) as copy:
                # texts are quoted, so that an empty one is none, and nulls are not
                copy.write(part.write_csv(include_header=False, quote_style="non_numeric"))

    def _place(self, table: Table) -> str:
        return f"{self._schema}.{table.name}"

    def _rows(self, table: Table, rows: Sequence[Row]) -> Iterator[Row]:
        """Yield rows with the number of the batch at their end."""
        if table.name in WITH_NUL:
            return ((*map(escaped, row), self._batch) for row in rows)
        return ((*row, self._batch) for row in rows)


def _with_truths(row: Row, truths: Sequence[int]) -> Row:
    """Return a row with the integers at some places turned into booleans, as statements need them."""
    if not truths:
        return row
    values: list[Any] = list(row)
    for place in truths:
        values[place] = None if values[place] is None else bool(values[place])
    return tuple(values)
