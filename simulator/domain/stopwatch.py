"""A stopwatch for what is to be measured, handed in; where nobody measures, its methods do nothing.

Each thread has a stopwatch of its own. A stage is charged with the time since the lap before; pieces are parts of a
stage (one rule of all rules) and are timed in some batches only, because timing them one by one costs time itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter


class Meter:
    """Measures nothing: what every stage has unless somebody hands in a `Stopwatch`."""

    detailed = False
    """Whether pieces are wanted of the batch at hand."""

    def start(self) -> None:
        """Begin: the next lap counts from here."""

    def record(self, stage: str) -> None:
        """Charge a stage with the time since the start or the lap before."""

    def mark(self) -> None:
        """Begin a piece."""

    def piece(self, name: str) -> None:
        """Charge a piece with the time since the mark or the piece before."""


OFF = Meter()


@dataclass(frozen=True)
class Meters:
    """A platform's two: of the thread that judges, and of the one that writes."""

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
        """Begin: the next lap counts from here."""
        self._lapped = self._clock()

    def record(self, stage: str) -> None:
        """Charge a stage with the time since the start or the lap before."""
        now = self._clock()
        self.stages[stage] = self.stages.get(stage, 0.0) + now - self._lapped
        self._lapped = now

    def mark(self) -> None:
        """Begin a piece."""
        if self.detailed:
            self._marked = self._clock()

    def piece(self, name: str) -> None:
        """Charge a piece with the time since the mark or the piece before."""
        if not self.detailed:
            return
        now = self._clock()
        self.pieces[name] = self.pieces.get(name, 0.0) + now - self._marked
        self._marked = now
