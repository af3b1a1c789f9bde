"""Measure a simulation for the dashboard: rows of the table `meter`, as a load test writes them."""

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
    """Counts batches as they are received and as they are committed, and turns the results into rows."""

    def __init__(self, path: Path, clock: Callable[[], float] = perf_counter) -> None:
        """Measure the database at `path`; `clock` returns seconds."""
        self.judging, self.writing = Stopwatch(clock), Stopwatch(clock)
        self._path, self._clock = path, clock
        self._begun = clock()
        self._heartbeat = Heartbeat(self._begun)
        self._tally = Tally()
        self._done: deque[tuple[float, float, int]] = deque()

    @property
    def meters(self) -> Meters:
        """The stopwatches of judging and writing, for the platform."""
        return Meters(self.judging, self.writing)

    def bytes(self) -> int:
        """Return the database's current size in bytes."""
        return file_bytes(self._path)

    def continue_from(self, number: int) -> None:
        """Continue numbering heartbeats after `number`, the last one of an earlier process."""
        self._heartbeat = Heartbeat(self._clock(), number)

    def time_generation(self) -> Callable[[], None]:
        """Start timing the generation of events; call the returned function when they are made."""
        begun = self._clock()

        def made() -> None:
            self._tally.generating += self._clock() - begun

        return made

    def add_received(self, messages: pl.DataFrame) -> Callable[[object], None]:
        """Count a batch as received; call the returned function, on any thread, when the batch is committed.

        The returned function accepts the batch's receipts, as `Platform.receive` passes them, and ignores them.
        """
        ready, count = self._clock(), messages.height
        self._tally.sent += count
        self._tally.batches += 1
        self._tally.late += late_arrivals(messages)
        return lambda _receipts: self._done.append((ready, self._clock(), count))

    def add_judged(self, counts: Counts) -> None:
        """Add the receipts of a judged batch."""
        self._tally.counts += counts

    def heartbeat(self, wall_ms: int, sim_at: int) -> Row:
        """Return the next heartbeat's row."""
        tally, now = self._tally, self._clock()
        while self._done:
            ready, at, count = self._done.popleft()
            tally.done += count
            tally.latency.add(np.full(count, at - ready))
        tally.elapsed, tally.offered = now - self._begun, tally.sent
        return self._heartbeat.row(now, wall_ms, sim_at, running(tally, self, paced=False), tally.latency)
