"""Compute the funnel and the numbers of `simulator.domain.definitions` from rollups.

Pure functions over totals and time buckets; no database, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.domain.definitions import DEFINITIONS, HEADLINES, STAGES, Definition, Rollup, Term, Unit


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the funnel; `rate` is its share of the stage before (None if that is empty)."""

    name: str
    count: int
    rate: float | None
    series: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline number: `numerator / denominator`, or the numerator alone if there is no denominator.

    Money is in minor units, durations in milliseconds. `series` has a value for each bucket up to now, None where the
    denominator is 0; `trend` says what it shows. `lines` is the number of rewards that a sum of money is of.
    """

    key: str
    title: str
    unit: Unit
    numerator: int
    denominator: int | None
    numerator_is: str
    denominator_is: str | None
    meaning: str
    trend: str
    series: tuple[float | None, ...]
    lines: int | None = None
    parts: tuple[tuple[str, int], ...] = ()
    """The numbers that add up to the numerator, by title."""

    @property
    def shares(self) -> tuple[tuple[str, float], ...]:
        """The contribution of each part to the number, by title; they add up to it."""
        return tuple((title, minor / self.denominator) for title, minor in self.parts if self.denominator)

    @property
    def value(self) -> float | None:
        """The number itself; None if the denominator is 0."""
        if self.denominator is None:
            return float(self.numerator)
        return self.numerator / self.denominator if self.denominator else None

    @property
    def nothing_issued(self) -> bool:
        """Whether the number is about issued rewards and none was issued; a 0 would claim that customers are free."""
        return self.key in ("cost", "time") and not self.numerator

    @property
    def shown(self) -> float | None:
        """The number as shown to people; None also if nothing was issued yet."""
        return None if self.nothing_issued else self.value

    @property
    def formula(self) -> str:
        """The formula in words."""
        return (
            self.numerator_is
            if self.denominator_is is None
            else f"{self.numerator_is} ÷ {self.denominator_is}"
        )


def funnel(totals: Rollup, buckets: Sequence[Rollup] = ()) -> tuple[Stage, ...]:
    """Compute the stages with counts and step rates; a stage's series counts who entered it in each bucket."""
    counts = [_reached(totals), *(_count(totals, f"stage.{stage}") for stage in STAGES[1:])]
    series = [tuple(_reached(bucket) for bucket in buckets)]
    series += [tuple(_count(bucket, f"stage.{stage}") for bucket in buckets) for stage in STAGES[1:]]
    before = [0, *counts]
    return tuple(
        Stage(name, counts[i], counts[i] / before[i] if before[i] else None, series[i])
        for i, name in enumerate(STAGES)
    )


METRICS = tuple(
    dict.fromkeys(
        (
            "event.referral.shared",
            *(f"stage.{stage}" for stage in STAGES[1:]),
            *(
                metric
                for key in HEADLINES
                for term in (DEFINITIONS[key].over, DEFINITIONS[key].under)
                if term is not None
                for metric in term.metrics
            ),
        )
    )
)
"""The metrics that the funnel and the headline numbers need by hour."""


def headlines(totals: Rollup, buckets: Sequence[Rollup] = ()) -> tuple[Headline, ...]:
    """Compute the seven headline numbers, in the order in which they are shown."""
    return tuple(figure(key, totals, buckets) for key in HEADLINES)


def figure(key: str, totals: Rollup, buckets: Sequence[Rollup] = ()) -> Headline:
    """Compute a number of DEFINITIONS, with its values over the buckets, the newest last."""
    one = DEFINITIONS[key]
    over, under = one.over.of(totals), None if one.under is None else one.under.of(totals)
    money = one.unit == "money" and one.under is None
    return Headline(
        key=one.key,
        title=one.title,
        unit=one.unit,
        numerator=over,
        denominator=under,
        numerator_is=one.over.words,
        denominator_is=None if one.under is None else one.under.words,
        meaning=one.meaning,
        trend=one.flow or "the number as it stood at the end of each",
        series=_course(one, totals, buckets),
        lines=one.over.lines(totals) if money else None,
        parts=tuple(
            (DEFINITIONS[part].title.lower(), DEFINITIONS[part].over.of(totals)) for part in one.parts
        ),
    )


def _course(one: Definition, totals: Rollup, buckets: Sequence[Rollup]) -> tuple[float | None, ...]:
    def side(term: Term) -> list[int]:
        if one.flow:
            return [term.of(bucket) for bucket in buckets]
        return _levels(term.of(totals), [term.of(bucket) for bucket in buckets])

    if one.under is not None:
        return tuple(a / b if b else None for a, b in zip(side(one.over), side(one.under), strict=True))
    return tuple(float(max(0, number)) for number in side(one.over))


def _count(rollup: Rollup, metric: str) -> int:
    return rollup.get(metric, (0, 0))[0]


def _value(rollup: Rollup, metric: str) -> int:
    return rollup.get(metric, (0, 0))[1]


def _reached(rollup: Rollup) -> int:
    return max(_value(rollup, "event.referral.shared"), _count(rollup, "stage.visited"))


def _levels(level: int, moves: Sequence[int]) -> list[int]:
    """Return a running sum as it stood at each bucket's end, counted back from the total."""
    levels: list[int] = []
    for move in reversed(moves):
        levels.append(level)
        level -= move
    return levels[::-1]
