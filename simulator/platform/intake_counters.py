"""What has passed the door so far: kept with each batch, so that whoever sends knows where to go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from simulator.events.decode import Rejected
from simulator.platform.receipts import Counts


@dataclass
class IntakeCounters:
    """How many messages came, an operator's own not counted (`received`); all of them (`receipts`); the newest receipt.

    `newest` is in milliseconds UTC, 0 before the first; messages that were refused are counted too.
    """

    received: int = 0
    receipts: int = 0
    newest: int = 0

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> IntakeCounters:
        """As a database's settings keep it."""
        return cls(*(int(settings[name]) for name in ("received", "receipts", "newest_receipt")))

    def settings(self) -> dict[str, str]:
        """As a database's settings keep it."""
        return {
            "received": str(self.received),
            "receipts": str(self.receipts),
            "newest_receipt": str(self.newest),
        }

    def add(
        self, counts: Counts, messages: pl.DataFrame, rejected: Sequence[Rejected], *, counted: bool
    ) -> None:
        """A batch has passed: valid messages and those that were not, in the order of receipt."""
        if messages.height:
            self.newest = max(self.newest, int(messages["received_at"].max()))  # type: ignore[arg-type]
        if rejected:
            self.newest = max(self.newest, rejected[-1].received_at)
        self.received += counts.received if counted else 0
        self.receipts += counts.received
