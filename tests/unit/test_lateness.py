"""Lateness in buckets: every time falls into one, and what a histogram says is near the truth."""

from __future__ import annotations

import random
from bisect import bisect_right

import pytest

from simulator.domain.lateness import EDGES, summarise


@pytest.mark.parametrize(
    ("late", "bucket"), [(0, 0), (999, 0), (1000, 1), (1188, 1), (1189, 2), (2000, 5), (10**14, len(EDGES))]
)
def test_a_bucket_begins_at_its_edge(late: int, bucket: int) -> None:
    assert bisect_right(EDGES, late) == bucket


@pytest.mark.parametrize("seed", range(20))
def test_a_quantile_is_within_nine_per_cent_or_a_second(seed: int) -> None:
    luck = random.Random(seed)
    late = sorted(int(luck.lognormvariate(luck.uniform(4, 18), luck.uniform(0.1, 3))) for _ in range(999))
    buckets: dict[int, tuple[int, int]] = {}
    for one in late:
        bucket = bisect_right(EDGES, one)
        count, worst = buckets.get(bucket, (0, 0))
        buckets[bucket] = count + 1, max(worst, one)
    said = summarise(buckets)
    assert said is not None
    assert (said.count, said.worst) == (999, late[-1])
    for quantile, true in ((said.median, late[499]), (said.p95, late[949])):
        assert abs(quantile - true) <= max(1000, 0.091 * true)


def test_no_event_has_no_lateness() -> None:
    assert summarise({}) is None
    assert summarise({4: (0, 0)}) is None
