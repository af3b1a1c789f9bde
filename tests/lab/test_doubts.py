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
ODD: Final = "same_person OR same_contact OR same_device OR cross_referral OR referrer_friends_24h >= 4"


def _ruled(require: str, on_fail: str = "refuse") -> str:
    return HEAD + RULE.replace("REQUIRE", require).replace("ON_FAIL", on_fail) + REWARD


def _rule(code: str, require: str) -> str:
    return RULE.replace("asked", code).replace("REQUIRE", require).replace("ON_FAIL", "refuse")


def _reward(name: str, terms: str, on: str = "on") -> str:
    return REWARD.replace("credit", name).replace('on = "on"', f'on = "{on}"') + f"{terms}\n"


# Made of all together, since it is a market's days that take time, whatever the design.
DOUBTFUL: Final = "".join(
    [
        EACH,
        _rule("idle", "amount >= 0 OR amount IS NULL"),
        _rule("unknown", "COALESCE(plan_colour, '') <> 'red'"),
        _reward("hasty", 'hold = "1d"\nclawback = "60d"'),
        _reward("tiered", 'tier = [1, 5]\ncaps = [{ count = 3, window = "lifetime" }]'),
        _reward("rare", "every = 60"),
        _reward("odd", f'when = "{ODD}"', "bill"),
        '[attributes]\nplan_colour = "text"\n',
    ]
)
STRICT: Final = EACH + _rule("strict", "referrer_friends_24h < 1") + REWARD
SHORT: Final = HEAD + REWARD + "[budget]\ntotal = 50.00\n"
SOUND: Final = "".join(
    [
        EACH,
        _rule("idle", "NOT same_device"),
        _rule("unknown", "amount >= 5 OR amount IS NULL"),
        _rule("strict", "referrer_friends_24h < 2"),
        _reward("hasty", 'hold = "60d"\nclawback = "60d"'),
        _reward("tiered", 'tier = [1, 3]\ncaps = [{ count = 3, window = "lifetime" }]'),
        _reward("rare", "every = 2"),
        _reward("odd", f'when = "NOT ({ODD})"', "bill"),
        "[budget]\ntotal = 300000.00\n",
    ]
)
IN_DOUBTFUL: Final = {
    "idle": ("rule-never-fails", "require", "never failed: all "),
    "unknown": ("fact-never-passed", "require", "reads plan_colour, which was never known in "),
    "hasty": ("hold-too-short", "hold", " % of reversals arrive after the hold of 1 day: "),
    "tiered": (
        "cap-below-tier",
        "caps",
        "its cap leaves room for 3 of the 5 that its tier from 1 to 5 pays; ",
    ),
    "rare": ("reward-never-reached", "[[reward]]", "nobody ever gets it: none of its "),
    "odd": ("cheats-get-more", "[[reward]]", "cheats get more of it than honest people: "),
}
MANY: Final = 2500
"""The people of a market among whom the rarest of it is seen: a reversal, a cheat."""


def _doubts(text: str, referrers: int, days: int, markets: int = 2) -> list[Doubt]:
    setting = Setting(Plan("telecom").world(), referrers, days)
    program = load_program(text, "tried.toml")
    return find_doubts(program, gather(setting, program, range(1, markets + 1)), setting)


def _line(text: str, doubt: Doubt) -> str:
    """What stands in the line that a doubt names."""
    assert doubt.line is not None
    return text.splitlines()[doubt.line - 1]


@pytest.fixture(scope="module")
def doubtful() -> list[Doubt]:
    return _doubts(DOUBTFUL, MANY, 120)


@pytest.fixture(scope="module")
def sound() -> list[Doubt]:
    return _doubts(SOUND, MANY, 120)


@pytest.mark.parametrize("name", IN_DOUBTFUL)
def test_a_probable_mistake_gets_a_warning_with_its_figure_and_its_line(
    name: str, doubtful: list[Doubt], sound: list[Doubt]
) -> None:
    kind, begins, says = IN_DOUBTFUL[name]
    (found,) = [one for one in doubtful if one.kind == kind and f'"{name}"' in one.subject]
    assert says in found.says
    assert _line(DOUBTFUL, found).startswith(begins)
    # whose next line is its name
    above = DOUBTFUL.splitlines()[: (found.line or 0) + (begins == "[[reward]]")]
    assert [one for one in above if one.startswith(("code = ", "name = "))][-1].endswith(f'= "{name}"')
    assert [one for one in sound if one.kind == kind and f'"{name}"' in one.subject] == []


def test_a_rule_that_nobody_passes_gets_a_warning(sound: list[Doubt]) -> None:
    (found,) = [one for one in _doubts(STRICT, MANY, 120, 1) if one.kind == "rule-always-fails"]
    assert found.says.startswith("always failed: none of ")
    assert _line(STRICT, found) == 'require = "referrer_friends_24h < 1"'
    assert [one for one in sound if one.kind == "rule-always-fails"] == []


def test_a_budget_that_ends_early_gets_a_warning(sound: list[Doubt]) -> None:
    (found,) = [one for one in _doubts(SHORT, 700, 60) if one.kind == "budget-ends"]
    assert found.says.startswith("50.00 GBP end within 60 days in 2 of 2 markets")
    assert _line(SHORT, found) == "total = 50.00"
    assert [one for one in sound if one.kind == "budget-ends"] == []


def _shown(levels: list[int], reviews: int) -> list[str]:
    program = load_program(_ruled("NOT same_device", "review"), "tried.toml")
    found = Evidence(markets=1, open_reviews=levels, reviews=reviews)
    return [one.says for one in find_doubts(program, found, Setting(Plan("telecom").world(), 10, 10))]


def test_reviews_that_pile_up_get_a_warning_and_those_that_are_looked_at_do_not() -> None:
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
