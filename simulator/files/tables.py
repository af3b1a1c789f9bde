"""What `export` can write: the columns of each of the seven, in their order, and the SELECT that gives them.

Times are integer milliseconds UTC, money integer minor units (but for payouts); people appear by their references.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from db.sqlite.readonly import Database
from db.write.chain import BLOCK_ROWS
from simulator.files import payouts

_INT, _TEXT = pl.Int64(), pl.String()
FAILED = pl.List(pl.List(pl.String()))


@dataclass(frozen=True)
class Table:
    """Columns with their types, the SELECT of their values in the same order, and which of them hold JSON.

    Where `made` is given it yields the rows of a database, `typed` those for Parquet, and `parquet` the types of
    these columns as they are made and as they are written.
    """

    columns: dict[str, pl.DataType]
    select: str
    nested: dict[str, pl.DataType]
    made: Callable[[Database], Iterator[tuple[Any, ...]]] | None = None
    typed: Callable[[Database], Iterator[tuple[Any, ...]]] | None = None
    parquet: Callable[[Database], tuple[dict[str, pl.DataType], dict[str, pl.DataType]]] | None = None


def _columns(names: str, integers: str = "") -> dict[str, pl.DataType]:
    return {name: _INT if name in integers.split() else _TEXT for name in names.split()}


ATTRIBUTIONS = Table(
    _columns("friend referrer code channel method touch_at attributed_at", "touch_at attributed_at"),
    "SELECT friend.ref, referrer.ref, a.code, a.channel, a.method, a.touch_at, a.attributed_at "
    "FROM attribution a JOIN person friend ON friend.id = a.friend JOIN person referrer ON referrer.id = a.referrer "
    "ORDER BY a.seq",
    {},
)
DECISIONS = Table(
    _columns("source event_id milestone friend referrer outcome reason decided_at failed", "decided_at"),
    "SELECT e.source, e.id, d.milestone, friend.ref, referrer.ref, d.outcome, d.reason, d.decided_at, d.failed "
    "FROM decision d JOIN event e ON e.seq = d.seq JOIN person friend ON friend.id = d.friend "
    "LEFT JOIN person referrer ON referrer.id = d.referrer ORDER BY d.id",
    {"failed": FAILED},
)
REWARDS = Table(
    _columns(
        "source event_id milestone reward role recipient value_minor state due_at state_at",
        "value_minor due_at state_at",
    ),
    "SELECT e.source, e.id, d.milestone, r.reward, r.role, COALESCE(r.community, person.ref), r.value_minor, r.state, "
    "r.due_at, r.state_at "
    "FROM reward r JOIN event e ON e.seq = r.seq JOIN decision d ON d.id = r.decision "
    "LEFT JOIN person ON person.id = r.recipient ORDER BY r.id",
    {},
)
QUARANTINE = Table(
    _columns("receivedat source id receipt field reason message sha256 file line", "receivedat line"),
    "SELECT received_at, source, id, receipt, field, reason, message, sha256, file, line FROM quarantine "
    "ORDER BY number",
    {},
)
AUDIT = Table(
    _columns(
        "seq at kind subject detail trigger_source trigger_id program_version hash", "seq at program_version"
    ),
    "SELECT a.seq, a.at, a.kind, person.ref, a.detail, e.source, e.id, a.program_version, b.hash FROM audit a "
    "LEFT JOIN event e ON e.seq = a.trigger LEFT JOIN person ON person.id = a.person "
    f"LEFT JOIN block b ON b.chain = 'audit' AND b.number = (a.seq - 1) / {BLOCK_ROWS} + 1 ORDER BY a.seq",
    {},
)
PAYOUTS = Table(
    _columns(" ".join(payouts.COLUMNS), "number"),
    "",
    {},
    payouts.text_rows,
    payouts.rows,
    lambda db: (payouts.raw_schema(db), payouts.schema(db)),
)
TABLES = {
    "quarantine": QUARANTINE,
    "attributions": ATTRIBUTIONS,
    "decisions": DECISIONS,
    "rewards": REWARDS,
    "payouts": PAYOUTS,
    "audit": AUDIT,
}
"""All but `events`, which are whole CloudEvents and are made from the log's own columns."""
