"""Define the frames that the engine receives and returns, the latter with exactly the columns of the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Array, Ints
from simulator.events.columns import EVENT_SCHEMA, TYPE_CODES

_INT, _TEXT = pl.Int64, pl.String  # classes: an instance takes longer to compare, which adds up

SCHEMAS: dict[str, dict[str, type[pl.DataType]]] = {
    "persons": {"id": _INT, "ref": _TEXT},
    "attributions": {
        "seq": _INT,
        "friend": _INT,
        "referrer": _INT,
        "code": _TEXT,
        "channel": _TEXT,
        "method": _TEXT,
        "touch_at": _INT,
        "attributed_at": _INT,
        "touch_seq": _INT,
        "generation": _INT,
        "ended_at": _INT,
    },
    "ended": {"seq": _INT, "ended_at": _INT},
    "merges": {"seq": _INT, "subject": _INT, "target": _INT, "merged": _INT, "person": _INT, "at": _INT},
    "decisions": {
        "id": _INT,
        "seq": _INT,
        "milestone": _TEXT,
        "friend": _INT,
        "referrer": _INT,
        "outcome": _TEXT,
        "reason": _TEXT,
        "decided_at": _INT,
        "failed": _TEXT,
        "offered": _TEXT,
        "facts": _TEXT,
        "program_version": _INT,
        "withheld_minor": _INT,
    },
    "settled": {"id": _INT, "outcome": _TEXT, "reason": _TEXT, "decided_at": _INT},
    "rewards": {
        "id": _INT,
        "decision": _INT,
        "seq": _INT,
        "reward": _TEXT,
        "role": _TEXT,
        "recipient": _INT,
        "community": _TEXT,
        "earned_minor": _INT,
        "value_minor": _INT,
        "kind": _TEXT,
        "state": _TEXT,
        "reason": _TEXT,
        "expected": _TEXT,
        "due_at": _INT,
        "state_at": _INT,
    },
    "changes": {
        "id": _INT,
        "earned_minor": _INT,
        "value_minor": _INT,
        "kind": _TEXT,
        "state": _TEXT,
        "reason": _TEXT,
        "expected": _TEXT,
        "due_at": _INT,
        "state_at": _INT,
    },
    "audit": {
        "seq": _INT,
        "at": _INT,
        "kind": _TEXT,
        "person": _INT,
        "ref": _INT,
        "detail": _TEXT,
        "trigger": _INT,
        "program_version": _INT,
    },
    "rollup": {"hour": _INT, "metric": _TEXT, "count": _INT, "value": _INT},
    "breakdown": {"hour": _INT, "metric": _TEXT, "part": _TEXT, "count": _INT, "value": _INT},
    "due": {"day": _INT, "reward": _TEXT, "expected": _TEXT, "count": _INT, "value": _INT},
    "lateness": {"day": _INT, "type": _TEXT, "bucket": _INT, "count": _INT, "worst": _INT},
    "leaders": {
        "board": _TEXT,
        "place": _INT,
        "person": _INT,
        "community": _TEXT,
        "friends": _INT,
        "qualified": _INT,
        "issued_minor": _INT,
    },
}
LISTED = 500
"""Up to so many rows, a column is read as a list: a separate expression takes longer."""
_FEW = 1000  # rows
FEW_ROWS = 50
"""Up to so many rows, a frame is made of tuples: separate columns take longer."""
Column = Array | pl.Series | Sequence[object]
NO_EVENTS = pl.DataFrame(schema=EVENT_SCHEMA)
"""An empty event frame."""
EMPTY = {name: pl.DataFrame(schema=schema) for name, schema in SCHEMAS.items()}


def select(frame: pl.DataFrame, *columns: pl.Expr) -> pl.DataFrame:
    """Evaluate expressions over a frame, on several threads only if there are many rows.

    Handing a few rows to other threads takes several times as long as hashing them.
    """
    return frame.select_seq(*columns) if len(frame) < _FEW else frame.select(*columns)


def frame_of(name: str, columns: Mapping[str, Column]) -> pl.DataFrame:
    """Return columns by name as a frame of the schema called `name`; arrays are of integers."""
    schema = SCHEMAS[name]
    if len(columns[next(iter(schema))]) <= FEW_ROWS:
        return from_rows(name, list(zip(*(_listed(columns[key]) for key in schema), strict=True)))
    return pl.DataFrame([_series(key, columns[key], kind) for key, kind in schema.items()])


def _listed(values: Column) -> Sequence[object]:
    if isinstance(values, np.ndarray):
        return list(values.tolist())
    return values.to_list() if isinstance(values, pl.Series) else values


def _series(name: str, values: Column, kind: type[pl.DataType]) -> pl.Series:
    if isinstance(values, np.ndarray):
        return pl.Series(name, values.astype(np.int64, copy=False))
    return values.rename(name) if isinstance(values, pl.Series) else pl.Series(name, values, kind)


def from_rows(name: str, rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    """Return rows as a frame of the schema called `name`."""
    return pl.DataFrame(rows, schema=SCHEMAS[name], orient="row") if rows else EMPTY[name]


def types_of(events: pl.DataFrame) -> Array:
    """Return the events' types as codes (TYPE_CODES)."""
    column = events["type"]
    if len(column) <= LISTED:
        return np.array([TYPE_CODES[name] for name in column.to_list()], np.int64)
    return column.to_physical().to_numpy()


def numbers(column: pl.Series, missing: int = NONE) -> Ints:
    """Return a column of integers or Booleans as numbers, `missing` where it is null."""
    nulls = column.null_count()
    if not nulls:
        return column.to_numpy().astype(np.int64, copy=False)
    count = len(column)
    if nulls == count:
        return np.full(count, missing, np.int64)
    if count <= LISTED:
        return np.array([missing if one is None else one for one in column.to_list()], np.int64)
    return column.cast(_INT).fill_null(missing).to_numpy()


@dataclass(frozen=True)
class Received:
    """How a batch of valid messages was received.

    `events` are the accepted ones as they stand in the log (with `seq` and `person`). `duplicates` are rows of the
    batch, `conflicts` rows with the field that differs. `seqs` has for each row the `seq` of the event that the log
    holds under its `source` and `id`: its own if it was accepted, otherwise that of the earlier one.
    """

    events: pl.DataFrame
    duplicates: list[int]
    conflicts: list[tuple[int, str]]
    seqs: Ints
