"""A planted field that nothing uses is found in every preset, and so is a rule on a field that never came."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.events.contract import EVENT_TYPES
from simulator.program.data_doubts import NeverSent, never_sent, unused_sent
from simulator.program.field_uses import field_uses, is_used
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.program.origins import JUDGED, Origin, origins_of
from simulator.program.presets import find_program, preset_names
from tests.engine.term_strategies import TRIED, case_with_terms

PRESETS = {name: load_program(*find_program(name)) for name in preset_names()}
OPTIONAL = [
    Origin(name, field.name)
    for name, kind in EVENT_TYPES.items()
    for field in kind.fields
    if not field.required and field.name != "attributes"
]
ALL = dict.fromkeys(EVENT_TYPES, 5)


def full(program: Program) -> dict[str, dict[str, int]]:
    """Fields as if all that the program uses had come, and nothing else."""
    found: dict[str, dict[str, int]] = {name: {} for name in EVENT_TYPES}
    for origin, uses in field_uses(program).items():
        if origin.field and uses:
            found[origin.type][origin.field] = 5
    return found


def used_types(program: Program) -> dict[str, int]:
    uses = field_uses(program)
    return {name: 5 for name in EVENT_TYPES if is_used(uses[Origin(name)])}


def check_planted(program: Program, origin: Origin) -> None:
    fields, counts = full(program), used_types(program)
    used = bool(fields[origin.type].get(origin.field))
    fields[origin.type][origin.field] = 3
    found = [one.origin for one in unused_sent(program, {**counts, origin.type: 5}, fields)]
    assert found == ([] if used else [origin if origin.type in counts else Origin(origin.type)])


@pytest.mark.parametrize("preset", PRESETS)
def test_nothing_is_found_where_what_is_used_came_and_nothing_else(preset: str) -> None:
    program = PRESETS[preset]
    assert not unused_sent(program, used_types(program), full(program))
    assert not never_sent(program, used_types(program), full(program))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_planted_field_that_nothing_uses_is_always_found(preset: str) -> None:
    program = PRESETS[preset]
    used, counts = full(program), used_types(program)
    planted = [origin for origin in OPTIONAL if not used[origin.type].get(origin.field)]
    everything = {
        kind: {**held, **{one.field: 3 for one in planted if one.type == kind}} for kind, held in used.items()
    }
    found = {one.origin for one in unused_sent(program, ALL, everything)}
    assert found == {
        *(origin for origin in planted if origin.type in counts),
        *(Origin(kind) for kind in EVENT_TYPES if kind not in counts),
    }
    check_planted(program, planted[0])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), origin=st.sampled_from(OPTIONAL), own=st.booleans())
def test_it_is_found_whatever_the_program(seed: int, origin: Origin, own: bool) -> None:
    program = case_with_terms(seed, TRIED["all"], 1, 2).program
    if own:
        kind = CONVERSION_TYPES[seed % len(CONVERSION_TYPES)]
        planted = Origin(kind, "attributes.never_declared")
        fields = full(program)
        fields[kind]["attributes.never_declared"] = 1
        found = {one.origin for one in unused_sent(program, ALL, fields)}
        assert planted in found or Origin(kind) in found
    else:
        check_planted(program, origin)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_rule_on_a_field_that_was_never_sent_is_always_found(preset: str) -> None:
    program = PRESETS[preset]
    milestones = {one.name: one.event for one in program.milestones}
    tried = 0
    reads, all_fields, all_counts = _reads(program), full(program), used_types(program)
    for rule in program.rules:
        for one in [found for found in reads if found[0] == rule.code]:
            _, fact, origins = one
            fields = {kind: dict(held) for kind, held in all_fields.items()}
            counts = dict(all_counts)
            judged = [milestones[name] for name in rule.milestones]
            wanted = [
                Origin(kind, origin.field)
                for origin in origins
                for kind in (judged if origin.type == JUDGED else [origin.type])
            ]
            if any(_required(origin) for origin in wanted):
                continue
            for origin in wanted:
                fields[origin.type].pop(origin.field, None)
                if not origin.field:
                    counts.pop(origin.type, None)
            found = never_sent(program, counts, fields)
            assert (f'rule "{rule.code}"', fact) in [(doubt.label, doubt.fact) for doubt in found]
            tried += 1
    assert tried


def _reads(program: Program) -> list[tuple[str, str, tuple[Origin, ...]]]:
    from simulator.program.conditions import conditions_of

    return [
        (condition.name, fact, origins_of(fact, program).of)
        for condition in conditions_of(program)
        if condition.of == "rule"
        for fact in condition.facts
        if origins_of(fact, program).of
    ]


def _required(origin: Origin) -> bool:
    return any(field.name == origin.field and field.required for field in EVENT_TYPES[origin.type].fields)


def test_a_milestone_whose_conversion_never_came_is_found_whatever_else_came() -> None:
    program = PRESETS["telecom"]
    counts = used_types(program)
    del counts["bill.paid"]
    found = never_sent(program, counts, full(program))
    assert NeverSent('milestone "first-bill-paid"', "", (Origin("bill.paid"),)) in found
    assert [one for one in found if not one.fact] == [found[0]]


def test_where_only_the_sums_are_known_fields_are_not_judged() -> None:
    program = PRESETS["telecom"]
    assert not never_sent(program, used_types(program), None)
    used = used_types(program)
    found = [one.origin for one in unused_sent(program, ALL, None)]
    assert found == [Origin(name) for name in EVENT_TYPES if name not in used]
