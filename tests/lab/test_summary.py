"""What a study says of its designs, from frames made by hand."""

from __future__ import annotations

import polars as pl
import pytest

from simulator.domain.errors import InputError
from simulator.lab.measures import find_measure
from simulator.lab.summary import course, frontier, summarise
from tests.lab.frames import Numbers, markets_of, weeks_of

Design = dict[str, Numbers]
A: Design = {
    "funnel.qualified": [100, 110, 90, 105, 95, 100],
    "numbers.issued": [1000] * 6,
    "numbers.pending": [100] * 6,
}
B: Design = {
    "funnel.qualified": [112, 119, 101, 117, 104, 110],
    "numbers.issued": [1500, 1480, 1530, 1490, 1520, 1510],
    "numbers.pending": [100] * 6,
    "budget_ended_day": [None, 300, None, 250, None, None],
}


def test_differences_are_taken_market_by_market() -> None:
    _, other = summarise(markets_of({"A": A, "B": B}), ["A", "B"])
    more = other.differences["qualified"]
    assert more.mean.value == pytest.approx(10.5)
    assert more.mean.half_width < 2  # over markets the counts differ by 20
    assert more.above == 1.0
    assert other.differences["promised"].mean.value == pytest.approx(505)
    assert other.each_further.value == pytest.approx(505 / 10.5)
    assert other.each_further.bounded


def test_the_order_of_rows_does_not_matter() -> None:
    frame = markets_of({"A": A, "B": B})
    assert summarise(frame.reverse(), ["A", "B"]) == summarise(frame, ["A", "B"])


def test_a_figure_has_its_band_and_a_budget_its_end() -> None:
    first, other = summarise(markets_of({"A": A, "B": B}), ["A", "B"])
    assert first.bands["qualified"] is not None
    assert first.bands["qualified"].median == 100
    assert first.bands["budget_ended_day"] is None
    assert (first.budget_ended, first.earliest_end) == (0, None)
    assert (other.markets, other.budget_ended, other.earliest_end) == (6, 2, 250)
    assert other.means["budget_ended"] == pytest.approx(2 / 6)
    assert first.differences == {}


def test_markets_of_other_seeds_are_not_paired() -> None:
    frame = pl.concat([markets_of({"A": A}), markets_of({"B": B}, first_seed=2)])
    with pytest.raises(ValueError, match="same seeds"):
        summarise(frame, ["A", "B"])


def test_the_frontier_has_what_no_other_beats() -> None:
    points = {
        "cheap": (10, 5),
        "rich": (20, 50),
        "beaten": (9, 6),
        "same for more": (20, 60),
        "twin": (10, 5),
    }
    frame = markets_of(
        {name: {"funnel.qualified": [q], "numbers.issued": [m]} for name, (q, m) in points.items()}
    )
    assert frontier(summarise(frame, list(points))) == [True, True, False, False, True]


def test_a_course_is_what_has_come_by_each_weeks_end() -> None:
    markets = markets_of({"A": {"funnel.qualified": [4, 8, 12]}, "B": {"funnel.qualified": [40, 80, 120]}})
    weeks = weeks_of(markets).reverse()
    found = course(weeks, "A", "funnel.qualified")
    assert [band[2] for band in found] == [0, 2, 4, 6, 8]
    assert found[-1] == pytest.approx((4.4, 6, 8, 10, 11.6))
    assert course(weeks, "A", "funnel.qualified", "week")[-1][2] == 8 + 3


def test_an_unknown_figure_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match=r"--by: no figure 'qualifed'; did you mean \"qualified\"\?"):
        find_measure("qualifed", "--by")
