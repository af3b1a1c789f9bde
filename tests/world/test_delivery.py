"""Delivery models, and the arrival queue in its one order."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from simulator.delivery.models import Delivery, Every, RealTime, parse_model, parse_models, parse_override
from simulator.delivery.queue import ArrivalQueue
from simulator.errors import InputError
from simulator.events.columns import TYPE
from simulator.world.rhythm import DAY_MS
from simulator.world.spec import WorldSpec

START = 1_767_225_600_000
DAYS = 45


@pytest.fixture(scope="module")
def events(make_world: Any) -> pl.DataFrame:
    frame: pl.DataFrame = make_world(referrers=500, days=DAYS).advance(START + DAYS * DAY_MS)
    return frame


@pytest.fixture(scope="module")
def delivery(telecom: WorldSpec) -> Delivery:
    return Delivery(parse_models(telecom.delivery), 1)


def test_models_are_read() -> None:
    assert parse_model("real-time") == RealTime()
    assert parse_model("every:15m") == Every(900_000)
    assert parse_model("batch@02:30") == Every(DAY_MS, 9_000_000)
    assert parse_override("bill.paid=every:6h") == ("bill.paid", "every:6h")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bill.paid", "TYPE=MODEL"),
        ("bill.payed=real-time", 'did you mean "bill.paid"'),
        ("friend.visited=real-time", "no event type that a client sends"),
        ("bill.paid=batch@25:00", "batch@02:00"),
        ("bill.paid=every:0m", "every:15m"),
        ("bill.paid=every:x", "every:15m"),
        ("bill.paid=weekly", "real-time"),
    ],
)
def test_bad_models_say_what_is_right(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_override(text)


def test_each_type_arrives_as_its_model_says(events: pl.DataFrame, delivery: Delivery) -> None:
    frame = events.with_columns(pl.Series("arrival", delivery.arrivals(events)))
    late = (pl.col("arrival") - pl.col("occurred_at")).alias("late")
    own = frame.filter(pl.col("source") == "platform").select(late)["late"]
    assert (own == 0).all()
    crm = frame.filter(pl.col("source") == "client/crm").select(late)["late"]
    assert crm.min() >= 1
    assert 60 < crm.median() < 240
    for kind, minute in (("service.activated", 120), ("bill.paid", 210)):
        batch = frame.filter(pl.col("type") == kind)
        assert batch.height
        assert (batch["arrival"] % DAY_MS == minute * 60_000).all()
        assert batch.select(late)["late"].is_between(1, DAY_MS).all()


def test_near_real_time_collects() -> None:
    delivery = Delivery({"bill.paid": Every(900_000)}, 1)
    frame = pl.DataFrame(
        {
            "occurred_at": [START, START + 1, START + 900_000],
            "source": ["client/billing"] * 3,
            "type": ["bill.paid"] * 3,
        }
    ).cast({"type": TYPE})
    assert (delivery.arrivals(frame) - START).tolist() == [900_000, 900_000, 1_800_000]


@settings(max_examples=20, deadline=None)
@given(
    cuts=st.lists(st.integers(0, DAYS * DAY_MS), max_size=8),
    limits=st.lists(st.integers(1, 400), min_size=1, max_size=5),
)
def test_the_order_of_arrival_is_the_same_however_it_is_filled_and_drained(
    cuts: list[int], limits: list[int], events: pl.DataFrame, delivery: Delivery
) -> None:
    whole = ArrivalQueue()
    whole.put(events, delivery.arrivals(events))
    expected = whole.take(START + 10 * DAYS * DAY_MS)
    assert expected.height == events.height
    assert expected.equals(expected.sort("received_at", "occurred_at", "id"))
    queue, taken, before = ArrivalQueue(), [], START
    for number, cut in enumerate([*sorted(cuts), DAYS * DAY_MS, 2 * DAYS * DAY_MS]):
        until = START + cut
        some = events.filter(pl.col("occurred_at").is_between(before, until, closed="left"))
        queue.put(some, delivery.arrivals(some))
        before = until
        while (part := queue.take(until, limits[number % len(limits)])).height:
            taken.append(part)
    assert len(queue) == 0
    assert_frame_equal(pl.concat(taken), expected)


def test_a_few_among_many_find_their_place(events: pl.DataFrame, delivery: Delivery) -> None:
    half = events.height // 2
    queue, whole = ArrivalQueue(), ArrivalQueue()
    whole.put(events, delivery.arrivals(events))
    expected = whole.take(START + 10 * DAYS * DAY_MS)
    odd = np.arange(events.height) % 7 == 3
    few = expected.filter(pl.col("id").is_in(events.filter(pl.Series(odd))["id"].implode()))
    rest = events.filter(pl.Series(~odd))
    queue.put(rest[:half], delivery.arrivals(rest[:half]))
    queue.put(rest[half:], delivery.arrivals(rest[half:]))
    queue.put_among(few)
    assert_frame_equal(queue.take(START + 10 * DAYS * DAY_MS), expected)
