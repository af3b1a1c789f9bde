"""What the platform says it has accepted of the client's messages: what its receipts tell a sender."""

from __future__ import annotations

import polars as pl

from simulator.delivery.digests import digests
from simulator.events.columns import TYPE

SCHEMA: dict[str, pl.DataType] = {
    "type": TYPE,
    "source": pl.String(),
    "id": pl.String(),
    "occurred_at": pl.Int64(),
    "received_at": pl.Int64(),
    "digest": pl.String(),
}


class Accepted:
    """Gathers accepted events of the client's, and gives each once."""

    def __init__(self) -> None:
        self._heard = pl.DataFrame(schema=SCHEMA)
        self._parts: list[pl.DataFrame] = []

    def hear(self, events: pl.DataFrame) -> None:
        """The next events of the log, in its order."""
        ours = events.filter(pl.col("source") != "platform")
        if ours.height:
            told = ours.select(name for name in SCHEMA if name != "digest")
            self._parts.append(told.with_columns(digests(ours)))

    def take(self, before_ms: int) -> pl.DataFrame:
        """What was received before a moment, since the last call (columns of `SCHEMA`)."""
        heard = pl.concat([self._heard, *self._parts])
        self._parts = []
        cut = int(heard["received_at"].search_sorted(before_ms))
        taken, self._heard = heard[:cut], heard[cut:]
        return taken
