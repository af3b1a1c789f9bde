"""The same run gives the same events, however it is split; another design meets the same people with the same luck."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from simulator.domain.spans import DAY_MS
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.events.decode import Receiver, decode_lines
from simulator.events.encode import encode_events

START = 1_767_225_600_000
DAYS = 20


@pytest.fixture(scope="module")
def whole(make_world: Any) -> pl.DataFrame:
    frame: pl.DataFrame = make_world(days=DAYS).advance(START + DAYS * DAY_MS)
    return frame


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(cuts=st.lists(st.integers(0, DAYS * DAY_MS), max_size=12))
def test_any_windows_give_the_same_events(cuts: list[int], make_world: Any, whole: pl.DataFrame) -> None:
    world = make_world(days=DAYS)
    parts = []
    before = START
    for cut in [*sorted(cuts), DAYS * DAY_MS]:
        part = world.advance(START + cut)
        assert part["occurred_at"].is_between(before, START + cut, closed="left").all()
        before = START + cut
        parts.append(part)
    assert_frame_equal(pl.concat(parts), whole)


def test_time_does_not_go_back(make_world: Any) -> None:
    world = make_world(days=3)
    world.advance(START + DAY_MS)
    with pytest.raises(ValueError, match="must not go back"):
        world.advance(START)


def test_a_shorter_run_is_the_beginning_of_a_longer_one(make_world: Any, whole: pl.DataFrame) -> None:
    short = make_world(days=9).advance(START + 9 * DAY_MS)
    assert_frame_equal(short, whole.filter(pl.col("occurred_at") < START + 9 * DAY_MS))


def test_another_seed_is_another_world(make_world: Any, whole: pl.DataFrame) -> None:
    other = make_world(seed=2, days=DAYS).advance(START + DAYS * DAY_MS)
    assert not set(other["subject"]) & set(whole["subject"])
    assert not set(other["id"]) & set(whole["id"])


def test_two_designs_meet_the_same_people_with_the_same_luck(make_world: Any, make_program: Any) -> None:
    poor = make_world(program=make_program(500, 200), days=60, referrers=600).advance(START + 60 * DAY_MS)
    rich = make_world(program=make_program(9000, 6000), days=60, referrers=600).advance(START + 60 * DAY_MS)

    def of(events: pl.DataFrame, kind: str) -> pl.DataFrame:
        return events.filter(pl.col("type") == kind)

    both = set(of(poor, "referral.shared")["id"]) & set(of(rich, "referral.shared")["id"])
    # who shares for little shares for much, at the same moment
    assert both == set(of(poor, "referral.shared")["id"])
    assert of(rich, "referral.shared").height > 1.2 * len(both)
    visits = of(poor, "friend.visited")
    again = of(rich, "friend.visited")
    shared = visits.join(again, on="id", how="inner", suffix="_rich")
    assert shared.height > 0.9 * visits.height  # the rest are second visits by links that others had by then
    assert (shared["occurred_at"] == shared["occurred_at_rich"]).all()
    assert (shared["subject"] == shared["subject_rich"]).all()
    assert set(of(poor, "service.activated")["id"]) <= set(of(rich, "service.activated")["id"])


def test_every_event_passes_the_platforms_door(whole: pl.DataFrame, make_world: Any) -> None:
    events = make_world(referrers=1500, days=70).advance(START + 70 * DAY_MS)
    made = set(events["type"].unique().cast(pl.String))
    rare = {"customer.closed", "customer.reopened", "customer.merged", "conversion.reinstated"}
    assert made - rare == {
        "customer.identified",
        "link.created",
        "session.authenticated",
        "referral.shared",
        "friend.visited",
        "friend.claimed",
        "friend.opted_in",
        "eligibility.confirmed",
        "service.activated",
        "bill.paid",
        "conversion.reversed",
    }
    messages = events.select(pl.col("occurred_at").alias("received_at"), *list(MESSAGE_SCHEMA)[1:])
    assert messages.schema == pl.Schema(MESSAGE_SCHEMA)
    lines = encode_events(messages)
    decoded = decode_lines(lines, Receiver(earliest_receipt_ms=0, clock_ms=None), lambda _text: None)
    assert decoded.rejected == []
    assert_frame_equal(decoded.messages.select(list(MESSAGE_SCHEMA)), messages)
    assert events["id"].n_unique() == events.height
    assert whole.height < events.height


def test_a_journey_is_in_order(make_world: Any) -> None:
    events = make_world(referrers=800, days=60).advance(START + 60 * DAY_MS)
    first = events.pivot(on="type", index="subject", values="occurred_at", aggregate_function="min")
    for before, after in (
        ("customer.identified", "link.created"),
        ("link.created", "referral.shared"),
        ("friend.visited", "friend.claimed"),
        ("friend.claimed", "friend.opted_in"),
        ("friend.claimed", "eligibility.confirmed"),
        ("friend.claimed", "service.activated"),
        ("service.activated", "bill.paid"),
    ):
        pairs = first.filter(pl.col(before).is_not_null() & pl.col(after).is_not_null())
        assert pairs.height
        assert (pairs[before] < pairs[after]).all()


def test_a_person_is_the_same_under_another_design(make_world: Any, make_program: Any) -> None:
    """Name, contact, country, segment, and the delays of each step don't depend on the program."""
    people, steps = [], []
    for design in (make_program(500, 200), make_program(9000, 6000)):
        world = make_world(program=design, days=60, referrers=2000)
        events = world.advance(START + 60 * DAY_MS)
        people.append(world.take_people().unique("ref", keep="last").sort("ref"))
        first = events.filter(pl.col("type").is_in(["friend.claimed", "service.activated"]))
        steps.append(
            first.pivot(
                on="type", index="subject", values="occurred_at", aggregate_function="min"
            ).drop_nulls()
        )
    both = people[0].join(people[1], on="ref", suffix="_rich")
    assert both.height > 1500
    for name in ("name", "email", "phone", "segment", "country"):
        assert (both[name] == both[f"{name}_rich"]).all()
    took = steps[0].join(steps[1], on="subject", suffix="_rich")
    assert took.height > 10
    poor = took["service.activated"] - took["friend.claimed"]
    assert (
        poor == took["service.activated_rich"] - took["friend.claimed_rich"]
    ).mean() > 0.9  # but for second visits
