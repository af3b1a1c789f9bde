"""Report a study in sentences, honestly: what an interval covers, and if markets are too few to tell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from referral_tui import figures, study_numbers
from referral_tui.study_numbers import count, ends, of_100, signed, signed_span, span

if TYPE_CHECKING:
    from simulator.lab.measures import Measure
    from simulator.lab.statistics import Band, Interval
    from simulator.lab.summary import DesignSummary, Difference
    from simulator.lab.vary import Design

YEAR_DAYS = 365
LUCK_HOLDS = (
    "Bands and intervals hold luck alone: how people respond to an offer is as the world file has it."
)
BOTH_HOLD = "Bands hold luck and what is assumed of how people respond to an offer: each market draws both."


@dataclass(frozen=True)
class Ground:
    """What all markets of a study have in common, as its sentences need it."""

    referrers: int
    days: int
    currency: str
    digits: int
    drawn: bool = False
    """Whether each market draws its own response to an offer, within the assumed ranges."""

    @property
    def bands_hold(self) -> str:
        """What bands and chances include, in a sentence."""
        return BOTH_HOLD if self.drawn else LUCK_HOLDS

    @property
    def span(self) -> str:
        """The length of a market, in words that end a sentence: `a year`, `in 90 days`."""
        return "a year" if self.days == YEAR_DAYS else f"in {figures.counted(self.days, 'day')}"

    def money(self, minor: float | None) -> str:
        """Format money, without decimals if it is large."""
        return study_numbers.money(minor, self.currency, self.digits)

    def value(self, measure: Measure, value: float | None) -> str:
        """Format the value of a figure by its unit."""
        if value is None:
            return figures.NOTHING
        if measure.unit == "count":
            return count(value)
        if measure.unit == "day":
            return f"day {value:.0f}"
        if measure.unit == "money":
            return self.money(value)
        return figures.number(value, measure.unit, self.currency, self.digits)

    def change(self, measure: Measure, value: float | None) -> str:
        """Format a difference of a figure with its sign; shares in points."""
        if value is None:
            return figures.NOTHING
        size = abs(value)
        if measure.unit == "share":
            text = f"{100 * size:.1f} points"
        elif measure.unit == "day":
            text = f"{size:.1f} days"
        else:
            text = self.value(measure, size)
        return signed(text, value)


def named(name: str) -> str:
    """Name a design of a grid within a sentence."""
    return "the design as it is" if name == "as it is" else name


def of_markets(times: int, markets: int) -> str:
    """Say in how many markets: `in 3 of 100 markets`, `in all 100 markets`."""
    if times == markets:
        return f"in all {markets} markets" if markets > 1 else "in the one market"
    return f"in {times} of {figures.counted(markets, 'market')}"


def verdict(first: DesignSummary, other: DesignSummary, ground: Ground, budget: bool) -> str:
    """Say in a sentence what a design brings compared with the first, at what price, and how its budget lasts."""
    if ground.drawn:
        words = f"{_may_bring(first, other, ground)}{_may_cost(other, ground)}"
    else:
        words = f"{_brings(first, other, ground)}{_costs(other, ground)}"
    return f"{words}{f'; {_lasts(other, ground)}' if budget else ''}."


def alone(one: DesignSummary, ground: Ground, budget: bool) -> str:
    """Say in a sentence what a design brings that is compared with no other."""
    customers, cost = one.bands["qualified"], one.bands["cost"]
    words = f"{one.name} brings {_band(customers, count)} new customers {ground.span}"
    if cost is not None:
        words += f" at {_band(cost, ground.money)} each"
    words += _of_ten(one.markets)
    return f"{words}{f'; {_lasts(one, ground)}' if budget else ''}."


def _of_ten(markets: int) -> str:
    return " in nine of ten markets" if markets >= 20 else f" (all of {markets} markets lie about there)"


def _may_bring(first: DesignSummary, other: DesignSummary, ground: Ground) -> str:
    """Say what a design brings if each market draws how people respond: the spread of single markets."""
    apart = other.differences["qualified"]
    band = apart.band
    if band is None or band.low == band.high == 0:
        everywhere = of_markets(other.markets, other.markets)
        return f"{other.name} brings as many customers {ground.span} as {named(first.name)} {everywhere}"
    if band.low < 0 < band.high:
        brings = _either(band.low, band.high)
    else:
        word = "more" if band.high > 0 else "fewer"
        brings = f"{span(*sorted((abs(band.low), abs(band.high))))} {word}"
    more = round((apart.above or 0.0) * other.markets)
    often = "" if band.low >= 0 or band.high <= 0 else f", more {of_markets(more, other.markets)}"
    return (
        f"With luck and response drawn, {other.name} brings {brings} customers {ground.span} than {named(first.name)}"
        f"{_of_ten(other.markets)}{often}"
    )


def _may_cost(other: DesignSummary, ground: Ground) -> str:
    band = other.differences["promised"].band
    if band is None or band.low == band.high == 0:
        return ", and it pays out the same"
    if band.low < 0 < band.high:
        return f", and pays out between {ground.money(-band.low)} less and {ground.money(band.high)} more"
    ends = sorted((abs(band.low), abs(band.high)))
    word = "more" if band.high > 0 else "less"
    return f", and pays out {ground.money(ends[0])} to {ground.money(ends[1])} {word}"


def _band(band: Band | None, write: object) -> str:
    if band is None or not callable(write):
        return "no"
    low, high = write(band.low), write(band.high)
    return str(low) if low == high else f"{low} to {high}"


def _brings(first: DesignSummary, other: DesignSummary, ground: Ground) -> str:
    mean = other.differences["qualified"].mean
    if mean.low is None or mean.high is None:
        more = mean.value or 0.0
        word = "more" if more >= 0 else "fewer"
        return (
            f"{other.name} brought {count(abs(more))} {word} customers {ground.span} than {named(first.name)} on "
            f"average, but {_too_few(other.markets)} to say how certain that is"
        )
    if mean.low == mean.high == 0:
        everywhere = of_markets(other.markets, other.markets)
        return f"{other.name} brings as many customers {ground.span} as {named(first.name)} {everywhere}"
    if mean.sign == 0:
        return (
            f"Whether {other.name} brings more customers {ground.span} than {named(first.name)} can't be told from "
            f"{figures.counted(other.markets, 'market')} ({_either(mean.low, mean.high)})"
        )
    word = "more" if mean.sign > 0 else "fewer"
    size = span(*sorted((abs(mean.low), abs(mean.high))))
    return f"{other.name} brings {size} {word} customers {ground.span} than {named(first.name)}"


def _either(low: float, high: float) -> str:
    """Say that a design brings fewer customers, or more."""
    fewer, more = ends(-low, high)
    return f"between {fewer} fewer and {more} more"


def _too_few(markets: int) -> str:
    """Say what is too few: the markets, or those in which the designs differ."""
    from simulator.lab.statistics import FEWEST

    if markets >= FEWEST:
        return f"fewer than {FEWEST} of {markets} markets differ, too few"
    return f"{figures.counted(markets, 'market')} {'is' if markets == 1 else 'are'} too few"


def _costs(other: DesignSummary, ground: Ground) -> str:
    money, customers = other.differences["promised"].mean, other.differences["qualified"].mean
    if money.low is None or money.high is None:
        return ""
    each = other.each_further
    if customers.sign > 0 and money.sign > 0 and each.low is not None and each.high is not None:
        return f" and costs {_span(each, ground)} for each"
    unknown = customers.sign == 0
    if money.low == money.high == 0:
        return " and pays out the same" if not unknown else ", and it pays out the same"
    if money.sign == 0:
        words = f"about the same (between {ground.money(-money.low)} less and {ground.money(money.high)} more in all)"
    else:
        ends = sorted((abs(money.low), abs(money.high)))
        word = "more" if money.sign > 0 else "less"
        words = f"{ground.money(ends[0])} to {ground.money(ends[1])} {word} in all"
    return f", and it pays out {words}" if unknown else f" and pays out {words}"


def _span(each: Interval, ground: Ground) -> str:
    return f"{ground.money(each.low)} to {ground.money(each.high)}"


def _lasts(one: DesignSummary, ground: Ground) -> str:
    from simulator.lab.statistics import upper_chance

    end = (
        "the year is over"
        if ground.days == YEAR_DAYS
        else f"the {figures.counted(ground.days, 'day')} {'is' if ground.days == 1 else 'are'} over"
    )
    if one.budget_ended:
        return f"{of_markets(one.budget_ended, one.markets)} its budget ends before {end}"
    most = of_100(upper_chance(0, one.markets))
    return f"its budget lasts {of_markets(one.markets, one.markets)} (so it ends in fewer than {most} of 100)"


def mean_words(measure: Measure, mean: Interval, ground: Ground) -> str:
    """Format a mean, with its interval if there is one: `431 to 449`."""
    if mean.low is None or mean.high is None:
        return ground.value(measure, mean.value)
    if measure.unit == "count":
        return span(mean.low, mean.high)
    return f"{ground.value(measure, mean.low)} to {ground.value(measure, mean.high)}"


def apart(measure: Measure, one: Difference, ground: Ground) -> str:
    """Format a difference's uncertainty: the interval of its mean, or if responses are drawn the spread of markets."""
    if not ground.drawn:
        return interval(measure, one.mean, ground)
    if one.band is None:
        return figures.NOTHING
    if measure.unit == "count":
        return signed_span(one.band.low, one.band.high)
    return f"{ground.change(measure, one.band.low)} to {ground.change(measure, one.band.high)}"


def interval(measure: Measure, mean: Interval, ground: Ground) -> str:
    """Format a difference's interval: `+41 to +66`, or a dash without bounds."""
    if mean.low is None or mean.high is None:
        return figures.NOTHING
    if measure.unit == "count":
        return signed_span(mean.low, mean.high)
    return f"{ground.change(measure, mean.low)} to {ground.change(measure, mean.high)}"


def warnings(summaries: Sequence[DesignSummary]) -> Iterator[str]:
    """Yield what a reader should know about the numbers: if markets are too few."""
    from simulator.lab.statistics import FEWEST, markets_needed

    markets = summaries[0].markets
    if markets < FEWEST:
        few = figures.counted(markets, "market")
        yield f"{few}: too few for intervals; {FEWEST} are the fewest, --markets gives more."
    elif markets < markets_needed(0, 0.05) and not any(one.budget_ended for one in summaries):
        yield (
            f"To show that a budget ends in fewer than 5 of 100 years takes {markets_needed(0, 0.05)} markets in which "
            f"it never does; these are {markets}."
        )


def same_people(designs: Sequence[Design]) -> Iterator[str]:
    """Yield a sentence if designs don't run on the same days, since they start at different moments."""
    starts = dict.fromkeys(one.program.starts_ms for one in designs)
    if len(starts) > 1:
        yield "Not only the designs differ: their programs start at different moments; --start sets one for all."


def grid_verdict(summaries: Sequence[DesignSummary], ground: Ground) -> str:
    """Say which design of a grid brings the most customers, and which is the cheapest."""
    from simulator.lab.summary import frontier

    most = max(summaries, key=lambda one: one.means["qualified"] or 0.0)
    cheap = min(summaries, key=lambda one: _or_infinite(one.means["cost"]))
    unbeaten = sum(frontier(summaries))
    words = (
        f"Of {len(summaries)} designs, {named(most.name)} brings the most customers, "
        f"{count(most.means['qualified'] or 0)} {ground.span} at {ground.money(most.means['cost'])} each"
    )
    if cheap is most:
        words += ", and is also the cheapest for each"
    else:
        words += (
            f"; {named(cheap.name)} is the cheapest, with {count(cheap.means['qualified'] or 0)} at "
            f"{ground.money(cheap.means['cost'])} each"
        )
    if unbeaten == 1:
        return f"{words}; it alone is beaten by no other in both customers and money (*)."
    return f"{words}; {unbeaten} of them are beaten by no other in both customers and money (*)."


def _or_infinite(value: float | None) -> float:
    return math.inf if value is None else value
