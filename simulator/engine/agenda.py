"""Keep the timed steps of reward lines, in the order in which they are taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Generic, TypeVar

Order = tuple[int, int, int]
"""First come, first served: by due time, the conversion's seq and the reward's place in its file."""
Line = TypeVar("Line")


@dataclass
class Agenda(Generic[Line]):
    """Lines by the time (milliseconds) of one kind of step; lines with the same time are in their own order.

    `moment_of` returns when a line's step is, or None if it no longer has one, so lines need not be removed.
    """

    moment_of: Callable[[Line], int | None]
    _heap: list[tuple[int, Order, int, Line]] = field(default_factory=list)

    def add(self, number: int, order: Order, line: Line) -> None:
        """Enter a line, by its number and order, if it has a step."""
        moment = self.moment_of(line)
        if moment is not None:
            heappush(self._heap, (moment, order, number, line))

    @property
    def first(self) -> int | None:
        """When the first step is (milliseconds), or None if there is none."""
        while self._heap:
            moment, _, _, line = self._heap[0]
            if self.moment_of(line) == moment:
                return moment
            heappop(self._heap)
        return None

    def pop(self) -> Line:
        """Remove and return the line with the first step."""
        return heappop(self._heap)[3]
