"""Receipts: what became of each message, counted for who sent them and by hour for who watches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

HOUR_MS = 3_600_000
DUPLICATE = "duplicate"


@dataclass(frozen=True)
class Counts:
    """Receipts of one call, or of several added up; `received` is their sum."""

    accepted: int = 0
    duplicate: int = 0
    conflict: int = 0
    malformed: int = 0

    @property
    def received(self) -> int:
        """All receipts."""
        return self.accepted + self.duplicate + self.conflict + self.malformed

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.accepted + other.accepted,
            self.duplicate + other.duplicate,
            self.conflict + other.conflict,
            self.malformed + other.malformed,
        )


def receipt_rollup(
    messages: pl.DataFrame, events: pl.DataFrame, duplicates: Sequence[int], refused: pl.DataFrame
) -> pl.DataFrame:
    """How many receipts of each kind in each hour.

    Duplicates leave no other trace, so their `value` is hour x count: with it a changed row shows (`verify`).
    """
    parts = [events.select("received_at", receipt=pl.lit("accepted"))]
    if duplicates:
        parts.append(messages[list(duplicates)].select("received_at", receipt=pl.lit(DUPLICATE)))
    if refused.height:
        parts.append(refused.select("received_at", "receipt"))
    hour = pl.col("received_at") // HOUR_MS
    return (
        pl.concat(parts)
        .group_by(hour=hour, metric="receipt." + pl.col("receipt"))
        .agg(
            count=pl.len().cast(pl.Int64),
            value=pl.when(pl.col("receipt").first() == DUPLICATE).then(hour.sum()).otherwise(0),
        )
    )
