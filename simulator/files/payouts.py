"""Write `export payouts`: a row for each reward line, for whoever pays; money as decimals, times as RFC 3339."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import polars as pl

from db.read.payouts import currency_digits, payouts
from db.sqlite.readonly import Database
from simulator.events.moment import format_moment

COLUMNS: Final = (
    "number",
    "state",
    "expected",
    "kind",
    "currency",
    "value",
    "recipient",
    "role",
    "reward",
    "milestone",
    "due_at",
    "issued_at",
    "state_at",
    "referrer",
    "friend",
    "source",
    "event_id",
)
_TIMES: Final = ("due_at", "issued_at", "state_at")


def schema(db: Database) -> dict[str, pl.DataType]:
    """Return the columns' types in Parquet: real decimals and moments."""
    types: dict[str, pl.DataType] = dict.fromkeys(COLUMNS, pl.String())
    types |= dict.fromkeys(_TIMES, pl.Datetime("ms", "UTC"))
    return types | {"number": pl.Int64(), "value": pl.Decimal(38, currency_digits(db))}


def raw_schema(db: Database) -> dict[str, pl.DataType]:
    """Return the types of `rows`, from which those of `schema` are cast."""
    return schema(db) | dict.fromkeys(_TIMES, pl.Int64())


def rows(db: Database) -> Iterator[tuple[Any, ...]]:
    """Yield the rows in the order of `COLUMNS`, values as decimals, times in milliseconds UTC."""
    for (
        number,
        state,
        expected,
        kind,
        reward,
        currency,
        digits,
        minor,
        role,
        recipient,
        milestone,
        *rest,
    ) in payouts(db):
        value = Decimal(minor).scaleb(-digits)
        yield (
            number,
            state,
            expected,
            kind,
            currency,
            value,
            recipient,
            role,
            reward,
            milestone,
            *rest,
        )


def text_rows(db: Database) -> Iterator[tuple[Any, ...]]:
    """Yield the same rows as text: `20.00`, `2026-03-01T12:00:00.000Z`."""
    value, *times = (COLUMNS.index(name) for name in ("value", *_TIMES))
    for row in rows(db):
        cells = list(row)
        cells[value] = f"{cells[value]:f}"
        for place in times:
            cells[place] = None if cells[place] is None else format_moment(cells[place])
        yield tuple(cells)
