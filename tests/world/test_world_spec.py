"""The world file: problems are reported line by line; the response to an offer."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from simulator.domain.errors import InputError, WorldError
from simulator.program.load import load_program
from simulator.program.model import Experiment, Reward, Variant
from simulator.program.presets import find_program
from simulator.run.pace import parse_pace
from simulator.run.plan import world_text
from simulator.world.offer import answers, offered, response, typical_amounts
from simulator.world.spec import WorldSpec, load_world
from simulator.world.spec_buying import Response


def test_the_preset_loads() -> None:
    assert load_world(world_text("telecom"), "telecom/world.toml").name == "telecom"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("rate = 0.159", "rate = 1.59", "w.toml: sharing.rate: 1.59 is more than 1, the maximum"),
        ("[sharing]", "[sharing]\nrat = 1", 'w.toml: sharing.rat: no such key; did you mean "rate"?'),
        ("rate = 0.159", "rat = 0.159", "w.toml: sharing.rate: the key is missing"),
        ("rate = 0.159", 'rate = "a lot"', 'w.toml: sharing.rate: "a lot" is not a number'),
        ("[cheats.ring]", "[cheats.rink]", 'w.toml: cheats.rink: no such key; did you mean "ring"?'),
        (
            "segments.sim-only = { share",
            "segments.sim-only = { shar",
            'w.toml: people.segments.sim-only.shar: no such key; did you mean "share"?',
        ),
        ("median = 80.0,", "median = 0.0,", "w.toml: channel.3.reach.median: 0.0 must be more than 0"),
        (
            'reach = "one"',
            'reach = "some"',
            "w.toml: channel.1.reach: no such value \"some\"; use one of 'one'",
        ),
        (
            'event = "service.activated"',
            'event = "bought"',
            'w.toml: conversion.event: no such value "bought"',
        ),
        ("hours = [0.5, ", "hours = [", "w.toml: rhythm.hours: has 23 values; it must have 24"),
        ("again_delay = {", "again_delay = 3 # {", "w.toml: friend.again_delay: 3 is not a table"),
        ('"40s"', '"40 sec"', "w.toml: sharing.delay.median: a duration is a number and a unit"),
        (
            'name = "email"\nshare = 0.15',
            'name = "email"\nshare = 0.25',
            "w.toml: channel: the shares add up to 1.1",
        ),
        ("kinds.partner", "kinds.friend", "is not one of customer, employee, partner"),
        (
            'locale = "en_GB"',
            'locale = "en_UK"',
            "w.toml: people.countries.GB.locale: locale 'en_UK': Faker has no names",
        ),
        ("elasticity = 0.35", "elasticity = 0.7", "under 1"),
        ("[sharing]", "[sharing", "w.toml: not TOML"),
    ],
)
def test_what_is_wrong_is_said(before: str, after: str, said: str) -> None:
    text = world_text("telecom")
    assert before in text
    with pytest.raises(WorldError) as told:
        load_world(text.replace(before, after, 1), "w.toml")
    assert said in str(told.value)


def test_all_problems_are_told_at_once() -> None:
    text = world_text("telecom").replace("rate = 0.159", "rate = -1").replace("claim = 0.1711", "claim = 7")
    with pytest.raises(WorldError) as told:
        load_world(text, "w.toml")
    assert len(str(told.value).splitlines()) == 2


def test_the_answer_to_a_reward_saturates_with_the_stated_elasticity() -> None:
    spec = Response(reference=20.0, elasticity=0.35, without=0.35)
    assert response(spec, 20) == pytest.approx(1)
    assert response(spec, 0) == pytest.approx(0.35)
    slope = (response(spec, 20.2) - response(spec, 19.8)) / 0.4 * 20
    assert slope == pytest.approx(0.35, rel=1e-3)
    values = [response(spec, value) for value in (0, 5, 20, 80, 1e9)]
    assert values == sorted(values)
    assert values[-1] < 2.5
    assert response(Response(reference=20.0, elasticity=0.0, without=0.5), 500) == 1


def test_the_preset_program_is_the_reference_of_its_world(telecom: WorldSpec) -> None:
    program = load_program(*find_program("telecom"))
    found = answers(telecom, program)
    assert found.sharing == pytest.approx(1)
    assert found.converting == pytest.approx(1)
    assert offered(program, "friend", typical_amounts(telecom)) == 15


def test_a_bigger_offer_moves_people(telecom: WorldSpec, make_program: Any) -> None:
    poor, rich = answers(telecom, make_program(1000, 100)), answers(telecom, make_program(9000, 9000))
    assert poor.sharing < 1 < rich.sharing
    assert poor.converting < 1 < rich.converting


@pytest.mark.parametrize(("text", "pace"), [("max", 0), ("1d/s", 86_400), ("6h/s", 21_600), ("30m/s", 1800)])
def test_paces(text: str, pace: float) -> None:
    assert parse_pace(text) == pace


@pytest.mark.parametrize("text", ["", "fast", "1d", "1d/h", "0d/s", "-1d/s"])
def test_bad_paces_say_what_is_right(text: str) -> None:
    with pytest.raises(InputError, match="1d/s"):
        parse_pace(text)


def test_a_reward_with_dates_moves_people_while_it_is_on(telecom: WorldSpec, make_program: Any) -> None:
    plain = make_program()
    booster = Reward("booster", "referrer", "activated", "credit", 9000, from_ms=1000, until_ms=2000)
    program = replace(plain, rewards=(*plain.rewards, booster))
    usual = answers(telecom, plain).sharing
    assert [answers(telecom, program, at).sharing > usual for at in (None, 999, 1000, 1999, 2000)] == [
        *(False, False, True, True, False)
    ]
    assert answers(telecom, program, 2000).sharing == usual


def test_of_a_reward_for_a_variant_its_part_is_promised_and_a_share_stays_in_its_bounds(
    make_program: Any,
) -> None:
    plain = make_program(0, 0)
    experiment = Experiment("size", "referrer", (Variant("small", 3), Variant("large", 1)))
    program = replace(
        plain,
        experiments=(experiment,),
        rewards=(
            Reward("small", "referrer", "activated", "credit", 1000, when="variant_size = 'small'"),
            Reward("large", "referrer", "activated", "credit", 4000, when="variant_size = 'large'"),
            Reward("share", "friend", "activated", "credit", percent=Decimal(10), max_minor=500),
            Reward("least", "friend", "activated", "credit", percent=Decimal(10), min_minor=2000),
        ),
    )
    assert offered(program, "referrer", {}) == pytest.approx(10 * 0.75 + 40 * 0.25)
    assert offered(program, "friend", {"service.activated": 100.0}) == pytest.approx(5 + 20)
