"""Compare the variants of an experiment of a program: rates and money, each with a 95 % interval.

People are assigned to variants, so they are the units: friends if the experiment is by friend; if it is by referrer,
all friends of one referrer together, who are alike and count for less than as many friends of different referrers.

- A rate has Wilson's interval (Wilson, 1927). Where referrers were drawn, it is of fewer friends than there are: their
  number is divided by the design effect, the error of the rate as a ratio of sums over referrers (Cochran, Sampling
  Techniques, 1977, 9A) compared with that of independent friends.
- Money for each qualified friend is a ratio of two sums over the units; its error is that of such a ratio
  (Cochran, 6.4), and the interval 1.96 errors to each side.
- The difference of two rates has Newcombe's interval (Newcombe, 1998, method 10), that of money Welch's: the errors of
  both add up as squares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Final

from db.read.experiments import FriendResult, friend_results
from db.read.versions import versions
from db.shards.merging import parts_of
from db.sqlite.readonly import snapshots
from simulator.domain.errors import InputError
from simulator.engine.experiments import variant_of
from simulator.program.load import load_program
from simulator.program.model import Experiment, Program
from simulator.program.nearest import shown
from simulator.program.words import either

CONFIDENCE: Final = 0.95
FEWEST: Final = 30
"""The fewest units of a variant that allow an estimate, and for money the fewest with a qualified friend."""
_TINY: Final = 1e-300  # in place of an error of nothing
_Z: Final = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True)
class Interval:
    """A figure with its bounds; both bounds are None if there are too few people."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass
class _Unit:
    """The result of the friends of one drawn person."""

    friends: int = 0
    converted: int = 0
    qualified: int = 0
    minor: int = 0

    def add(self, one: FriendResult) -> None:
        self.friends += 1
        self.converted += one.converted
        self.qualified += one.qualified
        self.minor += one.promised_minor


@dataclass(frozen=True)
class VariantResult:
    """The result of one variant; `drawn` is the number of people drawn into it who are a friend or brought one.

    `conversion` and `qualification` are rates of its friends; `cost` is issued and pending money in minor units for
    each qualified friend.
    """

    name: str
    drawn: int
    friends: int
    converted: int
    qualified: int
    promised_minor: int
    conversion: Interval
    qualification: Interval
    cost: Interval


@dataclass(frozen=True)
class Difference:
    """How a variant differs from the first one of the experiment."""

    variant: str
    conversion: Interval
    qualification: Interval
    cost: Interval


@dataclass(frozen=True)
class ExperimentResult:
    """The variants of an experiment in the file's order, and how each but the first differs from the first.

    Friends are counted from the program version `since_version` on: earlier ones were not split this way.
    """

    experiment: Experiment
    program: Program
    since_version: int
    variants: tuple[VariantResult, ...]
    differences: tuple[Difference, ...] = field(default=())


def compare_variants(path: Path, name: str | None = None) -> ExperimentResult:
    """Compare the variants of an experiment of the newest program in a database; `name` may be left out if it has one.

    Raises:
        InputError: there is no such experiment, or several and no name.
        DatabaseError: the database is missing, damaged, or not one of this program's.

    """
    units: dict[str, dict[str, _Unit]] = defaultdict(lambda: defaultdict(_Unit))
    with snapshots(path, parts_of(path) or [path]) as databases:
        texts = versions(databases[0])
        programs = [load_program(one.text, f"version {one.version}") for one in texts]
        experiment = _chosen(programs[-1], name, path)
        since = len(programs)
        while since > 1 and experiment in programs[since - 2].experiments:
            since -= 1
        for db in databases:
            for one in friend_results(db, versions(db)[since - 1].from_seq):
                person = one.friend if experiment.by == "friend" else one.referrer
                units[variant_of(experiment, person)][person].add(one)
    found = tuple(_result(one.name, list(units[one.name].values())) for one in experiment.variants)
    differences = tuple(_difference(found[0], one) for one in found[1:])
    return ExperimentResult(experiment, programs[-1], since, found, differences)


def _chosen(program: Program, name: str | None, path: Path) -> Experiment:
    names = [one.name for one in program.experiments]
    if not names:
        raise InputError(
            f"{path}: its program has no experiment; give two databases, or one whose program has one"
        )
    if name is None and len(names) == 1:
        return program.experiments[0]
    for one in program.experiments:
        if one.name == name:
            return one
    asked = "which experiment?" if name is None else f"{shown(name)}: no experiment of the program;"
    raise InputError(f"{path}: {asked} it has {either(names)}; give --experiment {names[0]}")


def _result(name: str, units: Sequence[_Unit]) -> VariantResult:
    friends, converted = sum(one.friends for one in units), sum(one.converted for one in units)
    qualified, minor = sum(one.qualified for one in units), sum(one.minor for one in units)
    return VariantResult(
        name=name,
        drawn=len(units),
        friends=friends,
        converted=converted,
        qualified=qualified,
        promised_minor=minor,
        conversion=_rate([(one.converted, one.friends) for one in units]),
        qualification=_rate([(one.qualified, one.friends) for one in units]),
        cost=_cost([(one.minor, one.qualified) for one in units]),
    )


def _rate(pairs: Sequence[tuple[int, int]]) -> Interval:
    """Return a rate of friends with Wilson's interval, at their effective sample size."""
    above, below = sum(a for a, _ in pairs), sum(b for _, b in pairs)
    if not below:
        return Interval(None)
    rate = above / below
    if len(pairs) < FEWEST:
        return Interval(rate)
    worth = float(below)
    if 0 < rate < 1 and len(pairs) < below:  # friends of one referrer, who are alike
        worth = min(worth, rate * (1 - rate) / max(_error(pairs, rate, below) ** 2, _TINY))
    low, high = wilson(rate, worth)
    return Interval(rate, low, high)


def wilson(rate: float, number: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a rate among a number of people."""
    wide = _Z * sqrt(rate * (1 - rate) / number + _Z**2 / (4 * number**2))
    middle, scale = rate + _Z**2 / (2 * number), 1 + _Z**2 / number
    return max(0.0, (middle - wide) / scale), min(1.0, (middle + wide) / scale)


def _cost(pairs: Sequence[tuple[int, int]]) -> Interval:
    """Return money for each qualified friend with its interval."""
    minor, qualified = sum(a for a, _ in pairs), sum(b for _, b in pairs)
    if not qualified:
        return Interval(None)
    value = minor / qualified
    if sum(b > 0 for _, b in pairs) < FEWEST:
        return Interval(value)
    error = _Z * _error(pairs, value, qualified)
    return Interval(value, max(0.0, value - error), value + error)


def _error(pairs: Iterable[tuple[int, int]], ratio: float, below: int) -> float:
    """Return the standard error of a ratio of two sums over units."""
    rests = [above - ratio * under for above, under in pairs]
    return sqrt(len(rests) / (len(rests) - 1) * sum(one * one for one in rests)) / below


def _difference(first: VariantResult, other: VariantResult) -> Difference:
    return Difference(
        other.name,
        difference(first.conversion, other.conversion),
        difference(first.qualification, other.qualification),
        difference(first.cost, other.cost),
    )


def difference(first: Interval, other: Interval) -> Interval:
    """Return how another figure differs from the first, with an interval that combines the errors of both."""
    if first.value is None or other.value is None:
        return Interval(None)
    value = other.value - first.value
    if first.low is None or first.high is None or other.low is None or other.high is None:
        return Interval(value)
    low = value - sqrt((other.value - other.low) ** 2 + (first.high - first.value) ** 2)
    high = value + sqrt((other.high - other.value) ** 2 + (first.value - first.low) ** 2)
    return Interval(value, low, high)
