"""Several markets simulated together: each has the same events as alone, to the millisecond."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl
from polars.testing import assert_frame_equal

from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.program.presets import find_program
from simulator.run.plan import Plan
from simulator.world.feedback import OutcomeFeedback
from simulator.world.pseudonyms import text_marks
from simulator.world.reward_acts import ReportedReward
from simulator.world.spec import WorldSpec
from simulator.world.windows import START_MS, InProcessWorld, WorldSetup
from tests.presets import each_preset

DAYS, REFERRERS = 36, 100
HOLD_MS = 864_000_000


@cache
def program_of(name: str) -> Program:
    return load_program(*find_program(name))


@cache
def world_of(name: str) -> WorldSpec:
    return Plan(name).world()


def outcomes(name: str, events: pl.DataFrame, market: int = 0, before: str = "") -> OutcomeFeedback:
    """Made-up outcomes of a market's events, the same whatever else is simulated with it."""
    shares = events.filter(pl.col("type") == "referral.shared")
    visits = events.filter(pl.col("type") == "friend.visited")
    places = events["community"].drop_nulls().unique().sort().to_list()[:2]
    converted = events.filter(pl.col("type") == world_of(name).conversion.event)
    rewards = tuple(
        ReportedReward(
            at=at,
            state=state,
            source=source,
            event_id=event,
            milestone="bought",
            reward=reward.name,
            role="friend",
            recipient=ref,
            friend=ref,
            due_at=at + HOLD_MS,
            market=market,
        )
        for at, source, event, ref in converted.select("occurred_at", "source", "id", "subject").rows()
        for state in ("pending", "offered", "issued")
        for reward in program_of(name).rewards
    )
    return OutcomeFeedback(
        rewarded=text_marks(shares["subject"]),
        refused=text_marks(visits["subject"]),
        communities=tuple(before + place.removeprefix(before) for place in places),
        rewards=rewards,
    )


def joined(parts: Sequence[OutcomeFeedback]) -> OutcomeFeedback:
    return OutcomeFeedback(
        rewarded=pl.concat([pl.Series(one.rewarded) for one in parts]).to_numpy(),
        refused=pl.concat([pl.Series(one.refused) for one in parts]).to_numpy(),
        communities=tuple(place for one in parts for place in one.communities),
        rewards=tuple(reward for one in parts for reward in one.rewards),
    )


@cache
def together(name: str, seeds: tuple[int, ...]) -> dict[int, pl.DataFrame]:
    """The events of several markets simulated together, by seed, as those of its own world."""
    world = InProcessWorld(WorldSetup(world_of(name), program_of(name), seeds, REFERRERS, START_MS, DAYS))
    told, found, until = OutcomeFeedback(), [], START_MS
    while until < START_MS + DAYS * 86_400_000:
        window = world.next(told)
        until = window.until_ms
        found.append(window.events)
        told = joined(
            [
                outcomes(name, window.events.filter(pl.col("market") == place), place, f"{seed}:")
                for place, seed in enumerate(seeds)
            ]
        )
    events = pl.concat(found)
    own = pl.col("community").str.split(":").list.last()
    return {
        seed: events.filter(pl.col("market") == place).drop("market").with_columns(own)
        for place, seed in enumerate(seeds)
    }


@cache
def alone(name: str, seed: int) -> pl.DataFrame:
    """The events of a market's own world."""
    world = InProcessWorld(WorldSetup(world_of(name), program_of(name), seed, REFERRERS, START_MS, DAYS))
    told, found, until = OutcomeFeedback(), [], START_MS
    while until < START_MS + DAYS * 86_400_000:
        window = world.next(told)
        until = window.until_ms
        found.append(window.events)
        told = outcomes(name, window.events)
    return pl.concat(found)


@each_preset
def test_a_market_among_others_has_the_events_of_its_world_alone(preset: str) -> None:
    stacked = together(preset, (4, 9, 1))
    for seed, events in stacked.items():
        assert events.height > 100
        assert_frame_equal(events, alone(preset, seed))


@each_preset
def test_neither_order_nor_grouping_of_markets_matters(preset: str) -> None:
    for seed, events in together(preset, (9, 4)).items():
        assert_frame_equal(events, alone(preset, seed))


def test_acts_on_rewards_are_among_them() -> None:
    events = together("retail", (4, 9, 1))
    assert any((one["type"] == "reward.redeemed").any() for one in events.values())


def test_markets_differ() -> None:
    one, two, three = together("telecom", (4, 9, 1)).values()
    ids = pl.concat([one["id"], two["id"], three["id"]])
    assert ids.n_unique() == len(ids)
