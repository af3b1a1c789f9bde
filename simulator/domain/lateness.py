"""How late events arrive, in buckets: where they lie, and what they say of the median, the 95 % and the worst.

Late is `received_at` - `occurred_at` in milliseconds; an event of the future is 0 late. Bucket 0 is under a second,
then there are four to an octave (1 s, 1.19 s, 1.41 s, 1.68 s, 2 s ...), so that a bucket's middle is within 9 % of
whatever is in it. Plain Python: who judges and who looks use the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

STEPS = 4
"""Buckets to an octave."""

EDGES: Final = tuple(round(1000 * 2 ** (step / STEPS)) for step in range(31 * STEPS + 1))
"""Where buckets 1, 2, 3 ... begin, in milliseconds; the last is for all beyond 68 years."""


@dataclass(frozen=True, slots=True)
class Late:
    """How late the events of one type were, in milliseconds: half of them at most the median, and so on."""

    count: int
    median: int
    p95: int
    worst: int


def summed(buckets: Mapping[int, tuple[int, int]]) -> Late | None:
    """What a histogram says: bucket -> (events, the worst of them in milliseconds); None where it is empty.

    A quantile is the middle of the bucket it falls into, and never above the worst in there: at most 9 % off, under
    a second by less than that.
    """
    held = {bucket: pair for bucket, pair in sorted(buckets.items()) if pair[0] > 0}
    if not held:
        return None
    count = sum(events for events, _ in held.values())
    worst = max(late for _, late in held.values())
    return Late(count, _quantile(held, count, 50), _quantile(held, count, 95), worst)


def _quantile(held: Mapping[int, tuple[int, int]], count: int, percent: int) -> int:
    """The lateness that `percent` of the events keep to; `held` is in the order of the buckets."""
    passed = 0
    for bucket, (events, worst) in held.items():
        passed += events
        if passed * 100 >= count * percent:
            return min(_middle(bucket), worst)
    raise AssertionError("the buckets hold fewer events than were counted")


def _middle(bucket: int) -> int:
    """The middle of a bucket, by ratio; of the one under a second its end, of the last its beginning."""
    if bucket == 0:
        return EDGES[0]
    if bucket == len(EDGES):
        return EDGES[-1]
    return round(1000 * 2 ** ((bucket - 0.5) / STEPS))
