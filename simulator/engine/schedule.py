"""Keep lines by the hour of their next timed step, so that due lines are found without checking all others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush

import numpy as np

from simulator.domain.spans import HOUR_MS
from simulator.engine.arrays import Ints


@dataclass
class Schedule:
    """Lines by id; `moments_of` returns their due times (milliseconds), which never change while they are kept."""

    moments_of: Callable[[Ints], Ints]
    _parts: dict[int, list[Ints]] = field(default_factory=dict)
    _hours: list[int] = field(default_factory=list)  # a heap

    def add(self, lines: Ints) -> None:
        """Enter lines."""
        if not len(lines):
            return
        hours = self.moments_of(lines) // HOUR_MS
        order = np.argsort(hours, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(hours[order]) > 0])
        for part, start in zip(np.split(lines[order], starts[1:]), starts.tolist(), strict=True):
            hour = int(hours[order[start]])
            if hour not in self._parts:
                self._parts[hour] = []
                heappush(self._hours, hour)
            self._parts[hour].append(part)

    @property
    def lines(self) -> Ints:
        """All lines, in any order."""
        parts = [part for parts in self._parts.values() for part in parts]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    @property
    def first(self) -> int | None:
        """The earliest due time (milliseconds), or None."""
        if not self._hours:
            return None
        return min(int(self.moments_of(part).min()) for part in self._parts[self._hours[0]])

    def due(self, before: int) -> tuple[Ints, Ints]:
        """Return the lines that are due before a moment (milliseconds), and those of their last hour that are not."""
        none = np.zeros(0, np.int64)
        hours = self._hours_before(before)
        if not hours:
            return none, none
        parts = [np.concatenate(self._parts[hour]) for hour in hours]
        late = self.moments_of(parts[-1]) >= before
        left, parts[-1] = parts[-1][late], parts[-1][~late]
        return np.concatenate(parts), left

    def drop(self, before: int, left: Ints) -> None:
        """Remove what was due before a time (milliseconds); `left` are the others of its last hour."""
        while self._hours and self._hours[0] * HOUR_MS < before:
            del self._parts[heappop(self._hours)]
        self.add(left)

    def _hours_before(self, before: int) -> list[int]:
        """Return the hours that begin before a moment (milliseconds), in order."""
        heap, found, places = self._hours, [], [0]
        while places:  # the children of a place in the heap are never earlier than it
            place = places.pop()
            if place < len(heap) and heap[place] * HOUR_MS < before:
                found.append(heap[place])
                places += (2 * place + 1, 2 * place + 2)
        return sorted(found)
