"""Drawn responses: in each market people respond to an offer differently, within what the world file assumes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from polars.testing import assert_frame_equal

from referral_tui.study_words import Ground, verdict
from simulator.lab.study import run_study
from simulator.lab.summary import summarise
from simulator.program.model import Program
from simulator.run.plan import Plan
from simulator.world.drawn_offer import drawn_offers, response_assumptions
from tests.lab.agreeing import preset, setting
from tests.lab.frames import markets_of
from tests.lab.test_summary import A, B

PLAN = Plan("telecom", 0, 250, 45)
SPEC = PLAN.world()


def test_each_number_lies_in_its_range_as_often_below_as_above_the_files_own() -> None:
    offers = drawn_offers(SPEC, range(400))
    assumed = response_assumptions(SPEC)
    assert [one.name for one in assumed] == [
        f"offer.{role}.{key}" for role in ("referrer", "friend") for key in ("elasticity", "without")
    ]
    for one in assumed:
        _, role, key = one.path
        values = np.array([getattr(getattr(offer, role), key) for offer in offers])
        assert one.low <= values.min() < one.value < values.max() <= one.high
        assert 0.4 < (values < one.value).mean() < 0.65  # what would not saturate is drawn again
    assert all(one.referrer.saturates and one.friend.saturates for one in offers)
    assert drawn_offers(SPEC, [7, 3]) == [offers[7], offers[3]]


def more(program: Program, times: int) -> Program:
    rewards = tuple(
        replace(one, value_minor=None if one.value_minor is None else one.value_minor * times)
        for one in program.rewards
    )
    return replace(program, rewards=rewards)


def test_a_drawn_market_says_the_same_alone_and_among_others() -> None:
    way = replace(setting(PLAN), drawn=True)
    designs = {"a": more(preset("telecom"), 3)}
    together = run_study(designs, [1, 2, 3], way)
    alone = run_study(designs, [2], way)
    assert_frame_equal(together.markets.filter(seed=2), alone.markets)
    filed = run_study(designs, [1, 2, 3], setting(PLAN)).markets
    assert together.markets["funnel.visited"].to_list() != filed["funnel.visited"].to_list()


def test_with_drawn_responses_a_difference_is_reported_as_the_range_of_single_markets() -> None:
    first, other = summarise(markets_of({"A": A, "B": B}), ["A", "B"])
    said = verdict(first, other, Ground(100, 365, "GBP", 2, drawn=True), budget=True)
    assert said == (
        "With luck and response drawn, B brings 9 to 12 more customers a year than A (all of 6 markets lie about "
        "there), and pays out £4.80 to £5.30 more; in 2 of 6 markets its budget ends before the year is over."
    )


def test_a_difference_that_may_go_either_way_says_how_often_it_goes_which() -> None:
    less = {**B, "funnel.qualified": [98, 119, 101, 117, 104, 110]}
    first, other = summarise(markets_of({"A": A, "B": less}), ["A", "B"])
    said = verdict(first, other, Ground(100, 365, "GBP", 2, drawn=True), budget=False)
    assert said.startswith(
        "With luck and response drawn, B brings between 2 fewer and 12 more customers a year than A (all of 6 markets "
        "lie about there), more in 5 of 6 markets"
    )
