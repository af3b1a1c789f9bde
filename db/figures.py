"""The figures people read first: the funnel and the headline numbers, from rollups, with their formulas.

Pure functions over totals and buckets of time; no database, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Rollup = Mapping[str, tuple[int, int]]
"""By metric: how many, and how much (minor units or milliseconds)."""

Unit = Literal["share", "ratio", "money", "duration"]

STAGES = ("reached", "visited", "claimed", "eligible", "converted", "qualified", "rewarded")

STAGE_MEANING: dict[str, str] = {
    "reached": "People who saw a referral: what the shares said they reached, and never fewer than visited.",
    "visited": "Friends who opened a referral link, or typed a code (which implies it).",
    "claimed": "Friends who claimed the offer, or typed a code at the till (which implies it).",
    "eligible": "Friends found to be eligible, or who converted (which implies it).",
    "converted": "Friends with a conversion: the event that the client's back-end confirms.",
    "qualified": "Friends with a conversion that passed every rule of the program.",
    "rewarded": "Friends whose conversion has led to an issued reward.",
}

METRICS = (
    "event.referral.shared",
    *(f"stage.{stage}" for stage in STAGES[1:]),
    "referrer.linked",
    "referrer.sharing",
    "reward.issued",
    "reward.pending",
    "reward.revoked",
    "time_to_reward",
    "receipt.accepted",
)
"""The metrics that the figures below need by the hour."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the funnel; `rate` is its share of the stage before (null where there is none)."""

    name: str
    count: int
    rate: float | None
    series: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Headline:
    """One headline number: `numerator / denominator`, or the numerator alone where there is no denominator.

    Money is in minor units, durations in milliseconds. `series` runs to now, one value a bucket, null where
    there was nothing to divide by; `trend` says what it shows. `lines` is how many rewards
    a sum of money is of.
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

    @property
    def value(self) -> float | None:
        """The number itself; null where there is nothing to divide by."""
        if self.denominator is None:
            return float(self.numerator)
        return self.numerator / self.denominator if self.denominator else None

    @property
    def formula(self) -> str:
        """How the number is made, in words."""
        return (
            self.numerator_is
            if self.denominator_is is None
            else f"{self.numerator_is} ÷ {self.denominator_is}"
        )


def funnel(totals: Rollup, buckets: Sequence[Rollup] = ()) -> tuple[Stage, ...]:
    """Make the stages with counts and step rates; a stage's series is how many entered it in each bucket."""
    counts = [_reached(totals), *(_count(totals, f"stage.{stage}") for stage in STAGES[1:])]
    series = [tuple(_reached(bucket) for bucket in buckets)]
    series += [tuple(_count(bucket, f"stage.{stage}") for bucket in buckets) for stage in STAGES[1:]]
    before = [0, *counts]
    return tuple(
        Stage(name, counts[i], counts[i] / before[i] if before[i] else None, series[i])
        for i, name in enumerate(STAGES)
    )


def headlines(totals: Rollup, buckets: Sequence[Rollup] = ()) -> tuple[Headline, ...]:
    """Make the seven headline numbers, in the order they are shown."""
    linked = _count(totals, "referrer.linked")
    qualified = _count(totals, "stage.qualified")
    issued = _value(totals, "reward.issued")
    linked_by, qualified_by = (
        _upto(totals, buckets, "referrer.linked"),
        _upto(totals, buckets, "stage.qualified"),
    )
    at_end = "the number as it stood at the end of each"
    return (
        Headline(
            "participation",
            "Participation",
            "share",
            _count(totals, "referrer.sharing"),
            linked,
            "referrers who shared",
            "referrers with a link",
            "How many of those who could share did.",
            at_end,
            _ratios(_upto(totals, buckets, "referrer.sharing"), linked_by),
        ),
        Headline(
            "k",
            "K factor",
            "ratio",
            qualified,
            linked,
            "qualified friends",
            "referrers with a link",
            "New customers that one referrer brings. Above 1 the program grows by itself.",
            at_end,
            _ratios(qualified_by, linked_by),
        ),
        Headline(
            "cost",
            "Cost per customer",
            "money",
            issued,
            qualified,
            "rewards issued",
            "qualified friends",
            "What one acquired customer has cost in rewards so far.",
            at_end,
            _ratios(_upto(totals, buckets, "reward.issued", value=True), qualified_by),
        ),
        Headline(
            "issued",
            "Issued",
            "money",
            issued,
            None,
            "rewards issued, without those clawed back",
            None,
            "Money given out to referrers and friends, and not taken back.",
            "what was issued in each",
            tuple(float(max(0, _value(bucket, "reward.issued"))) for bucket in buckets),
            _count(totals, "reward.issued"),
        ),
        Headline(
            "pending",
            "Pending liability",
            "money",
            _value(totals, "reward.pending"),
            None,
            "rewards qualified and not yet due",
            None,
            "Money promised: due when the cooling-off is over, unless voided, capped or unfunded.",
            at_end,
            tuple(float(level) for level in _upto(totals, buckets, "reward.pending", value=True)),
            _count(totals, "reward.pending"),
        ),
        Headline(
            "clawed",
            "Clawed back",
            "money",
            _value(totals, "reward.revoked"),
            None,
            "rewards revoked after they were issued",
            None,
            "Money that was taken back because the conversion was reversed in time.",
            "what was clawed back in each",
            tuple(float(_value(bucket, "reward.revoked")) for bucket in buckets),
            _count(totals, "reward.revoked"),
        ),
        Headline(
            "time",
            "Time to reward",
            "duration",
            _value(totals, "time_to_reward"),
            _count(totals, "time_to_reward"),
            "time from conversion to issue, summed",
            "rewards issued",
            "How long a person waits for the reward, on average, from the moment of the conversion.",
            "the mean of what was issued in each",
            _ratios(_each(buckets, "time_to_reward", _value), _each(buckets, "time_to_reward", _count)),
        ),
    )


def _count(rollup: Rollup, metric: str) -> int:
    return rollup.get(metric, (0, 0))[0]


def _value(rollup: Rollup, metric: str) -> int:
    return rollup.get(metric, (0, 0))[1]


def _reached(rollup: Rollup) -> int:
    return max(_value(rollup, "event.referral.shared"), _count(rollup, "stage.visited"))


def _each(buckets: Iterable[Rollup], metric: str, read: Callable[[Rollup, str], int]) -> list[int]:
    return [read(bucket, metric) for bucket in buckets]


def _upto(totals: Rollup, buckets: Sequence[Rollup], metric: str, *, value: bool = False) -> list[int]:
    """Sum since the start, as it stood at each bucket's end, counted back from the total."""
    read = _value if value else _count
    level = read(totals, metric)
    levels: list[int] = []
    for bucket in reversed(buckets):
        levels.append(level)
        level -= read(bucket, metric)
    return levels[::-1]


def _ratios(over: Sequence[int], under: Sequence[int]) -> tuple[float | None, ...]:
    return tuple(a / b if b else None for a, b in zip(over, under, strict=True))
