"""Keep future occurrences in a calendar bucketed by day: rows go in as they are drawn and come out on their day.

Days far ahead share a bucket of 32 days until it opens, so that a year of monthly bills does not become a heap of
tiny arrays. Occurrences after the end are dropped.
"""

from __future__ import annotations

import numpy as np

from simulator.world.draws import Ints

_EPOCH_DAYS = 32


class Agenda:
    """A calendar of integer rows whose first column is a time in milliseconds UTC."""

    def __init__(self, start_ms: int, day_ms: int, days: int, width: int) -> None:
        self._start = start_ms
        self._day_ms = day_ms
        self._end = start_ms + days * day_ms
        self._empty = np.empty((0, width), dtype=np.int64)
        self._near: dict[int, list[Ints]] = {}
        self._far: dict[int, list[Ints]] = {}
        self._epoch = 0

    def put(self, rows: Ints) -> None:
        """Add occurrences; none may be earlier than the day being taken."""
        if not len(rows):
            return
        rows = rows[rows[:, 0] < self._end]
        day = (rows[:, 0] - self._start) // self._day_ms
        self._split(rows, day, self._epoch)

    def take(self, day: int) -> Ints:
        """Return the rows due on a day (0, 1, 2 … from the start), in no particular order; days must not go back."""
        while day // _EPOCH_DAYS > self._epoch:
            self._epoch += 1
            for rows in self._far.pop(self._epoch, []):
                self._split(rows, (rows[:, 0] - self._start) // self._day_ms, self._epoch)
        found = self._near.pop(day, None)
        if not found:
            return self._empty
        return found[0] if len(found) == 1 else np.concatenate(found)

    def _split(self, rows: Ints, day: Ints, epoch: int) -> None:
        bucket = np.where(day // _EPOCH_DAYS > epoch, -(day // _EPOCH_DAYS), day)
        order = np.argsort(bucket, kind="stable")
        rows, bucket = rows[order], bucket[order]
        cuts = np.flatnonzero(np.diff(bucket)) + 1
        first = 0
        for last in [*cuts.tolist(), len(rows)]:
            if last > first:
                number = int(bucket[first])
                place, key = (self._far, -number) if number < 0 else (self._near, number)
                place.setdefault(key, []).append(rows[first:last])
            first = last
