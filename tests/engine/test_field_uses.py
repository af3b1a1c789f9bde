"""What the data sheet says nothing uses can be left out: no attribution, decision or reward becomes another."""

from __future__ import annotations

import dataclasses
import json

import pytest

from simulator.domain.vocabulary import CONVERSION_TYPES, EventType
from simulator.events.contract import EVENT_TYPES, PARTS
from simulator.program.conditions import conditions_of
from simulator.program.facts import facts_of_program
from simulator.program.field_uses import Use, UseKind, field_uses, is_used
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.program.origins import FACT_ORIGINS, Origin, Origins, origins_of
from simulator.program.presets import find_program, preset_names
from tests.engine.agreeing import check, run
from tests.engine.strategies import Case, Event
from tests.engine.term_strategies import TRIED, case_with_terms

FIELDS = {
    *(Origin(kind) for kind in EVENT_TYPES),
    *(Origin(name, field.name) for name, kind in EVENT_TYPES.items() for field in kind.fields),
}


@pytest.fixture(scope="module")
def presets() -> dict[str, Program]:
    return {name: load_program(*find_program(name)) for name in preset_names()}


def programs_of(case: Case) -> list[Program]:
    """All versions of the program that may be in force in a case."""
    return [case.program, *case.programs.values()]


def without_unused(case: Case) -> Case:
    """The case without the fields, and the events, that no version of its program uses."""
    used: set[Origin] = set()
    for program in programs_of(case):
        used |= {origin for origin, uses in field_uses(program).items() if is_used(uses)}
    steps: list[Event | int] = []
    for step in case.steps:
        if isinstance(step, int):
            steps.append(step)
            continue
        kind = step["type"]
        if kind not in CONVERSION_TYPES and Origin(kind) not in used:
            continue
        steps.append(_stripped(step, used))
    return dataclasses.replace(case, steps=steps)


def _stripped(event: Event, used: set[Origin]) -> Event:
    kind = event["type"]
    left = dict(event)
    for field in EVENT_TYPES[kind].fields:
        # a conversion that no milestone counts may still attribute a friend, by the code in it
        kept = Origin(kind, field.name) in used or (field.name == "code" and kind in CONVERSION_TYPES)
        if not kept:
            for column in [f"{field.name}_{part}" for part in PARTS.get(field.name, ())] or [field.name]:
                left[column] = None
    if left.get("attributes") is not None:
        members = {
            name: value
            for name, value in json.loads(left["attributes"]).items()
            if Origin(kind, f"attributes.{name}") in used
        }
        left["attributes"] = json.dumps(members, sort_keys=True, separators=(",", ":")) if members else None
    return left


def apart(case: Case) -> str | None:
    """What becomes another when the unused is left out, if anything does."""
    whole, less = run(case), run(without_unused(case))
    for name, mine, theirs in zip(whole.rows._fields, whole.rows, less.rows, strict=True):
        if mine != theirs:
            return f"{name} with all fields:\n{mine}\nand without the unused:\n{theirs}"
    return None


@pytest.mark.parametrize("group", ["attributes", "all"])
def test_leaving_out_what_the_sheet_says_nothing_uses_changes_no_outcome(group: str) -> None:
    assert _tried(group, range(300, 303))


@pytest.mark.long
@pytest.mark.parametrize("group", TRIED)
def test_leaving_out_what_nothing_uses_changes_no_outcome_long(group: str) -> None:
    assert _tried(group, range(400, 408))


def _tried(group: str, seeds: range) -> int:
    """Try the cases of some seeds, and return in how many of them something was left out."""
    left_out = 0
    for seed in seeds:
        case = case_with_terms(seed, TRIED[group])
        left_out += without_unused(case).steps != case.steps
        check(case, apart)
    return left_out


def test_every_field_of_the_contract_has_its_uses_told_once(presets: dict[str, Program]) -> None:
    for program in presets.values():
        found = field_uses(program)
        own = {origin for origin in found if origin.field.startswith("attributes.")}
        assert found.keys() - own == FIELDS
        named = {origin.field.removeprefix("attributes.") for origin in own}
        assert named == {one.name for one in program.attributes}


def test_every_fact_says_what_it_is_made_of(presets: dict[str, Program]) -> None:
    for program in presets.values():
        for fact in facts_of_program(program):
            assert isinstance(origins_of(fact.name, program), Origins)
    held = {origin for one in FACT_ORIGINS.values() for origin in one.all if origin.type in EVENT_TYPES}
    assert held <= FIELDS
    with pytest.raises(LookupError, match="shoe_size is not a fact"):
        origins_of("shoe_size", presets["telecom"])


def test_a_required_field_that_nothing_reads_says_so(presets: dict[str, Program]) -> None:
    uses = field_uses(presets["telecom"])
    assert uses[Origin("customer.identified", "via")] == (Use(UseKind.CONTRACT),)
    assert not is_used(uses[Origin("customer.identified", "via")])
    assert not uses[Origin("customer.identified", "country")]


def test_every_rule_and_milestone_of_a_preset_is_a_use_of_something(presets: dict[str, Program]) -> None:
    for program in presets.values():
        used = {use for uses in field_uses(program).values() for use in uses}
        assert used >= {Use(UseKind.MILESTONE, one.name) for one in program.milestones}
        reads = {
            condition.name
            for condition in conditions_of(program)
            if condition.of == "rule" and any(origins_of(fact, program).all for fact in condition.facts)
        }
        assert {use.name for use in used if use.kind is UseKind.RULE} == reads


@pytest.mark.parametrize("event", [kind for kind in EventType if kind not in CONVERSION_TYPES])
def test_nothing_is_used_of_a_type_that_nothing_uses(event: str, presets: dict[str, Program]) -> None:
    for program in presets.values():
        uses = field_uses(program)
        fields = [uses[origin] for origin in uses if origin.type == event and origin.field]
        assert any(map(is_used, fields)) <= is_used(uses[Origin(event)])
        if not uses[Origin(event)]:
            assert not any(fields)
