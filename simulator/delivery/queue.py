"""The arrival queue: messages on their way, in the one order in which they arrive.

The order is (time of arrival, time of occurrence, id): it does not depend on when they were put in, so that the
queue can be filled by any windows of time and drained at any cut.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.events.columns import MESSAGE_SCHEMA
from simulator.world.draws import Ints

_ORDER = ("received_at", "occurred_at", "id")


class ArrivalQueue:
    """Messages with their time of arrival; not one of them is lost or doubled."""

    def __init__(self) -> None:
        self._waiting = pl.DataFrame(schema=MESSAGE_SCHEMA)

    def __len__(self) -> int:
        return self._waiting.height

    def put(self, events: pl.DataFrame, arrivals: Ints) -> None:
        """Events of a next window of time, ordered by (occurrence, id): none occurred before one already put."""
        if not events.height:
            return
        messages = events.select(pl.Series("received_at", arrivals), *list(MESSAGE_SCHEMA)[1:])
        if self._waiting.height:
            messages = pl.concat([self._waiting, messages])
        order = np.argsort(messages["received_at"].to_numpy(), kind="stable")
        self._waiting = messages[order]

    def put_among(self, messages: pl.DataFrame) -> None:
        """A few messages that occurred at any time, `received_at` given."""
        self._waiting = pl.concat([self._waiting, messages]).sort(_ORDER)

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
