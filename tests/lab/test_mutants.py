"""`program check --mutate`: one thing is changed at a time, and the changes that nobody notices are listed."""

from __future__ import annotations

from dataclasses import replace

from simulator.lab.mutants import mutants, try_mutants
from simulator.lab.setting import Setting
from simulator.program.load import load_program
from simulator.program.presets import find_program, preset_names
from simulator.run.plan import Plan
from tests.cli.nasty import PROGRAM

TEXT = """[program]
name = "Tried"
industry = "telecom"
currency = "GBP"
[[milestone]]
name = "on"
event = "service.activated"
[[rule]]
code = "never-fails"
require = "referrer_friends_24h <= 900"
[[rule]]
code = "matters"
require = "method = 'link'"
[[reward]]
name = "credit"
to = "referrer"
on = "on"
value = 20.00
hold = "3d"
[[reward]]
name = "for-nobody"
to = "friend"
on = "on"
value = 5.00
when = "referrer_friends > 900"
"""


def test_changes_that_nobody_notices_are_listed_and_those_that_matter_are_not() -> None:
    program = load_program(TEXT, "tried.toml")
    seen: list[tuple[int, int]] = []
    setting = Setting(Plan("telecom").world(), 250, 45)
    # in this market both ways to convert are seen early
    tested = try_mutants(setting, program, [3], lambda *done: seen.append(done))
    noticed = {(one.subject, one.change): one.noticed for one in tested}
    rule = 'rule "never-fails"'
    assert noticed[rule, "referrer_friends_24h compared with 901 instead of 900"] == 0
    assert noticed[rule, "left out"] == 0
    assert noticed[rule, "the opposite (NOT)"] > 0
    assert noticed['rule "matters"', "left out"] > 0
    assert noticed['rule "matters"', "the opposite (NOT)"] > 0
    assert noticed['reward "credit"', "left out"] > 0
    assert noticed['reward "for-nobody"', "the opposite of when (NOT)"] > 0
    lines = {(one.subject, one.change): one.line for one in tested}
    assert lines[rule, "the opposite (NOT)"] == 10
    assert lines['reward "credit"', "hold a day longer"] == 19
    assert seen[-1] == (len(tested), len(tested))


def test_each_change_is_of_one_thing() -> None:
    program = load_program(PROGRAM, "nasty.toml")
    found = list(mutants(program))
    assert len({(one.path, one.change) for one in found}) == len(found)
    for one in found:
        changed = one.program
        assert changed != program
        assert (changed.rules == program.rules) != (changed.rewards == program.rewards)
        assert replace(changed, rules=program.rules, rewards=program.rewards) == program
    words = [(one.subject, one.change) for one in found]
    assert ('reward "credit"', "a cap of 3 instead of 2") in words
    assert ('reward "credit"', "a cap of 1 instead of 2") in words
    assert ('reward "thanks"', "every 1 instead of 2") in words
    assert ('reward "thanks"', "hold a day longer") in words
    assert ('reward "thanks"', "hold a day shorter") not in words
    assert ('rule "worth-it"', "amount compared with 4 instead of 5") in words


def test_every_rule_and_reward_of_the_presets_is_changed() -> None:
    for name in preset_names():
        program = load_program(*find_program(name))
        subjects = {one.subject for one in mutants(program)}
        assert subjects == {f'rule "{one.code}"' for one in program.rules} | {
            f'reward "{one.name}"' for one in program.rewards
        }
