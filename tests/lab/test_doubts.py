"""`program check --try`: each warning has a design that brings it about, and one that doesn't."""

from __future__ import annotations

from typing import Final

import pytest

from simulator.lab.doubts import Doubt, find_doubts
from simulator.lab.evidence import Evidence, gather
from simulator.lab.setting import Setting
from simulator.program.load import load_program
from simulator.run.plan import Plan

HEAD: Final = """[program]
name = "Tried"
industry = "telecom"
currency = "GBP"
[[milestone]]
name = "on"
event = "service.activated"
occurrence = "any"
[[milestone]]
name = "bill"
event = "bill.paid"
"""
RULE: Final = """[[rule]]
code = "asked"
require = "REQUIRE"
on_fail = "ON_FAIL"
"""
REWARD: Final = """[[reward]]
name = "credit"
to = "referrer"
on = "on"
value = 20.00
"""
EACH: Final = HEAD.replace('event = "bill.paid"', 'event = "bill.paid"\noccurrence = "each"')
REWARD_EACH: Final = REWARD.replace('on = "on"', 'on = "bill"')
ODD: Final = "same_person OR same_contact OR same_device OR cross_referral OR referrer_friends_24h >= 4"
COLOUR: Final = '[attributes]\nplan_colour = "text"\n'


def _ruled(require: str, on_fail: str = "refuse") -> str:
    return HEAD + RULE.replace("REQUIRE", require).replace("ON_FAIL", on_fail) + REWARD


def _doubts(text: str, referrers: int = 1200, days: int = 180, markets: int = 2) -> list[Doubt]:
    setting = Setting(Plan("telecom").world(), referrers, days)
    program = load_program(text, "tried.toml")
    return find_doubts(program, gather(setting, program, range(1, markets + 1)), setting)


def _of(text: str, kind: str, **size: int) -> Doubt | None:
    return next((one for one in _doubts(text, **size) if one.kind == kind), None)


CASES: Final = {
    "rule-never-fails": (
        _ruled("amount >= 0 OR amount IS NULL"),
        _ruled("NOT same_device"),
        14,
        "never failed: all ",
    ),
    "rule-always-fails": (
        _ruled("referrer_friends_24h < 1"),
        _ruled("referrer_friends_24h < 2"),
        14,
        "none of ",
    ),
    "fact-never-passed": (
        _ruled("COALESCE(plan_colour, '') <> 'red'") + COLOUR,
        _ruled("amount >= 5"),
        14,
        "reads plan_colour, which was never known in ",
    ),
    "hold-too-short": (
        HEAD + REWARD + 'hold = "1d"\nclawback = "60d"\n',
        HEAD + REWARD + 'hold = "60d"\nclawback = "60d"\n',
        17,
        " % of reversals arrive after the hold of 1 day: ",
    ),
    "cap-below-tier": (
        HEAD + REWARD + 'tier = [1, 5]\ncaps = [{ count = 3, window = "lifetime" }]\n',
        HEAD + REWARD + 'tier = [1, 3]\ncaps = [{ count = 3, window = "lifetime" }]\n',
        18,
        "its cap leaves room for 3 of the 5 that its tier from 1 to 5 pays; ",
    ),
    "budget-ends": (
        HEAD + REWARD + "[budget]\ntotal = 50.00\n",
        HEAD + REWARD + "[budget]\ntotal = 30000.00\n",
        18,
        "50.00 GBP end within 180 days in 2 of 2 markets",
    ),
    "reward-never-reached": (
        HEAD + REWARD + "every = 60\n",
        HEAD + REWARD + "every = 2\n",
        12,
        "nobody ever gets it: none of its ",
    ),
    "cheats-get-more": (
        EACH + REWARD_EACH + f'when = "{ODD}"\n',
        EACH + REWARD_EACH + f'when = "NOT ({ODD})"\n',
        13,
        "cheats get more of it than honest people: ",
    ),
}


SIZES: Final = {"hold-too-short": 2500, "cheats-get-more": 2500, "budget-ends": 300}
"""The people of a market where the usual number would be too few, or fewer do."""


@pytest.mark.parametrize("kind", CASES)
def test_what_can_hardly_be_meant_is_warned_of_with_its_figure_and_its_line(kind: str) -> None:
    bad, good, line, says = CASES[kind]
    size = SIZES.get(kind, 1200)
    found = _of(bad, kind, referrers=size)
    assert found is not None
    assert says in found.says
    assert found.line == line, bad.splitlines()[(found.line or 1) - 1]
    assert _of(good, kind, referrers=size) is None


def _shown(levels: list[int], reviews: int) -> list[str]:
    program = load_program(_ruled("NOT same_device", "review"), "tried.toml")
    found = Evidence(markets=1, open_reviews=levels, reviews=reviews)
    return [one.says for one in find_doubts(program, found, Setting(Plan("telecom").world(), 10, 10))]


def test_reviews_that_pile_up_are_told_from_those_that_are_looked_at() -> None:
    assert _shown([10, 20, 30, 40], 60) == [
        "the queue grows without end: 10, 20, 30, 40 open at the end of each quarter, of 60 in all"
    ]
    assert _shown([10, 20, 15, 40], 60) == []
    assert _shown([1, 2, 3, 4], 4) == []
    assert _shown([10, 20, 30, 40], 900) == []


def test_open_reviews_are_counted_as_they_are_at_the_end_of_each_quarter() -> None:
    program = load_program(_ruled("NOT same_device AND method = 'link'", "review"), "tried.toml")
    setting = Setting(Plan("telecom").world(), 500, 120)
    found = gather(setting, program, [1])
    assert found.reviews >= 5
    assert 0 <= found.open_reviews[-1] < found.reviews


def test_markets_show_together_what_they_show_one_by_one() -> None:
    program = load_program(_ruled("NOT same_device") + 'hold = "2d"\nclawback = "9d"\n', "tried.toml")
    setting = Setting(Plan("telecom").world(), 200, 60)
    together, (one, other) = gather(setting, program, [1, 2]), [gather(setting, program, [n]) for n in (1, 2)]
    assert together.rules == one.rules + other.rules
    assert together.rewards == one.rewards + other.rewards
    assert together.rewards["credit", "lines"] > 0
    assert together.asked == one.asked + other.asked
    assert together.markets == 2
