"""Read a recorded log to play: JSON Lines or CSV files, an `events` export in Parquet, or a platform's database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from db.read import log
from db.sqlite.readonly import reading
from simulator.domain.errors import InputError, ProgramError
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.events.contract import INFERRED, PARTS
from simulator.events.decode import Receiver
from simulator.events.moment import parse_moments
from simulator.files.ingest import blocks_of
from simulator.files.reading import CSV, JSON_LINES, opened
from simulator.platform.records import parse_program, typed
from simulator.program.load import load_program
from simulator.program.shares import without_dates

PARQUET = ".parquet"
_BLOCK = 100_000


def read_recording(path: Path, limit: int | None, currency: str) -> tuple[pl.DataFrame, int]:
    """Read the first `limit` events of a recorded log; return them as messages, and the number of malformed ones.

    Each must have its `receivedat`, as those of `export events` do. A change of program to another currency than that
    of the program which judges the log is malformed, as it is on intake. Changes lose their first and last day.

    Raises:
        InputError: there is no such file, or it is of a kind that holds no events.
        DatabaseError: the database can't be read.

    """
    if not path.exists():
        raise InputError(f"--from {path}: no such file")
    if path.is_dir():
        raise InputError(f"--from {path}: this is a folder; name a file of events or a database")
    suffix = path.suffix.lower()
    read = _parquet if suffix == PARQUET else _text if suffix in (*JSON_LINES, CSV) else _database
    parts: list[pl.DataFrame] = [pl.DataFrame(schema=MESSAGE_SCHEMA)]
    malformed = found = 0
    for judged, refused in read(path):
        programs, wrong = _changes(judged["program"], currency)
        messages = judged.with_columns(programs).filter(~wrong)
        parts.append(messages)
        malformed += refused + judged.height - messages.height
        found += messages.height
        if limit is not None and found >= limit:
            break
    joined = pl.concat(parts, rechunk=True)
    return (joined if limit is None else joined[:limit]), malformed


def _changes(programs: pl.Series, currency: str) -> tuple[pl.Series, pl.Series]:
    """Return programs (null for other events) without their dates, and which of them can't come into force."""
    wrong = np.zeros(len(programs), bool)
    places = np.flatnonzero(programs.is_not_null()).tolist()
    texts = programs.to_list() if places else []
    for place in places:
        try:
            texts[place] = without_dates(load_program(texts[place], "program", currency=currency)).text
        except ProgramError:
            wrong[place] = True
    return (pl.Series(programs.name, texts, programs.dtype) if places else programs), pl.Series(wrong)


def _text(path: Path) -> Iterator[tuple[pl.DataFrame, int]]:
    floor = 0
    with opened(path) as stream:
        for block in blocks_of(stream, path, _BLOCK, parse_program):
            decoded = block.decode(Receiver(floor, None, numeric_references=True))
            messages = decoded.messages.select(MESSAGE_SCHEMA.keys())
            if messages.height:
                floor = int(messages["received_at"][-1])
            yield messages, len(decoded.rejected)


def _parquet(path: Path) -> Iterator[tuple[pl.DataFrame, int]]:
    """Read events from Parquet, undoing what their export did."""
    try:
        events = pl.read_parquet(path)
        data = events["data"].struct.unnest()
        moments, good = parse_moments(events["time"].to_list())
        if not good.all():
            raise InputError(f"--from {path}: row {int((~good).argmax()) + 1}: `time` is not a time")
        there = INFERRED in events.columns
        inferred = (
            events[INFERRED] if there else pl.Series([None], dtype=pl.Boolean).new_from_index(0, len(events))
        )
        messages = pl.DataFrame(
            [
                events["receivedat"].alias("received_at"),
                pl.Series("occurred_at", moments),
                inferred.alias("time_inferred"),
                *events.select("source", "id", "type", "subject").get_columns(),
                *data.drop(PARTS).get_columns(),
                *(
                    data[name].struct.field(part).alias(f"{name}_{part}")
                    for name, parts in PARTS.items()
                    for part in parts
                ),
            ]
        )
        yield messages.select(pl.col(name).cast(kind) for name, kind in MESSAGE_SCHEMA.items()), 0
    except (pl.exceptions.PolarsError, OSError) as error:
        message = str(error).splitlines()[0]
        raise InputError(
            f"--from {path}: not Parquet as `export events --format parquet` writes it ({message})"
        ) from error


def _database(path: Path) -> Iterator[tuple[pl.DataFrame, int]]:
    with reading(path) as db:
        for events in log.read(db, 0, _BLOCK):
            yield typed(events).select(MESSAGE_SCHEMA.keys()), 0
