"""Keep a histogram of how late events arrive: the buckets, and the median, 95th percentile and maximum they give.

Lateness is `received_at` - `occurred_at` in milliseconds, 0 for an event from the future. Bucket 0 is under a second;
then there are four to an octave (1 s, 1.19 s, 1.41 s, 1.68 s, 2 s ...), so that a bucket's middle is within 9 % of
whatever is in it. Plain Python, shared by the engine and the screens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

STEPS = 4
"""Buckets to an octave."""

EDGES: Final = tuple(round(1000 * 2 ** (step / STEPS)) for step in range(31 * STEPS + 1))
"""The lower bounds of buckets 1, 2, 3 ... in milliseconds; the last holds everything beyond 68 years."""


@dataclass(frozen=True, slots=True)
class LatenessSummary:
    """How late the events of one type were: their count, then median, 95th percentile and maximum in milliseconds."""

    count: int
    median: int
    p95: int
    worst: int


def summarise(buckets: Mapping[int, tuple[int, int]]) -> LatenessSummary | None:
    """Summarise a histogram, bucket -> (events, the worst of them in milliseconds); None if it is empty.

    A quantile is the middle of its bucket, and at most the worst in there: it is at most 9 % off, or less than a second
    for the bucket under a second.
    """
    held = {bucket: pair for bucket, pair in sorted(buckets.items()) if pair[0] > 0}
    if not held:
        return None
    count = sum(events for events, _ in held.values())
    worst = max(late for _, late in held.values())
    return LatenessSummary(count, _quantile(held, count, 50), _quantile(held, count, 95), worst)


def _quantile(held: Mapping[int, tuple[int, int]], count: int, percent: int) -> int:
    """Return the lateness that `percent` of the events do not exceed; `held` is in the order of the buckets."""
    passed = 0
    for bucket, (events, worst) in held.items():
        passed += events
        if passed * 100 >= count * percent:
            return min(_middle(bucket), worst)
    raise AssertionError("the buckets hold fewer events than were counted")


def _middle(bucket: int) -> int:
    """Return the geometric middle of a bucket; the upper bound of the first, the lower bound of the last."""
    if bucket == 0:
        return EDGES[0]
    if bucket == len(EDGES):
        return EDGES[-1]
    return round(1000 * 2 ** ((bucket - 0.5) / STEPS))
