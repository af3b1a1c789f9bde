"""Define messages on the wire: with their time of arrival, their file if any, and their flaw if any.

A file's number combines its due time, its event type, and its copy number; so equal runs give equal files, and files
due at the same moment have an order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from simulator.domain.spans import MINUTE_MS
from simulator.events.columns import MESSAGE_SCHEMA, TYPES
from simulator.world.draws import Ints

WIRE_SCHEMA: dict[str, pl.DataType] = {
    **MESSAGE_SCHEMA,
    "file": pl.Int64(),
    "line": pl.Int32(),
    "flaw": pl.Int8(),
}
"""Columns of a message on its way: its file (0: none), its line there or, without a file, its copy, and its flaw.

Flaw 0 is none.
"""

ORDER: Final = ("received_at", "file", "line", "occurred_at", "id")
"""The one order in which messages arrive."""

_COPY_BITS, _TYPE_BITS = 4, 8


@dataclass(frozen=True)
class FileName:
    """The parts of a file's number: when it is due (milliseconds UTC), the event type, and which copy it is."""

    due_ms: int
    type: str
    copy: int


def file_numbers(due_ms: Ints, kinds: Ints) -> Ints:
    """Return the numbers of files (first copies) due at full minutes, by type code."""
    return np.asarray((((due_ms // MINUTE_MS) << _TYPE_BITS) | kinds) << _COPY_BITS, dtype=np.int64)


def due_of(files: Ints) -> Ints:
    """Return when files are due, milliseconds UTC."""
    return np.asarray((files >> (_COPY_BITS + _TYPE_BITS)) * MINUTE_MS, dtype=np.int64)


def type_codes_of(files: Ints) -> Ints:
    """Return the type codes of files."""
    return np.asarray((files >> _COPY_BITS) & ((1 << _TYPE_BITS) - 1), dtype=np.int64)


def name_of(file: int) -> FileName:
    """Return the parts of one file's number."""
    one = np.array([file])
    return FileName(int(due_of(one)[0]), TYPES[int(type_codes_of(one)[0])], file & ((1 << _COPY_BITS) - 1))


def on_wire(events: pl.DataFrame, arrivals: Ints, files: Ints | int = 0, nth: int = 0) -> pl.DataFrame:
    """Return events as rows of `WIRE_SCHEMA` with their arrival, and no flaw; `nth` says which copy they are.

    A column `market` stays, as the last one.
    """
    file = (
        pl.Series("file", files, dtype=pl.Int64) if isinstance(files, np.ndarray) else pl.lit(files, pl.Int64)
    )
    return events.select(
        pl.Series("received_at", arrivals, dtype=pl.Int64),
        *list(MESSAGE_SCHEMA)[1:],
        file.alias("file"),
        pl.lit(nth, pl.Int32).alias("line"),
        pl.lit(0, pl.Int8).alias("flaw"),
        *(["market"] if "market" in events.columns else []),
    )
