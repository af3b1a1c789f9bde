"""Designs made from one program file: each is a valid file, and a wrong path or value is reported in one line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from simulator.domain.errors import InputError
from simulator.domain.spans import DAY_MS
from simulator.lab.vary import AS_IT_IS, Design, grid, parse_variation
from simulator.program.load import load_program
from simulator.program.presets import preset_names, preset_text

TELECOM = preset_text("telecom")


def designs(*variations: str) -> list[Design]:
    return grid(TELECOM, "telecom/program.toml", [parse_variation(one) for one in variations])


def reward(design: Design, name: str) -> object:
    return next(one for one in design.program.rewards if one.name == name)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("reward[a].value=10..50:20", ("10", "30", "50")),
        ("reward[a].value=10..12", ("10", "11", "12")),
        ("reward[a].value=0.5..1:0.25", ("0.50", "0.75", "1.00")),
        ("reward[*].hold=7d..21d:7d", ("7d", "14d", "21d")),
        ("reward[*].hold=7d, 14d,7d", ("7d", "14d")),
        ("reward[a].tier=[2],[1, 3]", ("[2]", "[1, 3]")),
        ("delivery[bill.paid]=real-time,batch@02:00", ("real-time", "batch@02:00")),
    ],
)
def test_values_are_lists_and_ranges(text: str, values: tuple[str, ...]) -> None:
    assert parse_variation(text).values == values


def test_a_grid_has_the_file_as_it_is_and_each_other_combination_once() -> None:
    found = designs("reward[referrer-credit].value=25,40", "reward[referrer-credit].hold=7d,14d")
    assert [one.name for one in found] == [
        AS_IT_IS,
        "referrer-credit.value=25, referrer-credit.hold=7d",
        "referrer-credit.value=40, referrer-credit.hold=7d",
        "referrer-credit.value=40, referrer-credit.hold=14d",
    ]
    values = [
        (one.value_minor, one.hold_ms // DAY_MS)
        for design in found
        for one in design.program.rewards
        if one.name == "referrer-credit"
    ]
    assert values == [(2500, 14), (2500, 7), (4000, 7), (4000, 14)]


def test_a_design_can_be_written_as_a_file_and_keeps_its_comments() -> None:
    _, one = designs("reward[referrer-credit].value=40")
    assert one.program.text == TELECOM.replace(
        "25.00                         # Powershop", "40.00                         # Powershop"
    )
    assert load_program(one.program.text, "x").rewards == one.program.rewards


def test_every_reward_gets_the_hold() -> None:
    for preset in preset_names():
        text = preset_text(preset)
        *_, one = grid(text, preset, [parse_variation("reward[*].hold=3d")])
        assert {line.hold_ms for line in one.program.rewards} == {3 * DAY_MS}, preset


def test_a_value_of_all_is_changed_only_where_there_is_one() -> None:
    *_, one = designs("reward[*].value=7")
    assert {(line.value_minor, line.percent) for line in one.program.rewards} == {
        (700, None),
        (None, Decimal(10)),
    }


def test_caps_rules_milestones_attribution_budget_and_delivery_are_varied() -> None:
    *_, one = designs(
        "reward[referrer-credit].caps[2].count=9",
        "rule[not-too-fast].referrer_friends_24h=3",
        "rule[eligible].on_fail=review",
        "milestone[activated].within=30d",
        "attribution.window=7d",
        "budget.total=60000",
        "budget.period=calendar-year",
        "delivery[service.activated]=real-time",
    )
    program = one.program
    assert program.rewards[1].caps[1].count == 9
    rules = {rule.code: rule for rule in program.rules}
    assert rules["not-too-fast"].require == "referrer_friends_24h <= 3"
    assert rules["eligible"].on_fail == "review"
    assert program.milestones[0].within_ms == 30 * DAY_MS
    assert program.attribution.window_ms == 7 * DAY_MS
    assert (program.budget_minor, program.budget.period) == (6_000_000, "calendar-year")
    assert one.delivery == {"service.activated": "real-time"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("value", "write PATH=VALUES"),
        ("reward value=3", 'no such path "reward value"'),
        ("reward[referer-credit].value=1", 'no reward "referer-credit"; did you mean "referrer-credit"?'),
        ("reward[referrer-credit].valeu=1", 'no key "valeu" of reward; did you mean "value"?'),
        ("reward.value=1", "which reward? write reward[friend-credit].value"),
        ("reward[friend-credit]=1", "which key? add .KEY, one of name, to, on"),
        ("rewards[x].value=1", 'there is no table "rewards" to vary; did you mean "reward"?'),
        ("reward[friend-credit].caps[1].count=1", 'no cap "1" of "friend-credit"; it has none'),
        ("reward[referrer-credit].caps[3].count=1", "it has 2, counted from 1"),
        ("reward[*].otherwise=x", 'no reward has "otherwise"'),
        ("reward[friend-credit].caps=1", '"caps" can\'t be varied'),
        ("rule[eligible].require=1", '"require" can\'t be varied'),
        ("rule[not-too-fast].referrer_friends_7d=1", 'did you mean "referrer_friends_24h"?'),
        ("rule[not-too-fast].referrer_friends_24h=many", '"many" is not a number'),
        ("budget[x].total=1", "there is only one [budget]; write budget.total"),
        ("delivery[bill.payed]=real-time", 'did you mean "bill.paid"?'),
        ("delivery[bill.paid]=pigeon", "no such model"),
        ("reward[friend-credit].value=10..x", "is not a range"),
        ("reward[friend-credit].value=10..5", "is empty"),
        ("reward[friend-credit].value=1..1000", "more than 100 values"),
        ("reward[friend-credit].value=0", "friend-credit.value=0 doesn't make a valid program: reward[1]"),
        ("reward[friend-credit].hold=14", 'no such duration "14"'),
        ("reward[friend-credit].value=a b", '"a b"'),
        ("reward[friend-credit].every=a]b", '"a]b" is not a value of every'),
    ],
)
def test_what_does_not_exist_or_fit_is_reported_in_one_line(text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        designs(text)
    (line,) = error.value.problems
    assert said in line
    assert line.startswith("--vary")
    assert "\n" not in line


def test_a_grid_of_too_many_designs_is_refused() -> None:
    with pytest.raises(InputError, match=r"125 designs; at most 100 are possible"):
        designs("reward[friend-credit].value=1..25", "attribution.window=1d..5d")
