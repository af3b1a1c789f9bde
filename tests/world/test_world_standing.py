"""Partial refunds, won disputes, merged references, closed accounts, attributes: each at its rate, changing no draw."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, SupportsInt

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from simulator.domain.spans import DAY_MS
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.events.decode import Receiver, decode_lines
from simulator.events.encode import encode_events
from simulator.world.spec import WorldSpec
from simulator.world.spec_cheats import Cheats

START = 1_767_225_600_000
DAYS = 150
SOON = {"median": "2h", "spread": 0.3}
NEVER = 1 << 61
Events = pl.DataFrame


def of(events: Events, *kinds: str) -> Events:
    return events.filter(pl.col("type").is_in(kinds))


def assert_share(count: SupportsInt, among: int, share: float) -> None:
    """Assert that so many of so many are compatible with this share, by a binomial test."""
    assert among > 150
    assert abs(int(count) - among * share) < 4 * np.sqrt(among * share * (1 - share)) + 0.01 * among


@pytest.fixture(scope="module")
def build(change: Any) -> Callable[..., WorldSpec]:
    """A telecom world in which nearly all who claim convert at once, with additional tables."""

    def built(*, conversion: dict[str, Any] | None = None, **tables: Any) -> WorldSpec:
        spec: WorldSpec = change(
            conversion={
                "rate": 0.8,
                "delay": SOON,
                "churn_per_year": 0.0,
                "reversed": 0.5,
                "reversal_delay": {"median": "5d", "spread": 0.3},
                **dict.fromkeys(("reinstated", "adjusted", "account")),
                **(conversion or {}),
            },
            cheats=dict.fromkeys(Cheats.model_fields),
            friend={"claim": 0.6, "cross_device": 0.3, "recognised": None, **tables.pop("friend", {})},
            **{"closing": None, "attribute": [], **tables},
        )
        return spec

    return built


@pytest.fixture(scope="module")
def live(make_world: Any) -> Callable[[WorldSpec], Events]:
    def lived(spec: WorldSpec) -> Events:
        events: Events = make_world(spec, referrers=2500, days=DAYS).advance(START + DAYS * DAY_MS)
        return events

    return lived


@pytest.fixture(scope="module")
def plain(build: Any, live: Any) -> Events:
    """The world without any of it."""
    events: Events = live(build())
    return events


@pytest.fixture(scope="module")
def undone(build: Any, live: Any) -> Events:
    """Half of the reversals are undone, and two fifths of the conversions partly refunded."""
    events: Events = live(
        build(
            conversion={
                "reinstated": {
                    "share": 0.5,
                    "delay": {"median": "40d", "spread": 0.1},
                    "reason": "dispute-won",
                },
                "adjusted": {"share": 0.4, "delay": {"median": "3d", "spread": 0.5}, "keeps": [0.0, 0.5]},
            },
            later=[
                {
                    "event": "bill.paid",
                    "source": "client/billing",
                    "rate": 1.0,
                    "every": "10d",
                    "delay": SOON,
                    "taken_back": True,
                }
            ],
        )
    )
    return events


@pytest.fixture(scope="module")
def moved(build: Any, live: Any) -> Events:
    """Guests who open accounts, people recognised on another device, accounts that are closed."""
    events: Events = live(
        build(
            conversion={"account": {"share": 0.5, "delay": {"median": "4d", "spread": 0.5}}},
            friend={"recognised": {"share": 0.6, "delay": SOON}},
            closing={
                "friends": 0.3,
                "referrers": 0.2,
                "delay": {"median": "20d", "spread": 0.3},
                "reopened": 0.5,
                "reopened_delay": {"median": "15d", "spread": 0.3},
                "reason": "by-the-customer",
            },
        )
    )
    return events


def test_rates_of_nothing_change_nothing(build: Any, live: Any, plain: Events) -> None:
    none = {"share": 0.0, "delay": SOON}
    events = live(
        build(
            conversion={"reinstated": none, "adjusted": {**none, "keeps": [0.5]}, "account": none},
            friend={"recognised": none},
            closing={
                "friends": 0.0,
                "referrers": 0.0,
                "delay": SOON,
                "reopened": 0.0,
                "reopened_delay": SOON,
            },
        )
    )
    assert_frame_equal(events, plain)


def test_partial_refunds_come_as_often_as_said_while_the_conversion_stands(undone: Events) -> None:
    sold = of(undone, "service.activated")
    back = of(undone, "conversion.reversed").select("reverses", back_at="occurred_at")
    again = of(undone, "conversion.reinstated").select("reinstates", again_at="occurred_at")
    refunds = of(undone, "conversion.adjusted").join(
        sold, left_on=["source", "adjusts", "subject"], right_on=["source", "id", "subject"], suffix="_sold"
    )
    assert refunds.height == of(undone, "conversion.adjusted").height
    kept = sold.filter(
        ~pl.col("id").is_in(back["reverses"].implode())
        & (pl.col("occurred_at") < START + (DAYS - 40) * DAY_MS)
    )
    assert_share(kept["id"].is_in(refunds["adjusts"].implode()).sum(), kept.height, 0.4)
    assert set(refunds["currency"]) == {"GBP"}
    assert set((refunds["amount_minor"] / refunds["amount_minor_sold"]).unique()) == {0.0, 0.5}
    dated = refunds.join(back, left_on="adjusts", right_on="reverses", how="left").join(
        again, left_on="adjusts", right_on="reinstates", how="left"
    )
    assert (dated["occurred_at"] > dated["occurred_at_sold"]).all()
    after = pl.col("occurred_at") >= pl.col("back_at")
    assert dated.filter(after & (pl.col("occurred_at") < pl.col("again_at").fill_null(NEVER))).is_empty()


def test_won_disputes_follow_their_reversals_as_often_as_said_and_bills_go_on(undone: Events) -> None:
    sold = of(undone, "service.activated")
    back = of(undone, "conversion.reversed").filter(pl.col("reverses").is_in(sold["id"].implode()))
    early = back.filter(pl.col("occurred_at") < START + (DAYS - 60) * DAY_MS)
    won = of(undone, "conversion.reinstated")
    assert set(won["reason"]) == {"dispute-won"}
    assert_share(early["reverses"].is_in(won["reinstates"].implode()).sum(), early.height, 0.5)
    pairs = won.join(
        of(undone, "conversion.reversed"), left_on=["source", "reinstates"], right_on=["source", "reverses"]
    )
    assert pairs.height == won.height
    assert (pairs["occurred_at"] > pairs["occurred_at_right"]).all()
    spans = pairs.filter(pl.col("reinstates").is_in(sold["id"].implode())).select(
        "subject", back_at="occurred_at_right", again_at="occurred_at"
    )
    bills = of(undone, "bill.paid").join(spans, on="subject")
    at = pl.col("occurred_at")
    assert bills.filter((at >= pl.col("back_at")) & (at < pl.col("again_at"))).is_empty()
    assert bills.filter(at >= pl.col("again_at")).height > 0
    assert won.filter(pl.col("source") == "client/billing").height > 0


def test_nothing_of_the_world_without_them_is_shifted(plain: Events, undone: Events, moved: Events) -> None:
    for kind in ("friend.visited", "friend.claimed", "service.activated"):
        assert_frame_equal(of(undone, kind), of(plain, kind))
    first = of(plain, "service.activated").head(200)
    there = first["id"].is_in(of(moved, "service.activated")["id"].implode())
    assert there.sum() > 0.95 * first.height


def test_guests_open_accounts_as_often_as_said_and_go_by_them(moved: Events) -> None:
    sold = of(moved, "service.activated").filter(pl.col("occurred_at") < START + (DAYS - 40) * DAY_MS)
    merged = of(moved, "customer.merged")
    claimed = set(of(moved, "friend.claimed")["subject"])
    accounts = merged.join(sold.select("subject", sold_at="occurred_at"), on="subject")
    assert_share(accounts.height, sold.height, 0.5)
    assert (accounts["occurred_at"] > accounts["sold_at"]).all()
    named = (
        of(moved, "customer.identified")
        .unique("subject", keep="first")  # who joins the program is identified again
        .select(into="subject", named_at="occurred_at", contact="contact_ref")
    )
    both = accounts.join(named, on="into")
    assert both.height == accounts.height
    assert (both["occurred_at"] > both["named_at"]).all()
    contacts = of(moved, "friend.claimed").select("subject", claim_contact="contact_ref")
    same = both.join(contacts, on="subject")
    assert (same["contact"] == same["claim_contact"]).all()
    bills = of(moved, "bill.paid")
    by_account = bills["subject"].is_in(accounts["into"].implode())
    assert by_account.sum() > 100
    late = bills.join(accounts.select("subject", since="occurred_at"), on="subject")
    assert (late["occurred_at"] < late["since"]).all()
    assert not set(accounts["into"]) & claimed


def test_people_are_recognised_on_another_device_as_often_as_said(moved: Events) -> None:
    claims = of(moved, "friend.claimed").filter(pl.col("occurred_at") < START + (DAYS - 5) * DAY_MS)
    visitors = of(moved, "friend.visited")["subject"].implode()
    elsewhere = claims.filter(~pl.col("subject").is_in(visitors))
    merged = of(moved, "customer.merged")
    assert_share(elsewhere["subject"].is_in(merged["into"].implode()).sum(), elsewhere.height, 0.6)
    assert merged["id"].n_unique() == merged.height
    assert merged["subject"].n_unique() == merged.height


def test_accounts_close_and_reopen_as_often_as_said_and_rest_in_between(moved: Events) -> None:
    closed, reopened = of(moved, "customer.closed"), of(moved, "customer.reopened")
    assert set(closed["source"]) == {"client/crm"}
    assert set(closed["reason"]) == {"by-the-customer"}
    early = closed.filter(pl.col("occurred_at") < START + (DAYS - 50) * DAY_MS)
    into = dict(of(moved, "customer.merged").select("subject", "into").iter_rows())
    person = pl.col("subject").replace(into)
    spans = closed.select(person=person, closed_at="occurred_at").join(
        reopened.select(person=person, reopened_at="occurred_at"), on="person", how="left"
    )
    early_back = early.select(person=person).join(spans, on="person")["reopened_at"]
    assert_share(early_back.is_not_null().sum(), early.height, 0.5)
    first = of(moved, "link.created").filter(pl.col("occurred_at") < START + 60 * DAY_MS)
    friends = pl.concat([of(moved, "friend.visited")["subject"], of(moved, "service.activated")["subject"]])
    roots = first.filter(~person.is_in([*friends, *into.values()]))
    assert_share(roots["subject"].is_in(closed["subject"].implode()).sum(), roots.height, 0.2)
    acts = of(moved, "session.authenticated", "referral.shared", "bill.paid").with_columns(person=person)
    resting = acts.join(spans, on="person").filter(
        (pl.col("occurred_at") >= pl.col("closed_at") + DAY_MS)  # a share takes a while to write
        & (pl.col("occurred_at") < pl.col("reopened_at").fill_null(NEVER))
    )
    assert resting.is_empty()
    assert acts.join(spans, on="person").filter(pl.col("occurred_at") >= pl.col("reopened_at")).height > 0


def test_products_and_plans_are_said_by_their_shares(build: Any, live: Any, plain: Events) -> None:
    events = live(
        build(
            attribute=[
                {"name": "plan", "of": "customer", "values": {"basic": 0.75, "gold": 0.25}},
                {"name": "product", "of": "conversion", "values": {"phone": 0.6, "tablet": 0.4}},
                {"name": "family", "of": "conversion", "values": {"yes": 0.2, "no": 0.8}},
            ]
        )
    )
    assert_frame_equal(events.drop("attributes"), plain.drop("attributes"))
    named = of(events, "customer.identified", "friend.claimed")
    plans = named.select("subject", plan=pl.col("attributes").str.json_path_match("$.plan"))
    assert_share((plans["plan"] == "gold").sum(), plans.height, 0.25)
    assert plans.group_by("subject").agg(pl.col("plan").n_unique())["plan"].max() == 1
    sold = of(events, "service.activated")
    said = [json.loads(text) for text in sold["attributes"]]
    assert_share(sum(one["product"] == "tablet" for one in said), len(said), 0.4)
    assert_share(sum(one["family"] == "yes" and one["product"] == "phone" for one in said), len(said), 0.12)
    others = events.filter(~pl.col("id").is_in(pl.concat([named, sold])["id"].implode()))
    assert others["attributes"].null_count() == others.height


def test_every_new_event_passes_the_platforms_door(undone: Events, moved: Events) -> None:
    for events in (undone, moved):
        messages = events.select(pl.col("occurred_at").alias("received_at"), *list(MESSAGE_SCHEMA)[1:])
        receiver = Receiver(earliest_receipt_ms=0, clock_ms=None)
        decoded = decode_lines(encode_events(messages), receiver, lambda _text: None)
        assert decoded.rejected == []
        assert_frame_equal(decoded.messages.select(list(MESSAGE_SCHEMA)), messages)
        assert events["id"].n_unique() == events.height


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"conversion": {"adjusted": {"share": 0.1, "delay": SOON, "keeps": []}}}, "at least 1"),
        ({"attribute": [{"name": "Plan", "of": "customer", "values": {"a": 1.0}}]}, "match pattern"),
        ({"attribute": [{"name": "plan", "of": "customer", "values": {"a": 0.9}}]}, "must add up to 1"),
        ({"attribute": [{"name": "plan", "of": "customer", "values": {"a": 1.0}}] * 2}, "the same name"),
    ],
)
def test_what_can_not_be_is_said(tables: dict[str, Any], said: str, change: Any) -> None:
    with pytest.raises(ValueError, match=said):
        change(**tables)
