"""Keep the client's record of what it sent until both sides have compared it, and resend what is missing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from db.read.deliveries import Reconciled
from simulator.delivery.lists import KEY, exchange_lists
from simulator.delivery.reconciliation import Reconciliation
from simulator.delivery.wire import WIRE_SCHEMA, on_wire
from simulator.domain.spans import HOUR_MS
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.world.draws import Purpose, lognormal
from simulator.world.operator import LOOKAHEAD_MS

_AGAIN = 9  # which copy of a message one sent again is
_AGAIN_MS = 2.0 * HOUR_MS  # median; assumed: somebody reads the report and presses the button
_AGAIN_SPREAD = 0.7
Keys = Callable[[pl.Series], np.ndarray]


class SentLedger:
    """The client's events that are not reconciled yet, as `lists.listed` returns them.

    What is missing is sent again three days after it was found, at the earliest: that is as long as a window, so that
    a comparison at a window's end is not too late.
    """

    def __init__(self, keys: Keys) -> None:
        """Take `keys`, which returns a random key for each id."""
        self._keys = keys
        self._open: list[pl.DataFrame] = []
        self._reconciliation = Reconciliation()

    def enter(self, listed: pl.DataFrame) -> None:
        """Add events that the client sends, or believes it sent."""
        if listed.height:
            self._open.append(listed)

    def compare(
        self, accepted: pl.DataFrame, before_ms: int, exchange: Callable[[str, bytes], bytes]
    ) -> tuple[list[Reconciled], pl.DataFrame]:
        """Compare all lists due before a moment with what was accepted since the last call.

        Returns the findings, new and changed ones, and the missing messages on their way again (`WIRE_SCHEMA`).

        Raises:
            DatabaseError: a list can't be written or read back.

        """
        due = pl.DataFrame()
        if self._open:
            waiting = pl.concat(self._open)
            due = waiting.filter(pl.col("compare_at") < before_ms)
            self._open = [waiting.filter(pl.col("compare_at") >= before_ms)]
        lists = exchange_lists(due, exchange) if due.height else None
        findings, missing = self._reconciliation.compare(lists, accepted)
        if not missing.height:
            return findings, pl.DataFrame(schema=WIRE_SCHEMA)
        again = due.join(missing, on=[*KEY, "source", "id"], how="semi", maintain_order="left")
        later = lognormal(self._keys(again["id"]), Purpose.SENT_AGAIN, _AGAIN_MS, _AGAIN_SPREAD)
        at = again["compare_at"].to_numpy() + LOOKAHEAD_MS + np.maximum(later, 1).astype(np.int64)
        at = np.maximum(at, before_ms)  # never in the past, however late the lists are compared
        return findings, on_wire(again.select(list(MESSAGE_SCHEMA)[1:]), at, nth=_AGAIN)
