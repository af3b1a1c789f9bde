"""The arrival queue: messages on their way, in the one order in which they arrive.

The order is that of `wire.ORDER`: it does not depend on when they were put in, so that the queue can be filled by any
windows of time and drained at any cut.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.delivery.wire import ORDER, WIRE_SCHEMA
from simulator.world.draws import Ints


class ArrivalQueue:
    """Messages with their time of arrival; not one of them is lost or doubled."""

    def __init__(self, waiting: pl.DataFrame | None = None) -> None:
        """Begin with messages that another queue was `waiting` for, or with none."""
        self._waiting = pl.DataFrame(schema=WIRE_SCHEMA) if waiting is None else waiting

    def __len__(self) -> int:
        return self._waiting.height

    @property
    def waiting(self) -> pl.DataFrame:
        """What is on its way, in its order."""
        return self._waiting

    def put(self, messages: pl.DataFrame) -> None:
        """Messages of a next window of time, ordered by (occurrence, id): none occurred before one already put.

        Lines of files are in order within their file.
        """
        if messages.height:
            self.put_in_order(messages[arrival_order(messages)])

    def put_in_order(self, messages: pl.DataFrame) -> None:
        """The same, in the order of their arrival."""
        if not messages.height:
            return
        if not self._waiting.height:
            self._waiting = messages
            return
        if (self._waiting.select("line", "file").filter(pl.col("file") == 0)["line"] > 0).any():
            self.put_among(messages)  # copies stand in an order of their own among those of one moment
            return
        # only what arrives while something waits is mixed with it; what waits goes first where they are level
        last = self._waiting["received_at"][-1]
        cut = int(np.searchsorted(messages["received_at"].to_numpy(), last, side="right"))
        mixed = pl.concat([self._waiting, messages[:cut]])
        self._waiting = pl.concat([mixed[arrival_order(mixed)], messages[cut:]])

    def put_among(self, messages: pl.DataFrame) -> None:
        """Messages that occurred at any time."""
        if messages.height:
            self._waiting = pl.concat([self._waiting, messages]).sort(ORDER)

    def drop(self, which: pl.Expr) -> None:
        """Take out messages that are not to arrive after all; where an expression is null they stay."""
        self._waiting = self._waiting.filter(~which.fill_null(value=False))

    def take(self, before_ms: int, limit: int | None = None) -> pl.DataFrame:
        """The next messages that arrive before a moment, at most `limit`."""
        count = int(np.searchsorted(self._waiting["received_at"].to_numpy(), before_ms))
        if limit is not None:
            count = min(count, limit)
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken


def arrival_order(messages: pl.DataFrame) -> Ints:
    """The places of messages, ordered by (occurrence, id), in the order of their arrival."""
    return np.lexsort((messages["file"].to_numpy(), messages["received_at"].to_numpy()))
