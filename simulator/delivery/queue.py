"""Queue messages in transit, in the one order in which they arrive.

The order is that of `wire.ORDER`. It does not depend on when messages were put in, so the queue can be filled by any
windows of time and drained at any cut.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.delivery.wire import ORDER, WIRE_SCHEMA
from simulator.world.draws import Ints


class ArrivalQueue:
    """A queue of messages by their time of arrival; none is lost or doubled."""

    def __init__(self, waiting: pl.DataFrame | None = None) -> None:
        """Begin with the messages `waiting` in another queue, or with none."""
        self._waiting = pl.DataFrame(schema=WIRE_SCHEMA) if waiting is None else waiting

    def __len__(self) -> int:
        return self._waiting.height

    @property
    def waiting(self) -> pl.DataFrame:
        """The messages on their way, in order of arrival."""
        return self._waiting

    def put(self, messages: pl.DataFrame) -> None:
        """Add messages of the next window, ordered by (occurrence, id): none occurred before one already added.

        Lines of files are in order within their file.
        """
        if messages.height:
            self.put_in_order(messages[arrival_order(messages)])

    def put_in_order(self, messages: pl.DataFrame) -> None:
        """Add messages as `put` does, but already in order of arrival."""
        if not messages.height:
            return
        if not self._waiting.height:
            self._waiting = messages
            return
        if (self._waiting.select("line", "file").filter(pl.col("file") == 0)["line"] > 0).any():
            self.put_among(messages)  # copies have an order of their own among messages of one moment
            return
        # only messages that arrive while others wait need sorting in; at equal times those waiting go first
        last = self._waiting["received_at"][-1]
        cut = int(np.searchsorted(messages["received_at"].to_numpy(), last, side="right"))
        # in one piece, of which whoever takes it reads and picks rows in a third of the time
        mixed = pl.concat([self._waiting, messages[:cut]], rechunk=True)
        self._waiting = pl.concat([mixed[arrival_order(mixed)], messages[cut:]], rechunk=True)

    def put_among(self, messages: pl.DataFrame) -> None:
        """Add messages that occurred at any time."""
        if messages.height:
            waiting = [self._waiting] if self._waiting.height else []
            self._waiting = pl.concat([*waiting, messages]).sort(ORDER)

    def drop(self, which: pl.Expr) -> None:
        """Remove messages that will not arrive after all; rows for which the expression is null stay."""
        self._waiting = self._waiting.filter(~which.fill_null(value=False))

    def take(self, before_ms: int, limit: int | None = None) -> pl.DataFrame:
        """Take the next messages that arrive before a moment, at most `limit`."""
        count = int(np.searchsorted(self._waiting["received_at"].to_numpy(), before_ms))
        if limit is not None:
            count = min(count, limit)
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken


def arrival_order(messages: pl.DataFrame) -> Ints:
    """Return the order of arrival, as indices, of messages ordered by (occurrence, id)."""
    return np.lexsort((messages["file"].to_numpy(), messages["received_at"].to_numpy()))
