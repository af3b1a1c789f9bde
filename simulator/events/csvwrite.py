"""Write events as CSV: the fields of the envelope, those of data in a column each, and what the platform added."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from simulator.events.columns import MESSAGE_SCHEMA
from simulator.events.csvfile import data_columns
from simulator.events.moment import format_moments

SENT: Final = ("specversion", "id", "source", "type", "time", "subject", *data_columns())
"""The columns that a sender writes."""

HEADER: Final = (*SENT, "receivedat", "seq")
"""All columns, with what the platform adds."""

_DATA = [name.removeprefix("data.").replace(".", "_") for name in data_columns()]
_FLAGS = [name for name, kind in MESSAGE_SCHEMA.items() if kind == pl.Boolean]


def csv_rows(events: pl.DataFrame, *, stamps: bool = True, inferred: bool = False) -> list[tuple[Any, ...]]:
    """Return events as rows in the order of `HEADER`, or (without `stamps`) of `SENT`; null if absent.

    With `inferred` a last cell says whether the time was inferred.
    """
    flags = {
        name: pl.when(pl.col(name)).then(pl.lit("true")).when(~pl.col(name)).then(pl.lit("false")).alias(name)
        for name in _FLAGS
    }
    times = pl.Series("time", format_moments(events["occurred_at"].to_numpy()), pl.String)
    return events.select(
        pl.lit("1.0").alias("specversion"),
        *("id", "source", "type", times, "subject"),
        *(flags.get(name, name) for name in _DATA),
        *(("received_at", "seq") if stamps else ()),
        *((flags["time_inferred"],) if inferred else ()),
    ).rows()


def csv_lines(rows: Sequence[tuple[Any, ...]], delimiter: str = ",") -> list[str]:
    """Write rows as CSV, each with a line feed after it."""
    lines: list[str] = []
    csv.writer(_Lines(lines), lineterminator="\r\n", delimiter=delimiter).writerows(rows)
    return lines


class _Lines:
    """Takes the writer's rows. Its line end is said to be CR LF, so that cells with either are quoted; LF is kept."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def write(self, line: str) -> None:
        self._lines.append(line[:-2] + "\n")
