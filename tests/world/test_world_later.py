"""What converts, and what follows a conversion, in industries other than telecom: any type, any currency."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from simulator.domain.spans import DAY_MS
from simulator.world.measures import duration_ms
from simulator.world.offer import typical_amounts
from simulator.world.spec import WorldSpec

START = 1_767_225_600_000
SOON = {"median": "2h", "spread": 0.3}


def _of(events: pl.DataFrame, kind: str) -> pl.DataFrame:
    return events.filter(pl.col("type") == kind)


@pytest.fixture(scope="module")
def shop(change: Any) -> WorldSpec:
    """A shop in yen: orders, their payments, orders again, and a status reached once by two fifths."""
    spec: WorldSpec = change(
        currency="JPY",
        conversion={
            "event": "purchase.completed",
            "source": "client/shop",
            "rate": 0.8,
            "direct": 0.1,
            "prices": [1200.0, 4800.0],
            "outcome": "first-order",
            "reversed": 0.3,
            "reinstated": None,
            "churn_per_year": 0.0,
        },
        later=[
            {
                "event": "purchase.paid",
                "source": "client/billing",
                "rate": 1.0,
                "delay": SOON,
                "taken_back": True,
            },
            {
                "event": "purchase.completed",
                "source": "client/shop",
                "rate": 0.6,
                "every": "10d",
                "again": 0.5,
                "most": 4,
                "delay": SOON,
                "amounts": [900.0],
            },
            {
                "event": "milestone.reached",
                "source": "client/loyalty",
                "rate": 0.4,
                "delay": SOON,
                "amounts": [],
                "outcome": "silver",
            },
        ],
    )
    return spec


@pytest.fixture(scope="module")
def sales(shop: WorldSpec, make_world: Any) -> pl.DataFrame:
    events: pl.DataFrame = make_world(shop, referrers=3000, days=200).advance(START + 200 * DAY_MS)
    return events


def test_the_industrys_own_type_converts_and_says_how_much_in_its_currency(sales: pl.DataFrame) -> None:
    first = _of(sales, "purchase.completed").filter(pl.col("outcome") == "first-order")
    assert first.height > 300
    assert set(first["source"]) == {"client/shop"}
    assert set(first["amount_minor"]) == {1200, 4800}  # a yen has no smaller part
    assert set(first["currency"]) == {"JPY"}
    assert first["new_customer"].any()


def test_who_bought_without_a_claim_was_brought_by_a_click(sales: pl.DataFrame) -> None:
    first = _of(sales, "purchase.completed").filter(pl.col("outcome") == "first-order")
    bought = set(first.filter(pl.col("code").is_null())["subject"])
    visited, claimed = (
        set(_of(sales, "friend.visited")["subject"]),
        set(_of(sales, "friend.claimed")["subject"]),
    )
    silent = bought - claimed
    assert silent
    assert silent <= visited
    rate = len(silent) / len(visited - claimed)
    # the last days' come after the end
    assert abs(rate - 0.1) < 4 * np.sqrt(0.09 / len(visited - claimed)) + 0.01


def test_repeated_purchases_are_of_old_customers_and_end_by_chance(sales: pl.DataFrame) -> None:
    again = _of(sales, "purchase.completed").filter(pl.col("outcome").is_null())
    assert not again["new_customer"].any()
    assert set(again["amount_minor"]) == {900}
    counts = again.group_by("subject").len()["len"]
    assert counts.max() == 4
    assert abs((counts == 1).to_numpy().mean() - 0.5) < 4 * 0.5 / np.sqrt(counts.len()) + 0.05


def test_what_comes_once_comes_by_its_rate_and_carries_no_amount(sales: pl.DataFrame) -> None:
    silver = _of(sales, "milestone.reached")
    assert silver["subject"].n_unique() == silver.height
    assert set(silver["outcome"]) == {"silver"}
    assert silver["amount_minor"].null_count() == silver["currency"].null_count() == silver.height
    buyers = _of(sales, "purchase.completed")["subject"].n_unique()
    assert abs(silver.height / buyers - 0.4) < 4 * np.sqrt(0.24 / buyers) + 0.01


def test_nothing_follows_a_cancellation_and_what_was_paid_is_taken_back(sales: pl.DataFrame) -> None:
    back = _of(sales, "conversion.reversed")
    ended = back.group_by("subject").agg(ended=pl.col("occurred_at").min())
    later = sales.filter(
        pl.col("type").is_in(["purchase.paid", "milestone.reached"]) | (pl.col("amount_minor") == 900)
    ).join(ended, on="subject")
    assert later.height
    assert (later["occurred_at"] < later["ended"]).all()
    paid = _of(sales, "purchase.paid").join(ended, on="subject")
    found = back.filter(pl.col("source") == "client/billing").join(
        paid, left_on=["source", "reverses"], right_on=["source", "id"]
    )
    assert found.height == paid.height > 0
    assert (found["subject"] == found["subject_right"]).all()
    assert sales["id"].n_unique() == sales.height


def test_a_percentage_is_of_the_amount_of_its_own_type(shop: WorldSpec) -> None:
    assert typical_amounts(shop) == {"purchase.completed": 3000.0, "purchase.paid": 3000.0}


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"currency": "XYZ"}, "is not an ISO 4217 currency code"),
        ({"currency": "JPY", "conversion": {"prices": [9.99]}}, "finer than the minor unit of JPY"),
        ({"conversion": {"event": "friend.claimed"}}, "purchase.completed"),
        (
            {"later": [{"event": "bill.paid", "source": "client/x", "rate": 1.0, "delay": SOON, "most": 2}]},
            "need `every`",
        ),
    ],
)
def test_what_can_not_be_is_said(tables: dict[str, Any], said: str, change: Any) -> None:
    with pytest.raises(ValueError, match=said):
        change(**tables)


def test_durations() -> None:
    assert duration_ms("2.5h") == 9_000_000
    with pytest.raises(ValueError, match="20s"):
        duration_ms(3)
