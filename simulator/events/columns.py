"""Define events as columns: the schema of the one wide frame that every stage reads."""

from __future__ import annotations

import polars as pl

from simulator.events.contract import DATA_COLUMNS, EVENT_TYPES

TYPES = tuple(EVENT_TYPES)
TYPE = pl.Enum(TYPES)
TYPE_CODES = {name: code for code, name in enumerate(TYPES)}
"""The code of each type in a column `type`."""
_KINDS: dict[type, pl.DataType] = {str: pl.String(), int: pl.Int64(), bool: pl.Boolean()}

MESSAGE_SCHEMA: dict[str, pl.DataType] = {
    "received_at": pl.Int64(),
    "source": pl.String(),
    "id": pl.String(),
    "type": TYPE,
    "occurred_at": pl.Int64(),
    "time_inferred": pl.Boolean(),
    "subject": pl.String(),
    **{name: _KINDS[kind] for name, kind in DATA_COLUMNS.items()},
}
"""A valid message as it was read: times in milliseconds UTC; an absent field is null.

`time_inferred` is true if nobody stated when it happened, so that `occurred_at` is the time of receipt; otherwise null.
"""

EVENT_SCHEMA: dict[str, pl.DataType] = {"seq": pl.Int64(), **MESSAGE_SCHEMA}
"""An accepted event of the log: a message with its place `seq` (1, 2, 3 …)."""
