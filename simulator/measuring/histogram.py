"""A latency histogram whose buckets widen with the value, as in an HDR histogram: bounded memory, known error.

Microseconds below 256 are exact. Above, each power of two has 128 buckets, and a bucket is reported by its upper
edge, so a percentile is never too low and at most 1/128 (0.8 %) too high. The maximum is exact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PARTS = 128
ERROR = 1 / PARTS
"""How far a percentile may exceed the true one, as a fraction of it."""
_EXACT = 2 * PARTS
_POWERS = 40  # up to 2**48 microseconds, nine years


class Histogram:
    """Counts of durations in seconds."""

    def __init__(self) -> None:
        self._counts = np.zeros(_EXACT + _POWERS * PARTS, np.int64)
        self.count = 0
        self.max = 0.0

    def add(self, seconds: NDArray[np.float64]) -> None:
        """Add durations in seconds; negative ones, from a clock's rounding, count as 0."""
        if not len(seconds):
            return
        micros = np.maximum(np.ceil(np.round(seconds * 1e6, 3)), 0).astype(np.int64)
        shift = np.maximum(np.frexp(micros.astype(np.float64))[1] - 8, 0)  # 2**8 = 256: the bits to drop
        bucket = np.where(shift == 0, micros, (shift - 1) * PARTS + _EXACT + (micros >> shift) - PARTS)
        self._counts += np.bincount(bucket, minlength=len(self._counts))
        self.count += len(seconds)
        self.max = max(self.max, float(seconds.max()))

    def copy(self) -> Histogram:
        """Return a copy, to compare with later."""
        return self.since(Histogram())

    def since(self, before: Histogram) -> Histogram:
        """Return what was added after `before` was copied; its `max` is that of the whole histogram."""
        found = Histogram()
        found._counts = self._counts - before._counts
        found.count, found.max = self.count - before.count, self.max
        return found

    def percentile(self, percent: float) -> float | None:
        """Return the duration in seconds that `percent` % of all do not exceed; None for an empty histogram."""
        if not self.count:
            return None
        rank = max(1, int(np.ceil(self.count * percent / 100 - 1e-9)))
        bucket = int(np.searchsorted(np.cumsum(self._counts), rank))
        if bucket < _EXACT:
            return min(bucket / 1e6, self.max)
        power, part = divmod(bucket - _EXACT, PARTS)
        upper = ((PARTS + part + 1) << (power + 1)) - 1
        return min(upper / 1e6, self.max)
