"""The presets' world files, all eight: sources, the reference offer, and small runs, verified."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from simulator.program.load import load_program
from simulator.program.presets import find_program, preset_names
from simulator.proof.verify import verify
from simulator.run.plan import Plan, world_names, world_text
from simulator.world.offer import answers
from simulator.world.spec import WorldSpec
from simulator.world.windows import start_of
from tests.presets import BY_DEFAULT, each_preset
from tests.world.running import run_into

SOURCES = ("assumed", "Extole", "HBR", "Garnefeld", "Friendbuy", "Schmitt", "Webmagazine", "Talkable")

every_preset = pytest.mark.parametrize("name", world_names())


def world(name: str) -> WorldSpec:
    return Plan(preset=name).world()


def test_every_program_has_a_world() -> None:
    assert world_names() == preset_names()
    assert len(world_names()) == 8
    assert all(world(name).name == name for name in world_names())


@every_preset
def test_every_number_has_a_source_or_says_that_it_is_assumed(name: str) -> None:
    """The source of a number is on its own line, or on the line that opens its table."""
    table_has_one = False
    for line in world_text(name).splitlines():
        text, _, comment = line.partition("#")
        has_one = any(source in comment for source in SOURCES)
        if text.startswith("["):
            table_has_one = has_one
        elif any(letter.isdigit() for letter in text):
            assert has_one or table_has_one, line


@every_preset
def test_the_presets_program_is_the_reference_of_its_world(name: str) -> None:
    found = answers(world(name), load_program(*find_program(name)))
    assert found.sharing == pytest.approx(1, abs=1e-4)
    assert found.converting == pytest.approx(1, abs=1e-4)


@every_preset
def test_a_worlds_events_are_those_that_its_program_decides_on(name: str) -> None:
    spec, program = world(name), load_program(*find_program(name))
    made = {spec.conversion.event, *(one.event for one in spec.later)}
    assert {milestone.event for milestone in program.milestones} <= made
    assert spec.currency == program.currency
    assert set(spec.delivery) <= {"customer.identified", "conversion.reversed", *made}


def test_the_worlds_differ_in_how_they_live_and_deliver() -> None:
    worlds = [world(name) for name in world_names()]
    assert len({one.currency for one in worlds}) >= 4
    assert len({country for one in worlds for country in one.people.countries}) >= 10
    models = {model.partition("@")[0].partition(":")[0] for one in worlds for model in one.delivery.values()}
    assert models == {"real-time", "every", "batch"}
    assert all(one.cheats.self_referral for one in worlds)


@each_preset
def test_a_small_run_is_judged_rewarded_and_verified(preset: str, tmp_path: Path) -> None:
    program = load_program(*find_program(preset))
    path = tmp_path / f"{preset}.db"
    referrers, days = (250, 50) if preset in BY_DEFAULT else (400, 70)  # the others pay later
    plan = Plan(preset=preset, seed=2, referrers=referrers, days=days, start_ms=start_of(program))
    assert run_into(path, program, plan=plan) == "finished"
    with closing(sqlite3.connect(path)) as db:
        (qualified,) = db.execute("SELECT COUNT(*) FROM decision WHERE outcome = 'qualified'").fetchone()
        (rewards,) = db.execute("SELECT COUNT(*) FROM reward WHERE state = 'issued'").fetchone()
        (odd,) = db.execute("SELECT COUNT(*) FROM quarantine").fetchone()
    assert qualified > 0
    assert rewards > 0
    assert odd == 0
    assert verify(path).difference is None
