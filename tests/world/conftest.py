"""Fixtures for the tests of the world: the telecom world, a plain program, and a small world with constant rates."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from simulator.domain.spans import DAY_MS
from simulator.program.model import Attribution, Milestone, Program, Reward
from simulator.run.plan import world_text
from simulator.world.spec import WorldSpec
from simulator.world.spec_cheats import Cheats
from simulator.world.world import World

START = 1_767_225_600_000  # 2026-01-01T00:00:00Z, a Thursday

MakeProgram = Callable[..., Program]
MakeWorld = Callable[..., World]
Change = Callable[..., WorldSpec]


def plain_program(referrer_minor: int = 3500, friend_minor: int = 1500, hold_days: int = 0) -> Program:
    """A design that gives fixed amounts to both sides; 35 and 15 are the reference values of the telecom world."""
    return Program(
        name="plain",
        industry="telecom",
        currency="GBP",
        digits=2,
        referrers=None,
        starts_ms=None,
        ends_ms=None,
        attribution=Attribution(),
        milestones=(Milestone("activated", "service.activated"),),
        rules=(),
        rewards=(
            Reward(
                "to-referrer",
                "referrer",
                "activated",
                "credit",
                value_minor=referrer_minor,
                hold_ms=hold_days * DAY_MS,
            ),
            Reward("to-friend", "friend", "activated", "credit", value_minor=friend_minor),
        ),
        budget_minor=None,
        text="",
    )


@pytest.fixture(scope="session")
def make_program() -> MakeProgram:
    return plain_program


@pytest.fixture(scope="session")
def raw_world() -> Callable[[], dict[str, Any]]:
    """The telecom world's file as plain values, for changing."""
    parsed = tomllib.loads(world_text("telecom"))
    return lambda: copy.deepcopy(parsed)


@pytest.fixture(scope="session")
def telecom(raw_world: Callable[[], dict[str, Any]]) -> WorldSpec:
    return WorldSpec.model_validate(raw_world())


@pytest.fixture(scope="session")
def change(raw_world: Callable[[], dict[str, Any]]) -> Change:
    """The telecom world with other values: `change(friend={"claim": 1.0})`."""

    def changed(**tables: Any) -> WorldSpec:
        raw = raw_world()
        raw.pop("assumed")  # the ranges hold for the file's own values
        for name, values in tables.items():
            raw[name] = {**raw.get(name, {}), **values} if isinstance(values, dict) else values
        return WorldSpec.model_validate(raw)

    return changed


@pytest.fixture(scope="session")
def constant(change: Change) -> WorldSpec:
    """Everybody shares once, with three people who each click with probability 0.2; whoever clicks buys and refers."""
    soon = {"median": "1h", "spread": 0.3}
    no_answer = {"reference": 35.0, "elasticity": 0.0, "without": 0.5}
    return change(
        rhythm={"hours": [1.0] * 24, "weekdays": [1.0] * 7, "months": [1.0] * 12},
        people={"launch_share": 1.0, "launch_mean": "1h"},
        activity={"sessions_per_year": 0.0},
        sharing={"rate": 1.0},
        channel=[
            {
                "name": "qr",
                "share": 1.0,
                "reach": {"median": 3.0, "spread": 0.0, "most": 3},
                "click": 0.2,
                "delay": soon,
            }
        ],
        friend={
            "till": 0.0,
            "other_link": 0.0,
            "again": 0.0,
            "claim": 1.0,
            "cross_device": 0.0,
            "claim_delay": soon,
        },
        conversion={
            "rate": 1.0,
            "delay": soon,
            "reversed": 0.0,
            "churn_per_year": 0.0,
            "becomes_referrer": 1.0,
            "becomes_delay": soon,
        },
        offer={"referrer": no_answer, "friend": no_answer},
        closing=None,
        cheats=dict.fromkeys(Cheats.model_fields),
    )


@pytest.fixture(scope="session")
def make_world(telecom: WorldSpec) -> MakeWorld:
    def made(
        spec: WorldSpec | None = None,
        program: Program | None = None,
        seed: int = 1,
        referrers: int = 300,
        days: int = 40,
    ) -> World:
        return World(
            spec or telecom,
            program or plain_program(),
            seed=seed,
            referrers=referrers,
            start_ms=START,
            days=days,
        )

    return made


@pytest.fixture(scope="session")
def year(telecom: WorldSpec) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Ten months of 6,000 referrers: all events, and the people of the CRM."""
    world = World(telecom, plain_program(), seed=3, referrers=6000, start_ms=START, days=300)
    events = world.advance(START + 300 * DAY_MS)
    return events, world.take_people()
