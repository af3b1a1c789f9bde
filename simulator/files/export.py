"""Write the eight exports: rows of a platform's database as JSON Lines, CSV or Parquet, streamed in bounded memory.

Equal logs give equal bytes. `events` are complete CloudEvents, which `ingest` can read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, Literal

import orjson
import polars as pl

from db.read import log
from db.read.event_fields import some_inferred
from db.shards.merging import parts_of
from db.sqlite.readonly import Database, snapshots
from simulator.domain.formulas import guarded
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.events.contract import DATA_COLUMNS, INFERRED, PARTS
from simulator.events.csvwrite import HEADER, csv_lines, csv_rows
from simulator.events.encode import encode_events
from simulator.events.moment import format_moments
from simulator.files.tables import TABLES, Table
from simulator.mapping.partner_forms import FormWriter
from simulator.platform.records import typed

Format = Literal["jsonl", "csv", "parquet"]
CHUNK = 10_000  # rows in memory at once
GROUP = 50_000  # rows to a Parquet row group

_ENVELOPE = ("id", "source", "type", "time", "subject")
_SYSTEM_ERROR = re.compile(r"\(os error ([0-9]+)\)")  # as Polars writes one

Progress = Callable[[int], None]
Cells = Callable[[Sequence[tuple[Any, ...]]], list[tuple[Any, ...]]]
Databases = Sequence[Database]
"""One database, or the shards of one."""


def export(
    path: Path,
    what: str,
    form: Format,
    out: IO[bytes],
    progress: Progress | None = None,
    *,
    guard: bool = False,
) -> int:
    """Write one export of the database at `path` to a binary file, and return the number of rows.

    `what` is `events` or one of `TABLES`; `progress` is called with the number of further rows written. With `guard`,
    no CSV cell is a formula to a spreadsheet.

    Raises:
        DatabaseError: the database is missing, foreign or damaged.

    """
    counter = _Counter(progress, guarded if guard else list)
    with snapshots(path, parts_of(path) or [path]) as databases:
        if what == "events":
            _EVENT_WRITERS[form](databases, out, counter)
        else:
            _ROW_WRITERS[form](databases, TABLES[what], out, counter)
    return counter.rows


def export_form(
    path: Path, writer: FormWriter, out: IO[bytes], progress: Progress | None = None, *, guard: bool = False
) -> int:
    """Write the payouts of the database at `path` in a partner's form, as CSV, and return the number of rows.

    Raises:
        InputError: a value can't be written in that form.
        DatabaseError: the database is missing, foreign or damaged.

    """
    counter = _Counter(progress, guarded if guard else list)
    table, delimiter = TABLES["payouts"], writer.form.delimiter
    written = 0
    with snapshots(path, parts_of(path) or [path]) as databases:
        out.write("".join(csv_lines([writer.header], delimiter)).encode())
        for rows in _chunks(databases, table, counter):
            found = (writer.cells(dict(zip(table.columns, row, strict=True))) for row in rows)
            kept = [cells for cells in found if cells is not None]
            out.write("".join(csv_lines(counter.cells(kept), delimiter)).encode())
            written += len(kept)
    return written


class _Counter:
    """Counts rows as they pass, and says so; `cells` is what becomes of rows on their way into CSV."""

    def __init__(self, progress: Progress | None, cells: Cells) -> None:
        self.rows = 0
        self.cells = cells
        self._progress = progress

    def add(self, rows: int) -> None:
        self.rows += rows
        if self._progress is not None:
            self._progress(rows)


def _chunks(
    databases: Databases, table: Table, counter: _Counter, *, typed: bool = False
) -> Iterator[list[tuple[Any, ...]]]:
    read = table.typed if typed and table.typed is not None else table.rows
    for db in databases:
        found = read(db)
        while rows := list(islice(found, CHUNK)):
            counter.add(len(rows))
            yield rows


def _rows_jsonl(databases: Databases, table: Table, out: IO[bytes], counter: _Counter) -> None:
    names = list(table.columns)
    nested = [names.index(name) for name in table.nested]
    for rows in _chunks(databases, table, counter):
        lines = []
        for row in rows:
            fields = dict(zip(names, row, strict=True))
            for place in nested:
                fields[names[place]] = orjson.Fragment(row[place])
            lines.append(orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE))
        out.write(b"".join(lines))


def _rows_csv(databases: Databases, table: Table, out: IO[bytes], counter: _Counter) -> None:
    out.write(_csv([tuple(table.columns)]))
    for rows in _chunks(databases, table, counter):
        out.write(_csv(counter.cells(rows)))


def _rows_parquet(databases: Databases, table: Table, out: IO[bytes], counter: _Counter) -> None:
    columns, schema = table.columns, table.columns | table.nested
    if table.parquet is not None:
        columns, schema = table.parquet(databases[0])

    def frames() -> Iterator[pl.DataFrame]:
        for rows in _chunks(databases, table, counter, typed=True):
            frame = pl.DataFrame(rows, schema=columns, orient="row")
            if table.parquet is not None:
                frame = frame.select(pl.col(name).cast(kind) for name, kind in schema.items())
            yield frame.with_columns(
                pl.col(name).str.json_decode(kind) for name, kind in table.nested.items()
            )

    _sink(frames, schema, out)


def _events(databases: Databases, counter: _Counter) -> Iterator[pl.DataFrame]:
    for db in databases:
        for events in log.read(db, 0, CHUNK):
            counter.add(events.height)
            yield typed(events)


def _events_jsonl(databases: Databases, out: IO[bytes], counter: _Counter) -> None:
    for events in _events(databases, counter):
        out.write(b"\n".join(encode_events(events)) + b"\n")


def _events_csv(databases: Databases, out: IO[bytes], counter: _Counter) -> None:
    inferred = any(map(some_inferred, databases))  # only then there is a column for it
    out.write(_csv([(*HEADER, INFERRED) if inferred else HEADER]))
    for events in _events(databases, counter):
        out.write(_csv(counter.cells(csv_rows(events, inferred=inferred))))


def _events_parquet(databases: Databases, out: IO[bytes], counter: _Counter) -> None:
    """Write events as Parquet; `data` is a struct with every field that any type has, absent ones are null."""
    spread = {f"{name}_{part}" for name, parts in PARTS.items() for part in parts}
    plain = [name for name in DATA_COLUMNS if name not in spread]
    named = {name: pl.Struct(dict.fromkeys(parts, pl.String())) for name, parts in PARTS.items()}
    schema: dict[str, pl.DataType] = {
        **dict.fromkeys(("specversion", *_ENVELOPE), pl.String()),
        "data": pl.Struct({**{name: MESSAGE_SCHEMA[name] for name in plain}, **named}),
        "receivedat": pl.Int64(),
        "seq": pl.Int64(),
    }
    inferred = any(map(some_inferred, databases))  # only then there is a column for it
    if inferred:
        schema[INFERRED] = pl.Boolean()
    made = [
        pl.when(pl.col(f"{name}_id").is_not_null())
        .then(pl.struct(pl.col(f"{name}_{part}").alias(part) for part in parts))
        .alias(name)
        for name, parts in PARTS.items()
    ]

    def frames() -> Iterator[pl.DataFrame]:
        for events in _events(databases, counter):
            yield events.select(
                pl.lit("1.0").alias("specversion"),
                *("id", "source", pl.col("type").cast(pl.String), _times(events), "subject"),
                pl.struct(*plain, *made).alias("data"),
                pl.col("received_at").alias("receivedat"),
                "seq",
                *([pl.col("time_inferred").alias(INFERRED)] if inferred else ()),
            )

    _sink(frames, schema, out)


def _times(events: pl.DataFrame) -> pl.Series:
    return pl.Series("time", format_moments(events["occurred_at"].to_numpy()), pl.String)


def _sink(
    frames: Callable[[], Iterator[pl.DataFrame]], schema: dict[str, pl.DataType], out: IO[bytes]
) -> None:
    from polars.io.plugins import register_io_source

    def source(
        _columns: list[str] | None, _predicate: pl.Expr | None, _rows: int | None, _batch: int | None
    ) -> Iterator[pl.DataFrame]:
        try:
            yield from frames()
        except Exception as error:  # Polars would raise an error of its own in its place
            reading.append(error)
            raise

    reading: list[Exception] = []
    plan = register_io_source(source, schema=schema, is_pure=False)
    try:
        plan.sink_parquet(out, maintain_order=True, row_group_size=GROUP, compression="zstd")
    except pl.exceptions.PolarsError as error:  # which stands for what we or the system raised
        if reading:
            raise reading[0] from error
        found = _SYSTEM_ERROR.search(str(error))
        if found is None:
            raise
        raise OSError(int(found[1]), os.strerror(int(found[1]))) from error


def _csv(rows: Sequence[tuple[Any, ...]]) -> bytes:
    """Yield rows as CSV, each ending in a line feed."""
    return "".join(csv_lines(rows)).encode()


_EVENT_WRITERS: Final = {"jsonl": _events_jsonl, "csv": _events_csv, "parquet": _events_parquet}
_ROW_WRITERS: Final = {"jsonl": _rows_jsonl, "csv": _rows_csv, "parquet": _rows_parquet}
