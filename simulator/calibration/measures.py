"""Define the rates that are both published and simulated, each with its formula, since names alone are ambiguous."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from simulator.calibration.bounds import Estimate, Floats, ratio
from simulator.calibration.observed import Observed
from simulator.domain.spans import DAY_MS

_TOP: Final = 0.2


@dataclass(frozen=True)
class Measure:
    """A rate: its title, its formula in words, and the function that takes it from a run."""

    title: str
    formula: str
    of: Callable[[Observed], Estimate | None]
    percent: bool = True


def _by_cluster(observed: Observed, above: pl.Expr, below: pl.Expr) -> Estimate | None:
    """Return a rate over friends clustered by referrer; a friend with an unknown referrer is a cluster alone."""
    cluster = pl.coalesce("referrer", -1 - pl.col("friend"))
    sums = observed.friends.group_by(cluster=cluster).agg(
        above=above.cast(pl.Int64).sum(), below=below.cast(pl.Int64).sum()
    )
    return ratio(_floats(sums["above"]), _floats(sums["below"]))


def _against_referrers(observed: Observed, above: pl.Expr, below: str) -> Estimate | None:
    """Return the rate of a count of each referrer's friends to a number of the referrer."""
    cluster = pl.coalesce("referrer", -1 - pl.col("friend"))
    friends = observed.friends.group_by(cluster=cluster).agg(above=above.cast(pl.Int64).sum())
    sums = observed.referrers.select(cluster="referrer", below=below).join(
        friends, on="cluster", how="full", coalesce=True
    )
    return ratio(_floats(sums["above"].fill_null(0)), _floats(sums["below"].fill_null(0)))


def _referrers(observed: Observed, above: str, below: str) -> Estimate | None:
    return ratio(_floats(observed.referrers[above]), _floats(observed.referrers[below]))


def _top_fifth(observed: Observed) -> Estimate | None:
    """Return the share of all shares made by the most active fifth of those with a link.

    A point of a Lorenz curve. With q the share count at its edge, the top's sum is Σ(q·0.2 + max(s - q, 0)), whose
    slope in q is 0: so it is a ratio of two sums like the others (Beach and Davidson 1983).
    """
    shares = _floats(observed.referrers["shares"])
    if not len(shares):
        return None
    edge = float(np.quantile(shares, 1 - _TOP, method="inverted_cdf"))
    return ratio(edge * _TOP + np.maximum(shares - edge, 0.0), shares)


def _within(days_from: int, days_to: int) -> Callable[[Observed], Estimate | None]:
    wait = pl.col("wait_ms")
    timely = wait.is_between(days_from * DAY_MS, days_to * DAY_MS, closed="left")
    return lambda observed: _by_cluster(observed, timely, wait >= 0)


def _floats(values: pl.Series) -> Floats:
    return values.to_numpy().astype(np.float64)


_CLICKED, _CLAIMED, _CONVERTED = pl.col("clicked"), pl.col("claimed"), pl.col("converted")

MEASURES: Final = {
    "share-rate": Measure(
        "share rate", "shares ÷ looks at the program's page", lambda run: _referrers(run, "shares", "looks")
    ),
    "signup-rate": Measure(
        "signup rate",
        "friends who claimed ÷ friends who clicked",
        lambda run: _by_cluster(run, _CLAIMED, _CLICKED),
    ),
    "conversion-rate": Measure(
        "conversion rate",
        "friends who converted ÷ friends who clicked",
        lambda run: _by_cluster(run, _CONVERTED, _CLICKED),
    ),
    "acquisition-rate": Measure(
        "acquisition rate",
        "friends who converted ÷ people who shared, counted anew each week",
        lambda run: _against_referrers(run, _CONVERTED, "weeks"),
    ),
    "clicks-per-share": Measure(
        "clicks per share",
        "friends who clicked ÷ shares",
        lambda run: _against_referrers(run, _CLICKED, "shares"),
        percent=False,
    ),
    "top-fifth": Measure(
        "the top fifth's part", "shares of the most active fifth ÷ shares of all with a link", _top_fifth
    ),
    "by-code": Measure(
        "matched by code",
        "friends who converted by a code ÷ friends who converted by a code or after a click",
        lambda run: _by_cluster(run, _CONVERTED & pl.col("coded"), _CONVERTED & (pl.col("coded") | _CLICKED)),
    ),
    "opened-of-signups": Measure(
        "opened, of signups",
        "friends who claimed and converted ÷ friends who claimed",
        lambda run: _by_cluster(run, _CLAIMED & _CONVERTED, _CLAIMED),
    ),
    "qualified-of-opened": Measure(
        "qualified, of opened",
        "friends who reached the milestone ÷ friends who converted",
        lambda run: _by_cluster(run, _CONVERTED & pl.col("qualified"), _CONVERTED),
    ),
    "within-a-day": Measure(
        "converted within 24 hours",
        "conversions within 24 hours of the first click ÷ conversions after a click",
        _within(0, 1),
    ),
    "days-2-to-7": Measure(
        "converted on days 2 to 7",
        "conversions 1 to 7 days after the first click ÷ conversions after a click",
        _within(1, 7),
    ),
    "redeemed": Measure(
        "rewards used",
        "referrers' rewards that were redeemed ÷ referrers' rewards that were issued",
        lambda run: ratio(_floats(run.rewards["redeemed"]), _floats(run.rewards["issued"])),
    ),
}
"""Measures by their name in `published.toml`."""
