"""Delivery models, and the arrival queue in its one order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from simulator.delivery.models import (
    BatchFiles,
    Channels,
    Every,
    RealTime,
    parse_model,
    parse_models,
    parse_override,
)
from simulator.delivery.queue import ArrivalQueue
from simulator.delivery.wire import due_of, name_of, on_wire
from simulator.domain.errors import InputError
from simulator.domain.spans import DAY_MS
from simulator.events.columns import TYPES
from simulator.world.spec import WorldSpec

START = 1_767_225_600_000
DAYS = 45


@pytest.fixture(scope="module")
def events(make_world: Any) -> pl.DataFrame:
    frame: pl.DataFrame = make_world(referrers=500, days=DAYS).advance(START + DAYS * DAY_MS)
    return frame


@pytest.fixture(scope="module")
def channels(telecom: WorldSpec) -> Channels:
    return Channels(parse_models(telecom.delivery), 1)


@pytest.fixture(scope="module")
def messages(events: pl.DataFrame, channels: Channels) -> pl.DataFrame:
    """All of them on the wire as planned, in order of occurrence and id; files are not numbered by line."""
    arrival, file, _ = channels.of(events)
    return on_wire(events, arrival, file)


def test_models_are_read() -> None:
    assert parse_model("real-time") == RealTime()
    assert parse_model("every:15m") == Every(900_000)
    assert parse_model("batch@02:30") == BatchFiles(DAY_MS, 9_000_000)
    assert parse_model("batch@02:30/csv") == BatchFiles(DAY_MS, 9_000_000, "csv")
    assert parse_model("batch@mon-02:30") == BatchFiles(7 * DAY_MS, 4 * DAY_MS + 9_000_000)
    assert parse_override("bill.paid=every:6h") == ("bill.paid", "every:6h")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bill.paid", "TYPE=MODEL"),
        ("bill.payed=real-time", 'did you mean "bill.paid"'),
        ("friend.visited=real-time", "not an event type that a client sends"),
        ("bill.paid=batch@25:00", "batch@02:00"),
        ("bill.paid=batch@moo-02:00", "batch@mon-02:00"),
        ("bill.paid=batch@02:00/xml", "/csv"),
        ("bill.paid=every:0m", "every:15m"),
        ("bill.paid=every:x", "every:15m"),
        ("bill.paid=weekly", "real-time"),
    ],
)
def test_bad_models_say_what_is_right(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_override(text)


def test_each_type_arrives_as_its_model_says(messages: pl.DataFrame) -> None:
    late = (pl.col("received_at") - pl.col("occurred_at")).alias("late")
    own = messages.filter(pl.col("source") == "platform")
    assert (own.select(late)["late"] == 0).all()
    crm = messages.filter(pl.col("source") == "client/crm").select(late)["late"]
    assert crm.to_numpy().min() >= 1
    assert 60 < np.median(crm) < 240
    for kind, minute in (("service.activated", 120), ("bill.paid", 210)):
        batch = messages.filter(pl.col("type") == kind)
        assert batch.height
        assert (batch["received_at"] % DAY_MS == minute * 60_000).all()
        assert batch.select(late)["late"].is_between(1, DAY_MS).all()
        assert (due_of(batch["file"].to_numpy()) == batch["received_at"].to_numpy()).all()
        assert {name_of(file).type for file in batch["file"].to_list()} == {kind}


def _plan(model: Every | BatchFiles, *occurred: int) -> list[int]:
    kind = TYPES.index("bill.paid")
    at = np.array(occurred, dtype=np.int64)
    arrival, _ = Channels({"bill.paid": model}, 1).plan(at, np.full(len(at), kind))
    moments: list[int] = arrival.tolist()
    return moments


def test_near_real_time_collects() -> None:
    at = _plan(Every(900_000), START, START + 1, START + 900_000)
    assert [one - START for one in at] == [900_000, 900_000, 1_800_000]


def test_a_weekly_file_comes_on_its_day() -> None:
    monday = datetime(2026, 1, 5, 2, 30, tzinfo=UTC).timestamp() * 1000
    model = parse_model("batch@mon-02:30")
    assert isinstance(model, BatchFiles)
    assert _plan(model, START, int(monday) - 1, int(monday)) == [monday, monday, monday + 7 * DAY_MS]


@settings(max_examples=20, deadline=None)
@given(
    cuts=st.lists(st.integers(0, DAYS * DAY_MS), max_size=8),
    limits=st.lists(st.integers(1, 400), min_size=1, max_size=5),
)
def test_the_order_of_arrival_is_the_same_however_it_is_filled_and_drained(
    cuts: list[int], limits: list[int], messages: pl.DataFrame
) -> None:
    whole = ArrivalQueue()
    whole.put(messages)
    expected = whole.take(START + 10 * DAYS * DAY_MS)
    assert expected.height == messages.height
    assert expected.equals(expected.sort("received_at", "file", "line", "occurred_at", "id"))
    queue, taken, before = ArrivalQueue(), [], START
    for number, cut in enumerate([*sorted(cuts), DAYS * DAY_MS, 2 * DAYS * DAY_MS]):
        until = START + cut
        queue.put(messages.filter(pl.col("occurred_at").is_between(before, until, closed="left")))
        before = until
        while (part := queue.take(until, limits[number % len(limits)])).height:
            taken.append(part)
    assert len(queue) == 0
    assert_frame_equal(pl.concat(taken), expected)


def test_a_few_among_many_find_their_place(messages: pl.DataFrame) -> None:
    half = messages.height // 2
    queue, whole = ArrivalQueue(), ArrivalQueue()
    whole.put(messages)
    expected = whole.take(START + 10 * DAYS * DAY_MS)
    odd = pl.Series(np.arange(messages.height) % 7 == 3)
    rest = messages.filter(~odd)
    queue.put(rest[:half])
    queue.put(rest[half:])
    queue.put_among(messages.filter(odd))
    assert_frame_equal(queue.take(START + 10 * DAYS * DAY_MS), expected)
