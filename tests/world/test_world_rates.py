"""The telecom world reproduces the published rates it cites."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import polars as pl

from simulator.domain.spans import DAY_MS
from simulator.world.spec import WorldSpec

START = 1_767_225_600_000
WEEK_MS = 7 * DAY_MS


def _of(events: pl.DataFrame, kind: str) -> pl.DataFrame:
    return events.filter(pl.col("type") == kind)


def _near(hits: int, tries: int, rate: float, sigmas: float = 4.0, bias: float = 0.0) -> bool:
    return bool(abs(hits - tries * rate) <= sigmas * np.sqrt(tries * rate * (1 - rate)) + bias * tries)


def test_stages_reproduce_extoles_medians_of_telecom(year: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    events, _ = year
    looks, shares = _of(events, "session.authenticated").height, _of(events, "referral.shared").height
    clicks = _of(events, "friend.visited")["subject"].n_unique()
    assert _near(shares, looks, 0.159)
    assert _near(_of(events, "friend.claimed").height, clicks, 0.175)
    # who claims or buys after the end is not counted: a few days of 300
    assert _near(_of(events, "service.activated").height, clicks, 0.052, bias=0.002)
    claims = _of(events, "friend.claimed").height
    assert _near(_of(events, "friend.opted_in").height, claims, 0.55)
    checked = _of(events, "eligibility.confirmed")
    assert _near(int(checked["eligible"].sum()), checked.height, 0.93)


def test_a_weeks_acquisition_is_extoles(year: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    events, _ = year
    shared = _of(events, "referral.shared").select(
        week=(pl.col("occurred_at") - START) // WEEK_MS, who="subject"
    )
    advocates = shared.unique().height
    converters = _of(events, "service.activated").height
    assert abs(converters / advocates - 0.08) < 0.015  # one post in a big club weighs more than a binomial


def test_a_quarter_of_the_matches_are_by_code(year: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    events, _ = year
    coded = _of(events, "friend.claimed").filter(pl.col("code").is_not_null())["subject"]
    buyers = _of(events, "service.activated")
    by_code = buyers.filter(pl.col("code").is_not_null() | pl.col("subject").is_in(coded.implode())).height
    assert 0.18 <= by_code / buyers.height <= 0.30


def test_a_fifth_bring_four_fifths(year: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    events, _ = year
    people = _of(events, "link.created").height
    shares = _of(events, "referral.shared").group_by("subject").len()["len"].sort(descending=True)
    assert abs(shares[: people // 5].to_numpy().sum() / shares.to_numpy().sum() - 0.8) < 0.04


def test_one_channel_reaches_one_and_another_many(year: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    events, _ = year
    reach = dict(_of(events, "referral.shared").group_by("channel").agg(pl.col("reach").mean()).iter_rows())
    assert reach["messaging"] == reach["email"] == reach["qr"] == 1
    assert reach["social"] > 80
    assert reach["community"] > 30
    identified = _of(events, "customer.identified").filter(pl.col("community").is_not_null())["subject"]
    posts = _of(events, "referral.shared").filter(pl.col("channel") == "community")
    assert set(posts["subject"]) <= set(identified)


def test_reversals_name_a_conversion_of_the_same_friend_and_source(
    year: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    events, _ = year
    reversals = _of(events, "conversion.reversed")
    assert reversals.height > 5
    found = reversals.join(
        _of(events, "service.activated"),
        left_on=["source", "reverses"],
        right_on=["source", "id"],
        how="inner",
    )
    assert found.height == reversals.height
    assert (found["subject"] == found["subject_right"]).all()
    assert (found["occurred_at"] > found["occurred_at_right"]).all()


def test_bills_follow_conversions_and_stop_with_them(year: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    events, _ = year
    bills = _of(events, "bill.paid")
    begun = _of(events, "service.activated").select("subject", begun="occurred_at", price="amount_minor")
    joined = bills.join(begun, on="subject", how="left")
    assert joined["begun"].null_count() == 0
    assert (joined["occurred_at"] >= joined["begun"] + 30 * DAY_MS).all()
    assert (joined["amount_minor"] == joined["price"]).all()


def test_cheats_are_told_to_the_crm_only(year: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    events, people = year
    cheats = people.filter(pl.col("label") == "self-referral:friend")
    assert cheats.height > 3
    owner = dict(_of(events, "link.created").select("code", "subject").iter_rows())
    first = dict(_of(events, "customer.identified").select("subject", "device_ref").iter_rows())
    visits = _of(events, "friend.visited").join(cheats.select("ref"), left_on="subject", right_on="ref")
    same = Counter(
        first[owner[code]] == device for code, device in visits.select("code", "device_ref").iter_rows()
    )
    assert same[True] > same[False]
    assert not any("self-referral" in str(value) for row in events.head(1000).iter_rows() for value in row)


def test_one_to_one_shares_are_clicked_by_their_rate(constant: WorldSpec, make_world: Any) -> None:
    events = make_world(constant, referrers=4000, days=30).advance(START + 30 * DAY_MS)
    shared = int(_of(events, "referral.shared")["reach"].sum())
    assert _near(_of(events, "friend.visited").height, shared, 0.2)
