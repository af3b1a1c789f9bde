"""What people do with rewards that the platform reports: they redeem and choose, and the operator vetoes a few."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, SupportsInt

import numpy as np
import polars as pl
import pytest

from simulator.domain.spans import DAY_MS
from simulator.program.model import Program, Reward
from simulator.world.feedback import OutcomeFeedback
from simulator.world.reward_acts import ReportedReward
from simulator.world.spec import WorldSpec

START = 1_767_225_600_000
DAYS = 120
REPORTED = 30  # days after the start
SOON = {"median": "5d", "spread": 0.5}
COUNT = 4000


@pytest.fixture(scope="module")
def acting(change: Any) -> WorldSpec:
    """A quarter of the referrers' rewards is redeemed, half of the friends', and three fifths of choices are made."""
    spec: WorldSpec = change(
        redemption={"referrer": 0.25, "friend": 0.5, "delay": SOON, "source": "client/shop"},
        choice={"share": 0.6, "delay": SOON},
        operator={"error": 0.1, "vetoes": {"share": 0.5, "delay": SOON, "reason": "looks made up"}},
    )
    return spec


@pytest.fixture(scope="module")
def program(make_program: Any) -> Program:
    found: Program = make_program()
    choice = Reward(
        "either", "referrer", "activated", None, 1000, choices=("bill", "card"), choose_within_ms=90 * DAY_MS
    )
    return replace(found, rewards=(*found.rewards, choice))


def reported(state: str, reward: str, role: str, friends: list[str] | None = None) -> list[ReportedReward]:
    """Report rewards that reached a state on the days before the thirtieth, and are due a month later."""
    return [
        ReportedReward(
            at=START + REPORTED * DAY_MS - (n + 1) * 60_000,
            state=state,
            source="client/provisioning",
            event_id=f"{state}-{reward}-{n}",
            milestone="activated",
            reward=reward,
            role=role,
            recipient=f"p{n:024x}",
            friend=friends[n % len(friends)] if friends else f"p{n:024x}",
            due_at=START + (REPORTED + 30) * DAY_MS,
        )
        for n in range(COUNT)
    ]


def acts(world: Any, rewards: list[ReportedReward]) -> pl.DataFrame:
    """Report rewards on the thirtieth day, and return what is done with them."""
    world.advance(START + REPORTED * DAY_MS)
    world.apply_feedback(OutcomeFeedback(rewards=tuple(rewards)))
    events: pl.DataFrame = world.advance(START + DAYS * DAY_MS)
    return events.filter(pl.col("reward_id").is_not_null())


def assert_share(count: SupportsInt, among: int, share: float) -> None:
    assert abs(int(count) - among * share) < 4 * np.sqrt(among * share * (1 - share))


def test_rewards_are_redeemed_as_often_as_said_after_they_were_reported(
    acting: WorldSpec, program: Program, make_world: Any
) -> None:
    rewards = [
        *reported("issued", "to-referrer", "referrer"),
        *reported("issued", "to-friend", "friend"),
    ]
    found = acts(make_world(acting, program, referrers=50, days=DAYS), rewards)
    assert set(found["type"]) == {"reward.redeemed"}
    assert set(found["source"]) == {"client/shop"}
    assert (found["occurred_at"] >= START + REPORTED * DAY_MS).all()
    for reward, share in (("to-referrer", 0.25), ("to-friend", 0.5)):
        assert_share(found.filter(pl.col("reward_reward") == reward).height, COUNT, share)
    assert found["id"].n_unique() == found.height
    recipients = {(one.event_id, one.reward): one.recipient for one in rewards}
    for event, reward, subject in found.select("reward_id", "reward_reward", "subject").iter_rows():
        assert recipients[event, reward] == subject


def test_nothing_is_redeemed_after_it_expired(acting: WorldSpec, program: Program, make_world: Any) -> None:
    short = replace(
        program,
        rewards=tuple(replace(one, expires_ms=5 * DAY_MS, clawback_ms=None) for one in program.rewards),
    )
    rewards = reported("issued", "to-referrer", "referrer")
    found = acts(make_world(acting, short, referrers=50, days=DAYS), rewards)
    ends = {one.event_id: one.at + 5 * DAY_MS for one in rewards}
    assert 0 < found.height < 0.2 * COUNT
    assert all(at <= ends[event] for event, at in found.select("reward_id", "occurred_at").iter_rows())


def test_recipients_choose_as_often_as_said_among_what_is_offered(
    acting: WorldSpec, program: Program, make_world: Any
) -> None:
    found = acts(
        make_world(acting, program, referrers=50, days=DAYS), reported("offered", "either", "referrer")
    )
    assert set(found["type"]) == {"reward.chosen"}
    assert_share(found.height, COUNT, 0.6)
    assert_share((found["choice"] == "bill").sum(), found.height, 0.5)
    assert set(found["choice"]) == {"bill", "card"}


def test_the_operator_stops_rewards_of_cheats_and_seldom_honest_ones(
    acting: WorldSpec, program: Program, make_world: Any
) -> None:
    world = make_world(acting, program, referrers=6000, days=DAYS)
    world.advance(START + REPORTED * DAY_MS)
    people = world.take_people()
    cheats = people.filter(pl.col("label").is_not_null())["ref"].unique().sort().to_list()
    honest = people.filter(pl.col("label").is_null())["ref"].unique().sort().to_list()
    assert len(cheats) > 20
    of_cheats = reported("pending", "to-referrer", "referrer", cheats)
    of_honest = reported("pending", "to-friend", "friend", honest)
    found = acts(world, [*of_cheats, *of_honest])
    assert set(found["type"]) == {"reward.vetoed"}
    assert set(found["reason"]) == {"looks made up"}
    assert found["subject"].null_count() == found.height
    assert (found["occurred_at"] < START + (REPORTED + 30) * DAY_MS).all()
    assert_share(found.filter(pl.col("reward_reward") == "to-referrer").height, COUNT, 0.5 * 0.9)
    assert_share(found.filter(pl.col("reward_reward") == "to-friend").height, COUNT, 0.5 * 0.1)


def test_the_same_happens_however_it_is_reported(
    acting: WorldSpec, program: Program, make_world: Any
) -> None:
    rewards = [*reported("issued", "to-referrer", "referrer"), *reported("offered", "either", "referrer")]
    one, other = (make_world(acting, program, referrers=50, days=DAYS) for _ in range(2))
    whole = acts(one, rewards)
    other.advance(START + REPORTED * DAY_MS)
    other.apply_feedback(OutcomeFeedback(rewards=tuple(rewards[::-2])))
    other.apply_feedback(OutcomeFeedback(rewards=tuple(rewards[::2])))
    parts = other.advance(START + DAYS * DAY_MS).filter(pl.col("reward_id").is_not_null())
    assert whole.height > 0
    assert parts.equals(whole)


def test_a_world_that_says_nothing_of_rewards_does_nothing_with_them(
    acting: WorldSpec, program: Program, make_world: Any
) -> None:
    operator = acting.operator.model_copy(update={"vetoes": None})
    quiet = acting.model_copy(update={"redemption": None, "choice": None, "operator": operator})
    assert not quiet.reported
    told, untold = (make_world(quiet, program, referrers=50, days=40) for _ in range(2))
    for world in (told, untold):
        world.advance(START + REPORTED * DAY_MS)
    told.apply_feedback(OutcomeFeedback(rewards=tuple(reported("issued", "to-referrer", "referrer"))))
    one, other = (world.advance(START + 40 * DAY_MS) for world in (told, untold))
    assert other.height > 0
    assert one.equals(other)
