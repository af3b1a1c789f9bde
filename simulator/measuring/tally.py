"""What has happened in a run so far: what its figures are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from simulator.domain.spans import HOUR_MS
from simulator.measuring.histogram import Histogram
from simulator.platform.receipts import Counts

LATE_MS = HOUR_MS  # an event received so long after it occurred is a late arrival


@dataclass
class Tally:
    """What has happened so far; times in seconds of the wall clock since the start.

    `asked` is how much of its own time a schedule has gone through: while what was due is still being done, it stands.
    `backlog` are the events due by then that had had no turn, beyond as many as the last batch: none where it keeps up.
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
    waiting: float = 0.0  # for an event to be due
    behind: float = 0.0  # now
    most_behind: float = 0.0
    done: int = 0
    latency: Histogram = field(default_factory=Histogram)

    @property
    def queue(self) -> int:
        """Events that were taken and are not done."""
        return self.sent - self.done

    def fell_behind(self, seconds: float) -> None:
        """The next event's turn is, or would be, so long after it was due."""
        self.behind = max(0.0, seconds)
        self.most_behind = max(self.most_behind, self.behind)


def late_arrivals(messages: pl.DataFrame) -> int:
    """How many of these messages were received more than `LATE_MS` after they occurred."""
    waited: Any = messages["received_at"] - messages["occurred_at"] > LATE_MS
    return int(waited.sum())
