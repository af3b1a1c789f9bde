"""Define what a search looks for: the most or the least of a figure, within limits that hold in enough markets.

A limit is `FIGURE <= NUMBER in 95%` (it holds in at least that share of years), `FIGURE <= NUMBER` (the
mean over markets keeps it), or `budget_ended < 5%` (it happens in fewer of the years). Money is in major units, such as
50000 or 1250.50.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.errors import InputError
from simulator.domain.spans import DAY_MS
from simulator.lab.measures import Measure, find_measure
from simulator.lab.statistics import Floats, lower_chance, upper_chance

Verdict = Literal["shown", "likely", "broken"]
_LIMIT = re.compile(
    r"\s*([a-z_]+)\s*(<=|>=|<|>)\s*([0-9]+(?:\.[0-9]+)?)\s*(%?)\s*(?:in\s+([0-9]+(?:\.[0-9]+)?)\s*%)?\s*"
)
_FORM: Final = "write FIGURE <= NUMBER in 95%, FIGURE <= NUMBER (of the mean), or budget_ended < 5%"
_LEAST: Final = 1e-9  # of a limit that is broken, if only just


@dataclass(frozen=True)
class Limit:
    """A limit of a figure. `bound` is in its own unit (minor units, milliseconds).

    `allowed` is the share of markets that may break it, None if the limit is on the mean.
    """

    text: str
    measure: Measure
    sign: str
    bound: float
    allowed: float | None

    def broken(self, markets: pl.DataFrame) -> int:
        """Return in how many of a design's markets the limit is broken; markets without the figure don't count."""
        values = self.measure.of(markets)
        return int(np.sum(~self._holds(values) & ~np.isnan(values)))

    def excess(self, markets: pl.DataFrame) -> float:
        """Return by how much a design seems to break the limit; 0 if it seems to keep it.

        It seems to keep it if the median-unbiased estimate of the chance of breaking it is allowed. Otherwise the
        excess of a figure is how far its quantile (or its mean) is beyond the bound, as a fraction of the bound; that
        of an event is the excess of its chance.
        """
        values = self.measure.of(markets)
        if self.allowed is None:
            return self._beyond(float(np.nanmean(values)))
        times = self.broken(markets)
        over = lower_chance(times, markets.height, 0.5) - self.allowed if times else 0.0
        if over <= 0 or self.measure.unit == "share":
            return max(0.0, over)
        share = 1 - self.allowed if self.sign.startswith("<") else self.allowed
        return max(_LEAST, self._beyond(float(np.nanquantile(values, share))))

    def _beyond(self, value: float) -> float:
        """Return how far a value is beyond the bound, as a fraction of the bound; 0 if it is within."""
        if bool(self._holds(np.array([value]))[0]):
            return 0.0
        return max(_LEAST, abs(value - self.bound) / max(1.0, abs(self.bound)))

    def verdict(self, markets: pl.DataFrame) -> Verdict:
        """Return whether markets show that the limit is kept (95 % confidence), make it likely, or break it."""
        if self.allowed is None:
            return "broken" if self.excess(markets) else "likely"
        times = self.broken(markets)
        if upper_chance(times, markets.height) <= self.allowed:
            return "shown"
        return "likely" if times <= self.allowed * markets.height else "broken"

    def _holds(self, values: Floats) -> NDArray[np.bool_]:
        known = np.nan_to_num(values)
        return {
            "<": known < self.bound,
            "<=": known <= self.bound,
            ">": known > self.bound,
            ">=": known >= self.bound,
        }[self.sign]


@dataclass(frozen=True)
class Goal:
    """What is wanted: the most (or least) of a figure's mean over markets, within limits."""

    measure: Measure
    most: bool
    limits: tuple[Limit, ...] = ()

    def worth(self, markets: pl.DataFrame) -> float:
        """Return how good a design's mean is: higher is better, -infinity if no market has the figure."""
        values = self.measure.of(markets)
        if np.isnan(values).all():
            return -np.inf
        mean = float(np.nanmean(values))
        return mean if self.most else -mean

    def excess(self, markets: pl.DataFrame) -> float:
        """Return by how much a design seems to break all limits together."""
        return sum(limit.excess(markets) for limit in self.limits)


def parse_limit(text: str, digits: int) -> Limit:
    """Parse a limit; `digits` are those of the currency.

    Raises:
        InputError: the text has another form, or there is no such figure.

    """
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise InputError(f"--subject-to {text}: {_FORM}")
    key, sign, number, percent, share = found.groups()
    measure = find_measure(key, f"--subject-to {text}")
    if measure.unit == "share":
        if not percent or share or sign not in ("<", "<="):
            raise InputError(f"--subject-to {text}: {key} either happens or doesn't; write {key} < 5%")
        return Limit(text, measure, "<", 0.5, _share(number, text))
    if percent:
        raise InputError(f"--subject-to {text}: {key} is not a share; {_FORM}")
    scale = {"money": 10**digits, "duration": DAY_MS}.get(measure.unit, 1)
    allowed = None if share is None else 1 - _share(share, text)
    return Limit(text, measure, sign, float(Decimal(number) * scale), allowed)


def _share(number: str, text: str) -> float:
    share = float(Decimal(number) / 100)
    if not 0 < share < 1:
        raise InputError(f"--subject-to {text}: {number}% is out of range; write a share between 0 and 100%")
    return share


def parse_goal(most: str | None, least: str | None, limits: Sequence[str], digits: int) -> Goal:
    """Return the goal that the options describe.

    Raises:
        InputError: not exactly one of `most` and `least` is given, or a text names no figure.

    """
    if (most is None) == (least is None):
        raise InputError(
            "what is wanted? give either --most FIGURE or --least FIGURE, such as --most qualified"
        )
    measure = find_measure(most, "--most") if most is not None else find_measure(str(least), "--least")
    return Goal(measure, most is not None, tuple(parse_limit(text, digits) for text in limits))
