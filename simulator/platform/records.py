"""Convert between the database's rows and the engine's values: typed events, programs, commands."""

from __future__ import annotations

import dataclasses

import orjson
import polars as pl

from db.control import WriterCommand
from db.sqlite.readonly import DamagedDatabaseError
from db.sqlite.rows import Row
from simulator.events.columns import EVENT_SCHEMA, TYPE
from simulator.program.load import load_program
from simulator.program.model import Program


def typed(events: pl.DataFrame) -> pl.DataFrame:
    """Return events as the store gives them in the engine's columns, `EVENT_SCHEMA`.

    Raises:
        DamagedDatabaseError: an event's type does not exist.

    """
    try:
        return events.select(pl.col(name).cast(TYPE) if name == "type" else name for name in EVENT_SCHEMA)
    except pl.exceptions.PolarsError as error:
        odd = events.filter(~pl.col("type").is_in(TYPE.categories.to_list()))
        raise DamagedDatabaseError(
            f"event {odd['seq'][0]}: unknown event type {odd['type'][0]!r}; the database is damaged"
        ) from error


def command_row(number: int, command: WriterCommand, seq: int, sim_at: int, refused: str | None) -> Row:
    """Return an operator's command, obeyed after event `seq` at `sim_at` or refused, as row `number` of its table."""
    args = orjson.dumps(command.args).decode()
    return number, command.kind, args, command.issued_at, seq, sim_at, refused


def parse_program(text: str) -> Program:
    """Parse the program that an event of the log brought into force; intake has checked it."""
    return load_program(text, "program.changed")


def same_design(one: Program, other: Program) -> bool:
    """Return whether two program files describe the same design, ignoring comments."""
    return dataclasses.replace(one, text="") == dataclasses.replace(other, text="")
