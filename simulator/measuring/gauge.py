"""What a simulation measures of itself: the beats of the table `meter`, as a load test's, for the dashboard."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl

from db.sqlite.rows import Row
from simulator.domain.stopwatch import Meters, Stopwatch
from simulator.measuring.figures import running
from simulator.measuring.heartbeat import Heartbeat
from simulator.measuring.space import file_bytes
from simulator.measuring.tally import Tally, late_arrivals
from simulator.platform.receipts import Counts


class Gauge:
    """Counts batches as they are taken and as they are committed, and makes a row of what came of them."""

    def __init__(self, path: Path, clock: Callable[[], float] = perf_counter) -> None:
        """`path` is the database's."""
        self.judging, self.writing = Stopwatch(clock), Stopwatch(clock)
        self._path, self._clock = path, clock
        self._begun = clock()
        self._heartbeat = Heartbeat(self._begun)
        self._tally = Tally()
        self._done: deque[tuple[float, float, int]] = deque()

    @property
    def meters(self) -> Meters:
        """The two stopwatches, for the platform."""
        return Meters(self.judging, self.writing)

    def bytes(self) -> int:
        """How large the database is."""
        return file_bytes(self._path)

    def go_on(self, number: int) -> None:
        """Number the beats from here on: an earlier process left so many."""
        self._heartbeat = Heartbeat(self._clock(), number)

    def making(self) -> Callable[[], None]:
        """Call it before events are made, and what it gives when they are."""
        begun = self._clock()

        def made() -> None:
            self._tally.generating += self._clock() - begun

        return made

    def take(self, messages: pl.DataFrame) -> Callable[[], None]:
        """A batch is ready; what it gives is to be called when it is committed, by whichever thread."""
        ready, count = self._clock(), messages.height
        self._tally.sent += count
        self._tally.batches += 1
        self._tally.late += late_arrivals(messages)
        return lambda: self._done.append((ready, self._clock(), count))

    def took(self, counts: Counts) -> None:
        """The batch was judged."""
        self._tally.counts += counts

    def heartbeat(self, wall_ms: int, sim_at: int) -> Row:
        """The row of this beat."""
        tally, now = self._tally, self._clock()
        while self._done:
            ready, at, count = self._done.popleft()
            tally.done += count
            tally.latency.add(np.full(count, at - ready))
        tally.elapsed, tally.offered = now - self._begun, tally.sent
        return self._heartbeat.row(now, wall_ms, sim_at, running(tally, self, paced=False), tally.latency)
