"""Keep what was issued to an account, by time, for checking its caps."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass
class History:
    """What was issued to an account: times in order, and the running total of money before each."""

    times: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=lambda: [0])

    def add(self, at: int, value: int) -> None:
        """Add an issued reward."""
        self.times.append(at)
        self.totals.append(self.totals[-1] + value)

    def cut(self, length: int) -> None:
        """Forget what was added after the first `length`."""
        del self.times[length:]
        del self.totals[length + 1 :]

    def copied(self) -> History:
        """Return an independent copy."""
        return History(list(self.times), list(self.totals))

    def with_(self, other: History) -> History:
        """Return the combined history of two accounts."""
        both = History()
        for at, value in sorted([*self._entries(), *other._entries()]):
            both.add(at, value)
        return both

    def _entries(self) -> list[tuple[int, int]]:
        return [
            (at, after - before)
            for at, (before, after) in zip(self.times, pairwise(self.totals), strict=True)
        ]

    def reduce(self, at: int, value: int, left: int) -> None:
        """Reduce an amount issued at a time (milliseconds) to what is left of it, both in minor units."""
        place = self._find(at, value)
        cut = value - left
        self.totals[place + 1 :] = [total - cut for total in self.totals[place + 1 :]]

    def _find(self, at: int, value: int) -> int:
        place = bisect_left(self.times, at)
        while self.totals[place + 1] - self.totals[place] != value:
            place += 1
        return place

    def forget(self, at: int, value: int) -> None:
        """Remove an amount (minor units) that was issued at a time (milliseconds)."""
        place = self._find(at, value)
        del self.times[place]
        self.totals[place + 1 :] = [total - value for total in self.totals[place + 2 :]]
