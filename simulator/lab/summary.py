"""Sum up a study: the bands of each design's figures, its differences to the first design, and who beats whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from simulator.lab.measures import MEASURES, Measure
from simulator.lab.statistics import Band, Floats, Interval, band, mean_interval, ratio_interval, share_above

CUSTOMERS: Final = "qualified"
"""The key of the measure of what a design should bring."""
MONEY: Final = "promised"
"""The key of the measure of what it costs: issued and pending, so that paying later makes nothing cheaper."""


@dataclass(frozen=True)
class Difference:
    """How a figure differs from that of the first design: the mean over markets, and the band of single markets.

    `above` is the share of markets above 0.
    """

    mean: Interval
    band: Band | None
    above: float | None


@dataclass(frozen=True)
class DesignSummary:
    """The figures of a design over all markets.

    `means` and `bands` are by the keys of MEASURES, and so are `differences` to the first design, which has none
    itself. `each_further` is the money, in minor units, for each customer more than the first design's. The budget
    ended in `budget_ended` of `markets`, at the earliest on day `earliest_end` (from 1).
    """

    name: str
    markets: int
    means: Mapping[str, float | None]
    bands: Mapping[str, Band | None]
    differences: Mapping[str, Difference]
    each_further: Interval
    budget_ended: int
    earliest_end: int | None


def figures_of(markets: pl.DataFrame, name: str) -> dict[str, Floats]:
    """Return the figures of one design by key: one value for each market, in the order of their seeds."""
    rows = markets.filter(pl.col("design") == name).sort("seed")
    return {key: one.of(rows) for key, one in MEASURES.items()}


def summarise(markets: pl.DataFrame, names: Sequence[str]) -> list[DesignSummary]:
    """Sum up each design of a study's frame `markets`; differences are to the first one, market by market.

    Raises:
        ValueError: the designs were not run over the same seeds.

    """
    seeds = {tuple(sorted(markets.filter(pl.col("design") == name)["seed"])) for name in names}
    if len(seeds) > 1:
        raise ValueError("the designs of a study must be run over the same seeds")
    figures = [figures_of(markets, name) for name in names]
    return [
        _summary(name, ours, None if place == 0 else figures[0])
        for place, (name, ours) in enumerate(zip(names, figures, strict=True))
    ]


def _summary(name: str, ours: Mapping[str, Floats], first: Mapping[str, Floats] | None) -> DesignSummary:
    differences: dict[str, Difference] = {}
    each = Interval(None)
    if first is not None:
        apart = {key: values - first[key] for key, values in ours.items()}
        differences = {
            key: Difference(mean_interval(one), band(one), share_above(one)) for key, one in apart.items()
        }
        each = ratio_interval(apart[MONEY], apart[CUSTOMERS])
    days = ours["budget_ended_day"]
    ended = ~np.isnan(days)
    return DesignSummary(
        name,
        len(days),
        {key: mean_interval(values).value for key, values in ours.items()},
        {key: band(values) for key, values in ours.items()},
        differences,
        each,
        int(ended.sum()),
        int(days[ended].min()) if ended.any() else None,
    )


@dataclass(frozen=True)
class ChannelSummary:
    """What a channel brought over all markets: the bands of friends, of those who qualified, and of issued money."""

    channel: str
    attributions: Band | None
    qualified: Band | None
    issued: Band | None
    cost: Band | None
    """Issued money for each friend who qualified (minor units), over the markets in which one did."""


def channels_of(channels: pl.DataFrame, markets: pl.DataFrame, name: str) -> list[ChannelSummary]:
    """Sum up what each channel brought under a design, the most friends who qualified first.

    `channels` and `markets` are frames of a study; a market in which a channel brought nobody counts as 0.
    """
    seeds = markets.filter(design=name).select("seed").sort("seed")
    found = []
    for (channel,), rows in channels.filter(design=name).group_by("channel", maintain_order=True):
        brought = seeds.join(rows, on="seed", how="left").fill_null(0)
        friends, qualified, issued = (
            brought[column].to_numpy().astype(np.float64)
            for column in ("attributions", "qualified", "issued_minor")
        )
        cost = np.divide(issued, qualified, out=np.full(len(issued), np.nan), where=qualified > 0)
        found.append(ChannelSummary(str(channel), band(friends), band(qualified), band(issued), band(cost)))

    def rank(one: ChannelSummary) -> tuple[float, float, str]:
        of = [0.0 if part is None else -part.median for part in (one.qualified, one.attributions)]
        return of[0], of[1], one.channel

    return sorted(found, key=rank)


def widest(markets: pl.DataFrame, names: Sequence[str], measure: Measure) -> float:
    """Return how far the widest interval extends to each side: of a figure's differences, or of one design's mean."""
    values = [measure.of(markets.filter(design=name).sort("seed")) for name in names]
    wanted = [one - values[0] for one in values[1:]] or values
    return max(mean_interval(one).half_width for one in wanted)


def frontier(summaries: Sequence[DesignSummary]) -> list[bool]:
    """Return for each design whether no other brings as many customers for less money, or more for as much (means)."""
    points = [(one.means[CUSTOMERS] or 0.0, -(one.means[MONEY] or 0.0)) for one in summaries]
    return [
        not any(all(a >= b for a, b in zip(other, point, strict=True)) and other != point for other in points)
        for point in points
    ]


def course(weeks: pl.DataFrame, name: str, flow: str, level: str | None = None) -> list[tuple[float, ...]]:
    """Return how a figure of a design grows: for each week's end what 5, 25, 50, 75 and 95 % of markets are below.

    The figure is the sum of the column `flow` of a study's frame `weeks` so far, plus the `level` of that week. The
    first value is that of the beginning, 0.
    """
    rows = weeks.filter(design=name).sort("seed", "week")
    count = rows["week"].n_unique()
    values = np.cumsum(rows[flow].to_numpy().astype(np.float64).reshape(-1, count), axis=1)
    if level is not None:
        values = values + rows[level].to_numpy().reshape(-1, count)
    found = np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0).T
    return [(0.0,) * 5, *(tuple(float(one) for one in row) for row in found)]
