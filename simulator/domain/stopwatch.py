"""Measure how long stages take, with a stopwatch that is passed in; the default measures nothing.

Each thread has a stopwatch of its own. A stage is charged with the time since the last record; pieces are parts of a
stage (one of the rules, say), timed in some batches only, because timing them one by one takes time itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter


class Meter:
    """A stopwatch that measures nothing: the default of every stage."""

    detailed = False
    """Whether the pieces of the current batch are to be timed."""

    def start(self) -> None:
        """Start: the next record counts from here."""

    def record(self, stage: str) -> None:
        """Charge a stage with the time since the start or the last record."""

    def mark(self) -> None:
        """Begin a piece."""

    def piece(self, name: str) -> None:
        """Charge a piece with the time since the mark or the last piece."""


OFF = Meter()


@dataclass(frozen=True)
class Meters:
    """The stopwatches of a platform's two threads: the one that judges, and the one that writes."""

    judging: Meter = OFF
    writing: Meter = OFF


class Stopwatch(Meter):
    """Sums up seconds by stage and by piece."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._lapped = self._marked = clock()
        self.detailed = False
        self.stages: dict[str, float] = {}
        self.pieces: dict[str, float] = {}

    def start(self) -> None:
        """Start: the next record counts from here."""
        self._lapped = self._clock()

    def record(self, stage: str) -> None:
        """Charge a stage with the time since the start or the last record."""
        now = self._clock()
        self.stages[stage] = self.stages.get(stage, 0.0) + now - self._lapped
        self._lapped = now

    def mark(self) -> None:
        """Begin a piece."""
        if self.detailed:
            self._marked = self._clock()

    def piece(self, name: str) -> None:
        """Charge a piece with the time since the mark or the last piece."""
        if not self.detailed:
            return
        now = self._clock()
        self.pieces[name] = self.pieces.get(name, 0.0) + now - self._marked
        self._marked = now
