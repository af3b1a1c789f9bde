"""Read the Data screen: which data arrives, how often and how late; receipts, quarantine, chains."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from db.read.sums import Pair, Sums, begun_at, now
from db.schema.blocks import BLOCK_ROWS, CHAINS
from simulator.domain.definitions import RECEIPTS, Rollup
from simulator.domain.lateness import LatenessSummary, summarise
from simulator.domain.spans import DAY_MS

LATE_DAYS = 28
LATENESS = "SELECT type, bucket, count, worst FROM lateness"


@dataclass(frozen=True, slots=True)
class TypeRow:
    """An event type: how many events were accepted, from which sources, and how late they arrived.

    `a_day` is the number of accepted events a day, since the hour of the log's first event.
    """

    type: str
    count: int
    sources: tuple[tuple[str, int], ...]
    a_day: float
    late: LatenessSummary | None


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of late reversals: rewards issued although the conversion had already been reversed.

    `issued` is the number and money (minor units) of all of them: those `clawed` back and those `lost`.
    """

    clawed: Pair
    lost: Pair

    @property
    def issued(self) -> Pair:
        """The number and money of all of them."""
        return self.clawed[0] + self.lost[0], self.clawed[1] + self.lost[1]


@dataclass(frozen=True, slots=True)
class SenderRow:
    """A source, and the number of its messages by receipt, in the order of RECEIPTS."""

    source: str
    receipts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """The number of messages in quarantine with one receipt, for one field (`(not said)`: the message as a whole)."""

    receipt: str
    field: str
    count: int


@dataclass(frozen=True, slots=True)
class ChainRow:
    """An audit chain: its blocks, its rows, and its newest hash in hexadecimal."""

    chain: str
    blocks: int
    rows: int
    hash: str


def types(
    db: sqlite3.Connection, sums: Sums, at_ms: int, late: dict[str, LatenessSummary]
) -> tuple[TypeRow, ...]:
    """Return a row for each event type that was ever accepted, the most frequent first; `late` is from `lateness`."""
    begun = begun_at(db)
    days = 0.0 if begun is None else (at_ms - begun) / DAY_MS
    rows = []
    for metric, (count, _) in sums.totals.items():
        name = metric.removeprefix("event.")
        if name == metric or not count:
            continue
        parts = [(source, n) for source, (n, _) in sums.parts.get(metric, {}).items()]
        sources = tuple(sorted(parts, key=lambda one: (-one[1], one[0])))
        rows.append(TypeRow(name, count, sources, count / days if days > 0 else 0.0, late.get(name)))
    return tuple(sorted(rows, key=lambda row: (-row.count, row.type)))


def lateness(db: sqlite3.Connection) -> dict[str, LatenessSummary]:
    """Read how late each event type arrived, over the whole log."""
    return by_type(db.execute(LATENESS))


def lateness_upto(db: sqlite3.Connection, at_ms: int, days: int = LATE_DAYS) -> dict[str, LatenessSummary]:
    """Read how late each event type arrived in the last `days` days that ended by `at_ms` (milliseconds UTC)."""
    day = at_ms // DAY_MS
    return by_type(
        db.execute(
            "SELECT type, bucket, SUM(count), MAX(worst) FROM lateness_day WHERE day >= ? AND day < ? "
            "GROUP BY type, bucket",
            (day - days, day),
        )
    )


def cost_of_lateness(totals: Rollup) -> Cost:
    """Return the cost of late reversals, from the totals."""
    clawed, lost = (totals.get(f"late_reversal.{fate}", (0, 0)) for fate in ("clawed", "lost"))
    return Cost(clawed, lost)


def receipts(sums: Sums) -> dict[str, int]:
    """Count the messages received, by receipt."""
    return {kind: sums.count(f"receipt.{kind}") for kind in RECEIPTS}


def accepted_by_source(db: sqlite3.Connection) -> dict[str, int]:
    """Return how many events of each source were accepted."""
    return _accepted(now(db))


def _accepted(sums: Sums) -> dict[str, int]:
    accepted: dict[str, int] = {}
    for metric, parts in sums.parts.items():
        if metric.startswith("event."):
            for source, (count, _) in parts.items():
                accepted[source] = accepted.get(source, 0) + count
    return accepted


def senders(sums: Sums) -> tuple[SenderRow, ...]:
    """Return a row for each source, the one with most messages first; when looking back, of whole days."""
    accepted = _accepted(sums)
    others = [f"receipt.{kind}" for kind in RECEIPTS[1:]]
    rows = [
        SenderRow(source, (accepted.get(source, 0), *(sums.part(metric, source)[0] for metric in others)))
        for source in {*accepted, *sums.names(*others)}
    ]
    return tuple(sorted(rows, key=lambda row: (-sum(row.receipts), row.source)))


def quarantine(sums: Sums) -> tuple[RefusedRow, ...]:
    """Return a row for each receipt and field in quarantine, the most frequent first."""
    rows = [
        RefusedRow(receipt, field, count)
        for receipt in ("conflict", "malformed")
        for field, (count, _) in sums.parts.get(f"quarantine.{receipt}", {}).items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.count, row.receipt, row.field)))


def chains(db: sqlite3.Connection) -> tuple[ChainRow, ...]:
    """Read the current state of the audit chains."""
    rows = []
    for chain in CHAINS:
        last = db.execute(
            "SELECT number, rows, hash FROM block WHERE chain = ? ORDER BY number DESC LIMIT 1", (chain,)
        ).fetchone()
        if last is not None:
            number, part, digest = last
            rows.append(ChainRow(chain, number, (number - 1) * BLOCK_ROWS + part, digest))
    return tuple(rows)


def by_type(rows: Iterable[tuple[Any, ...]]) -> dict[str, LatenessSummary]:
    """Return how late each event type was, from rows of LATENESS."""
    buckets: dict[str, dict[int, Pair]] = {}
    for kind, bucket, count, worst in rows:
        buckets.setdefault(kind, {})[bucket] = (count, worst)
    found = {kind: summarise(held) for kind, held in sorted(buckets.items())}
    return {kind: late for kind, late in found.items() if late is not None}
