"""Define what `export` can write: the columns of each of the eight tables, in order, and what reads their values.

Times are integer milliseconds UTC, money is in integer minor units (except in payouts); people appear by reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from db.read import exporting
from db.sqlite.readonly import Database
from simulator.files import payouts

Rows = Callable[[Database], Iterator[tuple[Any, ...]]]

_INT, _TEXT = pl.Int64(), pl.String()
PAIRS = pl.List(pl.List(pl.String()))


@dataclass(frozen=True)
class Table:
    """Columns with their types, the function that yields a database's rows in these columns, and which hold JSON.

    If `typed` is given, it yields the rows for Parquet, and `parquet` has the types of these columns as built and as
    written.
    """

    columns: dict[str, pl.DataType]
    rows: Rows
    nested: dict[str, pl.DataType] = field(default_factory=dict)
    typed: Rows | None = None
    parquet: Callable[[Database], tuple[dict[str, pl.DataType], dict[str, pl.DataType]]] | None = None


def _columns(names: str, integers: str = "") -> dict[str, pl.DataType]:
    return {name: _INT if name in integers.split() else _TEXT for name in names.split()}


ATTRIBUTIONS = Table(
    _columns(
        "friend referrer code channel method touch_at attributed_at ended_at",
        "touch_at attributed_at ended_at",
    ),
    exporting.attributions,
)
MERGES = Table(_columns("subject into at", "at"), exporting.merges)
DECISIONS = Table(
    _columns(
        "source event_id milestone friend referrer outcome reason decided_at failed offered", "decided_at"
    ),
    exporting.decisions,
    {"failed": PAIRS, "offered": PAIRS},
)
REWARDS = Table(
    _columns(
        "source event_id milestone reward role recipient earned_minor value_minor kind state reason due_at state_at",
        "earned_minor value_minor due_at state_at",
    ),
    exporting.rewards,
)
QUARANTINE = Table(
    _columns("receivedat source id receipt field reason message sha256 file line", "receivedat line"),
    exporting.quarantine,
)
AUDIT = Table(
    _columns(
        "seq at kind subject detail trigger_source trigger_id program_version hash", "seq at program_version"
    ),
    exporting.audit,
)
PAYOUTS = Table(
    _columns(" ".join(payouts.COLUMNS), "number"),
    payouts.text_rows,
    typed=payouts.rows,
    parquet=lambda db: (payouts.raw_schema(db), payouts.schema(db)),
)
TABLES = {
    "quarantine": QUARANTINE,
    "merges": MERGES,
    "attributions": ATTRIBUTIONS,
    "decisions": DECISIONS,
    "rewards": REWARDS,
    "payouts": PAYOUTS,
    "audit": AUDIT,
}
"""All but `events`, which are complete CloudEvents, built from the log's own columns."""
