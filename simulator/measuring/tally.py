"""The running counts that a run's figures are computed from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from simulator.domain.spans import HOUR_MS
from simulator.measuring.histogram import Histogram
from simulator.platform.receipts import Counts

LATE_MS = HOUR_MS  # an event received more than this after it occurred is a late arrival


@dataclass
class Tally:
    """A run's counts so far; times are in seconds of the wall clock since the start.

    `asked` is how much of its own time a schedule has gone through; it stands still while due events are being
    processed. `backlog` counts the events due by then that have not had their turn, beyond the size of the last
    batch: 0 while the run keeps up.
    """

    offered: int = 0
    asked: float = 0.0
    backlog: int = 0
    sent: int = 0
    counts: Counts = field(default_factory=Counts)
    late: int = 0
    batches: int = 0
    detailed_events: int = 0
    elapsed: float = 0.0
    settling: float = 0.0
    generating: float = 0.0
    waiting: float = 0.0  # for an event to fall due
    behind: float = 0.0  # now
    most_behind: float = 0.0
    done: int = 0
    latency: Histogram = field(default_factory=Histogram)

    @property
    def queue(self) -> int:
        """The number of events received but not committed yet."""
        return self.sent - self.done

    def fell_behind(self, seconds: float) -> None:
        """Set how many seconds after it was due the next event gets, or would get, its turn."""
        self.behind = max(0.0, seconds)
        self.most_behind = max(self.most_behind, self.behind)


def late_arrivals(messages: pl.DataFrame) -> int:
    """Return how many of these messages were received more than `LATE_MS` after they occurred."""
    waited: Any = messages["received_at"] - messages["occurred_at"] > LATE_MS
    return int(waited.sum())
