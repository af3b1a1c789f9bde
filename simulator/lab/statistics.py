"""Sum up figures over markets: bands of a figure, intervals of mean differences and of ratios, bounds of chances.

Markets are independent draws, and designs are compared market by market (paired). The methods, and why these:

- The mean of differences has Willink's interval: Student's, with the third moment taken into account (Willink, 2005,
  "A confidence interval and test for the mean of an asymmetric distribution", Communications in Statistics 34, after
  Johnson, 1978, and Hall, 1992). With no skewness it is Student's. The skewness that a few values show is mostly
  chance, so it counts up to a limit: without one, an interval of six values may be five times as wide. Of 10 to 100
  exponential values it holds the mean in 93 to 95 of 100 trials, Student's in 90 to 95, a BCa bootstrap in 86 to 94.
- A ratio of two means (money for each further customer) has Fieller's interval (Fieller, 1954, "Some problems in
  interval estimation", JRSS B 16). Of 10 to 100 markets it holds the ratio in 93 to 97 of 100, a BCa bootstrap in 88 to
  95. It has no bounds if the mean below could be zero, and then no figure is given.
- A chance has the exact bounds of Clopper and Pearson (1934).

Pure and without random numbers: the same figures have the same intervals.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CONFIDENCE: Final = 0.95
FEWEST: Final = 5
"""The fewest markets that an interval is given for, and the fewest that differ from the rest: the
spread of rarer ones is not known."""
_MOST_BENT: Final = 0.8
"""The most that 6 a t may be, of the skewness a of the mean and Student's t: at 1 the cubic turns over."""
BAND: Final = (0.05, 0.95)
"""The shares of markets below the lower and the upper end of a band."""


@dataclass(frozen=True)
class Interval:
    """A figure and its confidence bounds; both are None if there are too few markets, or nothing to divide by."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def bounded(self) -> bool:
        """Return whether there are bounds."""
        return self.low is not None and self.high is not None

    @property
    def sign(self) -> int:
        """Return 1 if the whole interval is above 0, -1 if it is below, 0 if it contains 0 or has no bounds."""
        if self.low is None or self.high is None:
            return 0
        return (self.low > 0) - (self.high < 0)

    @property
    def half_width(self) -> float:
        """Return half of the distance between the bounds; infinite without bounds."""
        return math.inf if self.low is None or self.high is None else (self.high - self.low) / 2


@dataclass(frozen=True)
class Band:
    """How a figure is spread over markets: its median, and the values that 5 and 95 % of markets are below."""

    median: float
    low: float
    high: float


def band(values: Floats) -> Band | None:
    """Return the band of the values that are numbers, or None if none is."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    low = np.quantile(known, BAND[0], method="lower")  # of a market, not between two
    high = np.quantile(known, BAND[1], method="higher")
    return Band(float(np.median(known)), float(low), float(high))


def mean_interval(values: Floats, confidence: float = CONFIDENCE) -> Interval:
    """Return the mean of one value per market with Willink's interval; values that are not numbers are left out.

    The interval has no bounds if there are fewer than FEWEST markets, or if fewer than that differ from the others,
    which are all alike: so few don't show how often such markets occur.
    """
    known = values[~np.isnan(values)]
    count = len(known)
    if not count:
        return Interval(None)
    mean = float(known.mean())
    if count < FEWEST:
        return Interval(mean)
    error = float(known.std(ddof=1)) / math.sqrt(count)
    if error <= abs(mean) * 1e-12:  # alike in all markets, but for rounding
        return Interval(mean, mean, mean)
    if int((known != np.median(known)).sum()) < min(FEWEST, count - 1):  # one may itself be the median
        return Interval(mean)
    third = count / ((count - 1) * (count - 2)) * float(((known - mean) ** 3).sum())
    t = student_quantile((1 + confidence) / 2, count - 1)
    most = _MOST_BENT / (6 * t)
    skew = max(-most, min(most, third / (6 * count**2 * error**3)))  # of the mean: m3 / (6 √n s³)
    return Interval(mean, mean - error * _unskewed(t, skew), mean - error * _unskewed(-t, skew))


def _unskewed(t: float, skew: float) -> float:
    """Return the x with x + 2 a x² + 4/3 a² x³ + a = t (Hall's cubic, solved by Willink), for the skewness a."""
    if abs(skew) < 1e-9:
        return t
    return (math.cbrt(1 + 6 * skew * (t - skew)) - 1) / (2 * skew)


def ratio_interval(over: Floats, under: Floats, confidence: float = CONFIDENCE) -> Interval:
    """Return the mean of `over` divided by the mean of `under`, one of each per market, with Fieller's interval.

    The interval has no bounds if the mean of `under` could be 0 by chance, and no value if it is 0.
    """
    count = len(over)
    if not count or not under.mean():
        return Interval(None)
    above, below = float(over.mean()), float(under.mean())
    ratio = above / below
    if count < FEWEST:
        return Interval(ratio)
    t = student_quantile((1 + confidence) / 2, count - 1)
    (over_var, both), (_, under_var) = np.cov(over, under) / count
    a = below**2 - t**2 * float(under_var)
    b = above * below - t**2 * float(both)
    c = above**2 - t**2 * float(over_var)
    if a <= 0:
        return Interval(ratio)
    root = math.sqrt(max(0.0, b * b - a * c))
    return Interval(ratio, (b - root) / a, (b + root) / a)


def share_above(values: Floats) -> float | None:
    """Return the share of markets in which a value is above 0, or None if no value is a number."""
    known = values[~np.isnan(values)]
    return float((known > 0).mean()) if len(known) else None


@lru_cache(maxsize=1024)
def student_quantile(share: float, freedom: int) -> float:
    """Return the value that a share (above one half) of Student's distribution with `freedom` degrees is below."""
    inside = 2 * share - 1
    high = 2.0
    while _student_inside(high, freedom) < inside:
        high *= 2
    return _root(lambda t: _student_inside(t, freedom) - inside, 0.0, high)


def chance_below(values: Floats) -> float:
    """Return the chance that the true mean of one difference per market is below 0, one-sided by Student's t."""
    known = values[~np.isnan(values)]
    count = len(known)
    mean = float(known.mean()) if count else 0.0
    error = float(known.std(ddof=1)) / math.sqrt(count) if count > 1 else 0.0
    if not error:
        return 0.5 if not mean else float(mean < 0)
    outside = 1 - _student_inside(abs(mean) / error, count - 1)
    return outside / 2 if mean > 0 else 1 - outside / 2


def _student_inside(t: float, freedom: int) -> float:
    """Return the chance to be within ±t (Abramowitz and Stegun, 1964, 26.7.3 and 26.7.4: finite sums)."""
    angle = math.atan2(t, math.sqrt(freedom))
    square = math.cos(angle) ** 2
    odd = freedom % 2 == 1
    first = math.cos(angle) if odd else 1.0
    steps = np.arange(3.0 if odd else 2.0, freedom - 1 + odd, 2)
    terms = np.cumprod(np.concatenate(([first], square * (steps - 1) / steps)))
    total = math.sin(angle) * float(terms.sum())
    if not odd:
        return total
    return (angle + total) * 2 / math.pi if freedom > 1 else angle * 2 / math.pi


def upper_chance(times: int, markets: int, confidence: float = CONFIDENCE) -> float:
    """Return the highest chance that still fits `times` of `markets`, one-sided and exact (Clopper and Pearson)."""
    if times >= markets:
        return 1.0
    return _root(lambda chance: 1 - confidence - _at_most(times, markets, chance), 0.0, 1.0)


def lower_chance(times: int, markets: int, confidence: float = CONFIDENCE) -> float:
    """Return the lowest chance that still fits `times` of `markets`, one-sided and exact."""
    return 1 - upper_chance(markets - times, markets, confidence)


def markets_needed(times: int, limit: float, confidence: float = CONFIDENCE) -> int:
    """Return how many markets it takes to show that a chance is below `limit`, if it happens in `times` of them.

    For 5 % with 95 % confidence: 59 for no market, 93 for one, 124 for two.
    """
    markets = times + 1
    while _at_most(times, markets, limit) > 1 - confidence:
        markets += 1
    return markets


def _at_most(times: int, markets: int, chance: float) -> float:
    """Return the chance of at most `times` of `markets`."""
    if chance <= 0:
        return 1.0
    if chance >= 1:
        return 1.0 if times >= markets else 0.0
    odds = math.log(chance), math.log1p(-chance)
    return math.fsum(
        math.exp(
            math.lgamma(markets + 1)
            - math.lgamma(k + 1)
            - math.lgamma(markets - k + 1)
            + k * odds[0]
            + (markets - k) * odds[1]
        )
        for k in range(times + 1)
    )


def _root(rises: Callable[[float], float], low: float, high: float) -> float:
    """Find where a function that rises from below 0 to above 0 is 0, by halving."""
    for _ in range(80):
        middle = (low + high) / 2
        if rises(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
