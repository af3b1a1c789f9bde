"""The histogram of latencies: never too low, and how much too high at most."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.measuring.histogram import ERROR, Histogram


def test_nothing_entered_gives_no_percentile() -> None:
    assert Histogram().percentile(99) is None


def test_small_values_and_the_greatest_are_exact() -> None:
    histogram = Histogram()
    histogram.add(np.array([1e-6, 2e-6, 200e-6, 12.345678]))
    assert histogram.percentile(25) == pytest.approx(1e-6)
    assert histogram.percentile(75) == pytest.approx(200e-6)
    assert histogram.percentile(100) == histogram.max == 12.345678


@pytest.mark.parametrize("percent", [1, 50, 90, 95, 99, 99.9])
def test_a_percentile_is_within_its_stated_error(percent: float) -> None:
    values = np.exp(np.random.default_rng(7).normal(-4, 3, 20_000))
    histogram = Histogram()
    for part in np.array_split(values, 7):
        histogram.add(part)
    true = float(np.sort(values)[int(np.ceil(len(values) * percent / 100)) - 1])
    told = histogram.percentile(percent)
    assert told is not None
    assert true <= told + 1e-9
    assert told <= true * (1 + ERROR) + 1e-6
