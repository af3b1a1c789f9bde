"""Estimate a rate with confidence bounds from clustered observations.

Clicks are not independent: all friends of one post are moved by one post, all friends of one referrer come through
one person. So a rate is taken as a ratio of two sums over referrers, R = Σy / Σx, and its error by Taylor
linearisation: Var R = n/(n-1) · Σ(yᵢ - R·xᵢ)² / (Σx)² over the n referrers (Cochran, Sampling Techniques, 1977,
6.4 and 9A; what survey packages print for a ratio with clusters). The bounds are R ± z standard errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CONFIDENCE: Final = 0.999
"""Confidence of each figure: with some fifty in a table, one lies outside by chance in about one run in twenty."""

_Z: Final = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True)
class Estimate:
    """A rate and its bounds; `numerator` and `denominator` are the sums it is made of."""

    value: float
    low: float
    high: float
    numerator: float
    denominator: float

    def meets(self, low: float, high: float) -> bool:
        """Return whether the bounds overlap a published figure or range."""
        return self.low <= high and low <= self.high


def ratio(numerators: Floats, denominators: Floats) -> Estimate | None:
    """Return the ratio of two sums over clusters with its bounds, or None if the divisor is zero."""
    below = float(denominators.sum())
    count = len(denominators)
    if below <= 0 or count < 2:  # one cluster says nothing about its error
        return None
    above = float(numerators.sum())
    value = above / below
    rest = numerators - value * denominators
    error = _Z * float(np.sqrt(count / (count - 1) * np.square(rest).sum())) / below
    return Estimate(value, max(0.0, value - error), value + error, above, below)
