"""The statistics of the lab against known values, and how often an interval holds what it should."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.lab.statistics import (
    Interval,
    band,
    chance_below,
    lower_chance,
    markets_needed,
    mean_interval,
    ratio_interval,
    share_above,
    student_quantile,
    upper_chance,
)

SLEEP = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
"""Further hours of sleep by the second drug (Student, 1908), paired."""


@pytest.mark.parametrize(
    ("share", "freedom", "known"),
    [(0.975, 1, 12.7062), (0.975, 2, 4.3027), (0.975, 9, 2.2622), (0.95, 10, 1.8125), (0.975, 99, 1.9842),
     (0.995, 4, 4.6041), (0.975, 5000, 1.9604)],
)  # fmt: skip
def test_student_quantiles_are_those_of_the_tables(share: float, freedom: int, known: float) -> None:
    assert student_quantile(share, freedom) == pytest.approx(known, abs=6e-5)


def bounds(found: Interval) -> tuple[float, float]:
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


def test_without_skewness_the_interval_is_students() -> None:
    values = np.array([-2.0, -1.0, 0.0, 1.0, 2.0]) + 10
    half = 2.776445 * math.sqrt(2.5 / 5)
    found = mean_interval(values)
    assert bounds(found) == pytest.approx((10 - half, 10 + half))
    assert found.value == 10.0


def test_skewness_moves_the_interval_to_the_long_side() -> None:
    """Each bound solves Hall's cubic for Student's quantile; Student's own bounds are 0.70 and 2.46."""
    found = mean_interval(SLEEP)
    assert found.value == pytest.approx(1.58)
    assert found.low is not None
    assert found.high is not None
    error = SLEEP.std(ddof=1) / math.sqrt(10)
    third = 10 / (9 * 8) * ((SLEEP - 1.58) ** 3).sum()
    a = min(third / (6 * math.sqrt(10) * SLEEP.std(ddof=1) ** 3), 0.8 / (6 * 2.262157))
    for bound, t in ((found.low, 2.262157), (found.high, -2.262157)):
        x = (1.58 - bound) / error
        assert x + 2 * a * x**2 + 4 / 3 * a**2 * x**3 + a == pytest.approx(t, rel=1e-6)
    assert found.low > 0.70
    assert found.high > 2.46
    low, high = bounds(mean_interval(-SLEEP))
    assert (-high, -low) == pytest.approx(bounds(found))


def test_a_few_markets_that_look_skewed_by_chance_have_no_wild_interval() -> None:
    """Without a limit the interval would be -48 to 110, though every value is above 0."""
    found = mean_interval(np.array([11.25, 120.0, 112.5, 112.5, 118.75, 120.0]))
    assert found.sign == 1
    assert found.half_width < 70


def test_no_interval_if_nearly_all_markets_are_alike() -> None:
    """The mean depends on how often the few others occur, and four markets don't show that."""
    assert mean_interval(np.array([0.0] * 16 + [1.0, 1.0, 2.0, 1.0])) == Interval(0.25)
    assert bounds(mean_interval(np.array([0.0] * 15 + [1.0, 1.0, 2.0, 1.0, 1.0])))[0] > 0
    assert mean_interval(np.zeros(20)) == Interval(0.0, 0.0, 0.0)


def test_too_few_markets_have_a_mean_and_no_interval() -> None:
    assert mean_interval(np.array([1.0, 2.0, 3.0])) == Interval(2.0)
    assert mean_interval(np.array([])) == Interval(None)
    assert ratio_interval(np.array([2.0, 4.0]), np.array([1.0, 1.0])) == Interval(3.0)


def test_markets_alike_have_an_interval_of_no_width() -> None:
    found = mean_interval(np.full(10, 0.1))
    assert found.low == found.high == found.value == pytest.approx(0.1)
    assert found.sign == 1


def test_markets_without_the_figure_are_left_out() -> None:
    values = np.array([1.0, math.nan, 3.0, -2.0])
    assert mean_interval(values).value == pytest.approx(2 / 3)
    assert share_above(values) == pytest.approx(2 / 3)
    found = band(values)
    assert found is not None
    assert (found.median, found.low, found.high) == pytest.approx((1.0, -2.0, 3.0))
    assert band(np.array([math.nan])) is None
    assert share_above(np.array([math.nan])) is None


def test_ratio_has_fiellers_interval() -> None:
    """Solved by hand: the r at which the mean of over - r · under is t errors from nothing."""
    over = np.array([12.0, 15.0, 9.0, 14.0, 10.0, 13.0])
    under = np.array([4.0, 5.0, 3.5, 4.0, 3.0, 4.5])
    found = ratio_interval(over, under)
    assert found.value == pytest.approx(73 / 24)
    for r in (found.low, found.high):
        rest = over - (r or 0) * under
        assert abs(rest.mean()) / (rest.std(ddof=1) / math.sqrt(6)) == pytest.approx(2.570582, rel=1e-5)


def test_the_chance_that_a_mean_is_below_nothing_is_that_of_the_t_test() -> None:
    """The patients' t is 4.0621 with 9 degrees of freedom: 0.0014 one-sided (Student, 1908)."""
    assert chance_below(SLEEP) == pytest.approx(0.001416, abs=2e-6)
    assert chance_below(-SLEEP) == pytest.approx(1 - 0.001416, abs=2e-6)
    assert chance_below(np.zeros(5)) == 0.5
    assert chance_below(np.ones(5)) == 0.0
    assert chance_below(np.array([math.nan])) == 0.5


def test_a_ratio_has_no_bounds_if_its_divisor_could_be_zero() -> None:
    under = np.array([-3.0, 4.0, -2.0, 3.0, -1.0, 2.0])
    found = ratio_interval(np.full(6, 10.0), under)
    assert found.value == pytest.approx(20.0)
    assert not found.bounded
    assert found.sign == 0
    assert found.half_width == math.inf
    assert ratio_interval(np.ones(6), np.zeros(6)) == Interval(None)


@pytest.mark.parametrize(("times", "needed"), [(0, 59), (1, 93), (2, 124)])
def test_a_chance_below_five_percent_is_never_claimed_with_too_few_markets(times: int, needed: int) -> None:
    assert markets_needed(times, 0.05) == needed
    assert upper_chance(times, needed) <= 0.05 < upper_chance(times, needed - 1)


def test_chances_have_exact_bounds() -> None:
    assert upper_chance(0, 100) == pytest.approx(1 - 0.05**0.01)
    assert upper_chance(10, 100) == pytest.approx(0.1637, abs=5e-5)
    assert lower_chance(10, 100) == pytest.approx(0.0553, abs=5e-5)
    assert lower_chance(0, 10) == pytest.approx(0.0)
    assert upper_chance(10, 10) == 1.0


SHAPES: dict[str, tuple[Callable[[np.random.Generator, int], NDArray[Any]], float]] = {
    "differences of counts": (lambda luck, n: 1.0 * luck.poisson(9, n) - luck.poisson(6, n), 3.0),
    "money, skewed": (lambda luck, n: luck.gamma(2.0, 50.0, n), 100.0),
    "a few lucky markets": (lambda luck, n: luck.lognormal(0, 0.5, n), math.exp(0.125)),
}


def held(shape: str, markets: int, trials: int) -> float:
    """The share of studies whose interval holds the mean."""
    draw, mean = SHAPES[shape]
    luck = np.random.default_rng(14)
    found = [mean_interval(draw(luck, markets)) for _ in range(trials)]
    return sum((one.low or 0) <= mean <= (one.high or 0) for one in found) / trials


@pytest.mark.parametrize("shape", SHAPES)
def test_intervals_hold_the_mean_in_93_to_97_of_100(shape: str) -> None:
    assert 0.92 <= held(shape, 30, 600) <= 0.98


@pytest.mark.long
@pytest.mark.parametrize("markets", [12, 20, 50, 100])
@pytest.mark.parametrize("shape", SHAPES)
def test_intervals_hold_the_mean_in_93_to_97_of_100_studies_of_many(shape: str, markets: int) -> None:
    assert 0.93 <= held(shape, markets, 20_000) <= 0.97


@pytest.mark.long
@pytest.mark.parametrize("markets", [12, 20, 50, 100])
def test_ratios_are_held_in_93_to_97_of_100_studies_of_many(markets: int) -> None:
    luck = np.random.default_rng(15)
    hits = 0
    for _ in range(20_000):
        under = np.round(luck.normal(20, 6, markets))
        over = under * 100 + luck.gamma(2, 400, markets)
        found = ratio_interval(over, under)
        hits += (found.low or 0) <= 140 <= (found.high or 0)
    assert 0.93 <= hits / 20_000 <= 0.97
