"""Feedback: rewarded people share more often, refused people less, from a fixed moment on, and it fades."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from simulator.domain.spans import DAY_MS
from simulator.program.model import Reward
from simulator.world.feedback import OutcomeFeedback
from simulator.world.pseudonyms import text_marks
from simulator.world.spec import WorldSpec
from simulator.world.windows import InProcessWorld, WorldSetup

START = 1_767_225_600_000
DAYS = 60
WINDOW_MS = 3 * DAY_MS


@pytest.fixture(scope="module")
def busy(change: Any) -> WorldSpec:
    """Everybody joins at once, and looks at the page equally often."""
    spec: WorldSpec = change(
        people={"launch_share": 1.0, "launch_mean": "1h"},
        activity={"sessions_per_year": 60.0, "inequality": 0.0, "most_per_day": 10.0, "fades": "5000d"},
        conversion={"becomes_referrer": 0.0},
        feedback={"rewarded": 1.0, "refused": 0.5, "most": 3.0, "fades": "20d"},
    )
    return spec


def _looks(events: pl.DataFrame, whom: pl.Series, first_day: int, last_day: int) -> int:
    return events.filter(
        (pl.col("type") == "session.authenticated")
        & pl.col("subject").is_in(whom.implode())
        & pl.col("occurred_at").is_between(
            START + first_day * DAY_MS, START + last_day * DAY_MS, closed="left"
        )
    ).height


def test_moods_rise_fall_and_fade(busy: WorldSpec, make_world: Any) -> None:
    world = make_world(busy, referrers=4000, days=DAYS)
    first = world.advance(START + 6 * DAY_MS)
    people = first.filter(pl.col("type") == "link.created")["subject"]
    glad, sad, others = people[:1000], people[1000:2000], people[2000:]
    world.apply_feedback(OutcomeFeedback(rewarded=text_marks(glad), refused=text_marks(sad)))
    rest = world.advance(START + DAYS * DAY_MS)
    expected = _looks(rest, others, 6, 12) * 1000 / others.len()
    noise = 5 * np.sqrt(2 * expected)
    assert abs(_looks(rest, glad, 6, 12) - 1.87 * expected) < noise  # twice, three days of fading on average
    assert abs(_looks(rest, sad, 6, 12) - 0.57 * expected) < noise
    late = _looks(rest, others, 50, 60) * 1000 / others.len()
    assert abs(_looks(rest, glad, 50, 60) - 1.09 * late) < 5 * np.sqrt(2 * late)


def test_a_communitys_reward_moves_its_members(busy: WorldSpec, make_world: Any) -> None:
    feedback = busy.feedback
    assert feedback is not None
    giving = busy.model_copy(update={"feedback": feedback.model_copy(update={"community": 0.5})})
    moved, plain = (make_world(giving, referrers=3000, days=12) for _ in range(2))
    first = moved.advance(START + 6 * DAY_MS).filter(pl.col("type") == "customer.identified")
    plain.advance(START + 6 * DAY_MS)
    group = first["community"].drop_nulls().mode().sort()[0]
    inside = first.filter(pl.col("community") == group)["subject"]
    outside = first.filter(pl.col("community").ne_missing(group))["subject"]
    moved.apply_feedback(OutcomeFeedback(communities=(group, group, "no-such-club")))
    one, other = (world.advance(START + 12 * DAY_MS) for world in (moved, plain))
    assert _looks(one, inside, 6, 12) > _looks(other, inside, 6, 12)
    assert _looks(one, outside, 6, 12) == _looks(other, outside, 6, 12)


def test_nobody_is_gladder_than_most(busy: WorldSpec, make_world: Any) -> None:
    world = make_world(busy, referrers=2000, days=12)
    people = world.advance(START + 6 * DAY_MS).filter(pl.col("type") == "link.created")["subject"]
    glad, others = people[:1000], people[1000:]
    world.apply_feedback(OutcomeFeedback(rewarded=text_marks(pl.concat([glad] * 9))))
    rest = world.advance(START + 9 * DAY_MS)
    expected = _looks(rest, others, 6, 9) * 1000 / others.len()
    assert abs(_looks(rest, glad, 6, 9) - 2.9 * expected) < 6 * np.sqrt(3 * expected)


def test_the_same_luck_at_another_mood(busy: WorldSpec, make_world: Any) -> None:
    """People who look often also look at all the moments at which they would have looked otherwise."""
    plain, moved = (make_world(busy, referrers=500, days=20) for _ in range(2))
    people = plain.advance(START + 6 * DAY_MS)["subject"]
    moved.advance(START + 6 * DAY_MS)
    moved.apply_feedback(OutcomeFeedback(rewarded=text_marks(people)))
    few, many = plain.advance(START + 20 * DAY_MS), moved.advance(START + 20 * DAY_MS)
    looks = few.filter(pl.col("type") == "session.authenticated")["id"]
    assert set(looks) < set(many["id"])


def test_who_is_not_of_this_world_feels_nothing(busy: WorldSpec, make_world: Any) -> None:
    strange, plain = (make_world(busy, referrers=50, days=9) for _ in range(2))
    strange.apply_feedback(OutcomeFeedback(rewarded=text_marks(pl.Series(["p" + "7" * 24, "customer-9"]))))
    assert strange.advance(START + 9 * DAY_MS).equals(plain.advance(START + 9 * DAY_MS))


def test_what_is_felt_before_a_window_counts_from_its_end_on(busy: WorldSpec, make_program: Any) -> None:
    setting = WorldSetup(busy, make_program(), 1, 800, START, 30)
    told, untold = InProcessWorld(setting), InProcessWorld(setting)
    people = pl.concat([told.next(OutcomeFeedback()).events, untold.next(OutcomeFeedback()).events])[
        "subject"
    ].unique()
    one, other = told.next(OutcomeFeedback(rewarded=text_marks(people))), untold.next(OutcomeFeedback())
    assert one.events.equals(other.events)
    assert one.until_ms == START + 2 * WINDOW_MS
    assert told.next(OutcomeFeedback()).events.height > untold.next(OutcomeFeedback()).events.height


def test_a_changed_program_is_answered(busy: WorldSpec, make_program: Any) -> None:
    """People respond to the offer in force, as if it had been so from the start, from the boundary on."""
    changed = InProcessWorld(WorldSetup(busy, make_program(), 1, 800, START, 30))
    rich = InProcessWorld(WorldSetup(busy, make_program(9000, 6000), 1, 800, START, 30))
    changed.next(OutcomeFeedback(program=make_program(9000, 6000)))
    rich.next(OutcomeFeedback())

    def shares(windows: InProcessWorld) -> set[str]:
        found = windows.next(OutcomeFeedback()).events.filter(pl.col("type") == "referral.shared")
        return set(found["id"])

    one, other = shares(changed), shares(rich)
    # shares of a few late in the first window are written in the second
    assert len(one & other) > 0.97 * len(one)


def test_people_share_more_in_a_booster_week(busy: WorldSpec, make_world: Any, make_program: Any) -> None:
    plain = make_program()
    booster = Reward(
        *("booster", "referrer", "activated", "credit", 20_000),
        from_ms=START + 20 * DAY_MS,
        until_ms=START + 27 * DAY_MS,
    )
    usual, boosted = (
        make_world(busy, one, referrers=1500, days=40).advance(START + 40 * DAY_MS)
        for one in (plain, replace(plain, rewards=(*plain.rewards, booster)))
    )

    def shares(events: pl.DataFrame, first: int, last: int) -> int:
        at = pl.col("occurred_at").is_between(START + first * DAY_MS, START + last * DAY_MS, closed="left")
        return events.filter((pl.col("type") == "referral.shared") & at).height

    assert shares(boosted, 0, 20) == shares(usual, 0, 20)
    assert shares(boosted, 20, 27) > 1.2 * shares(usual, 20, 27)
    assert shares(boosted, 28, 40) < 1.05 * shares(usual, 28, 40)
