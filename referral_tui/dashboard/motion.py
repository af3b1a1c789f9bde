"""Measure what moved in the last moments, and how fast: from one look to the next, by a clock that is passed in."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

WINDOW_MS = 3_000  # "the last moments": long enough to read a figure, short enough to feel live


@dataclass(frozen=True, slots=True)
class _Look:
    at_ms: float
    counts: tuple[int, ...]
    accepted: int


class Motion:
    """Remembers the looks of the last moments. While the world stands still it keeps what moved last."""

    def __init__(self) -> None:
        self._looks: deque[_Look] = deque()
        self._moved: tuple[int, ...] = ()
        self._rate = 0.0
        self._running = False

    @property
    def settling(self) -> bool:
        """Whether a later look would show less, even if nothing new is stored."""
        return self._running and (self._rate > 0 or any(self._moved))

    def look(
        self, at_ms: float, counts: tuple[int, ...], accepted: int, *, running: bool
    ) -> tuple[tuple[int, ...], float]:
        """Record a look at a moment of a monotonic clock; return what moved, and events a second.

        While the world runs, it is what moved within the last moments; while it is paused, what the last
        change moved, so that the effect of a single step stays visible.
        """
        look = _Look(at_ms, counts, accepted)
        self._running = running
        if not self._looks:
            self._looks.append(look)
            self._moved = (0,) * len(counts)
            return self._moved, 0.0
        if not running:
            last = self._looks[-1]
            if last.counts != counts:
                self._moved = _difference(counts, last.counts)
            self._looks.clear()
            self._looks.append(look)
            self._rate = 0.0
            return self._moved, 0.0
        self._looks.append(look)
        while len(self._looks) > 2 and self._looks[1].at_ms <= at_ms - WINDOW_MS:
            self._looks.popleft()
        first = self._looks[0]
        self._moved = _difference(counts, first.counts)
        passed = at_ms - first.at_ms
        self._rate = _rounded((accepted - first.accepted) * 1000 / passed) if passed > 0 else 0.0
        return self._moved, self._rate


def _difference(now: tuple[int, ...], before: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a - b for a, b in zip(now, before, strict=True))


def _rounded(rate: float) -> float:
    """Round to two digits: a third would only repaint the screen."""
    return float(f"{rate:.2g}")
