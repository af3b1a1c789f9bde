"""Collect which of the client's messages the platform accepted, as its receipts tell the sender."""

from __future__ import annotations

import polars as pl

from simulator.delivery.digests import digests
from simulator.events.columns import MESSAGE_SCHEMA, TYPE

SCHEMA: dict[str, pl.DataType] = {
    "type": TYPE,
    "source": pl.String(),
    "id": pl.String(),
    "occurred_at": pl.Int64(),
    "received_at": pl.Int64(),
    "digest": pl.String(),
}


_AT_ONCE = 50_000  # events collected before digesting: each call has a cost, and waiting costs memory


class Accepted:
    """Collects the client's accepted events, and returns each once."""

    def __init__(self) -> None:
        self._accepted = pl.DataFrame(schema=SCHEMA)
        self._undigested: list[pl.DataFrame] = []
        self._waiting = 0

    def add(self, events: pl.DataFrame) -> None:
        """Add the next events of the log, in log order."""
        ours = events.filter(pl.col("source") != "platform").select(list(MESSAGE_SCHEMA))
        if ours.height:
            self._undigested.append(ours)
            self._waiting += ours.height
            if self._waiting >= _AT_ONCE:
                self._digest()

    def take(self, before_ms: int) -> pl.DataFrame:
        """Return what was received before `before_ms` since the last call (columns of `SCHEMA`)."""
        self._digest()
        cut = int(self._accepted["received_at"].search_sorted(before_ms))
        taken, self._accepted = self._accepted[:cut], self._accepted[cut:]
        return taken

    def _digest(self) -> None:
        if self._undigested:
            ours = pl.concat(self._undigested)
            digested = ours.select(name for name in SCHEMA if name != "digest").with_columns(digests(ours))
            self._accepted = pl.concat([self._accepted, digested])
            self._undigested, self._waiting = [], 0
