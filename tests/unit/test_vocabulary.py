"""One vocabulary: every module that must know a new word complains if it doesn't."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.domain.vocabulary import Receipt, RewardState, complete, values

ROOT = Path(__file__).parents[2]
ADDED = {
    '    REVIEW_DECIDED = "review.decided"': (
        '    LOYALTY_JOINED = "loyalty.joined", Category.PARTICIPATION, "A friend joined the club."\n'
    ),
    '    CONVERSION_REVERSED = "conversion.reversed"': (
        '    DEBT_SETTLED = "debt.settled", Category.CONVERSION, "A friend settled a debt."\n'
    ),
    '    VOIDED = "voided"': '    FROZEN = "frozen", "held back by a court"\n',
}
"""The lines that are added to the vocabulary, by what they are put before."""
IMPORT_WHAT_MUST_KNOW = """
import importlib.util, json, pkgutil, sys
from importlib.machinery import ModuleSpec

name, complaints = "simulator.domain.vocabulary", []
spec = ModuleSpec(name, None)
vocabulary = importlib.util.module_from_spec(spec)
sys.modules[name] = vocabulary
exec(compile(sys.stdin.read(), name, "exec"), vars(vocabulary))
real = vocabulary.complete

def collecting(members, table):
    try:
        return real(members, table)
    except LookupError as error:
        complaints.append((sys._getframe(1).f_globals["__name__"], str(error)))
        return {str(member): table.get(str(member), next(iter(table.values()))) for member in members}

vocabulary.complete = collecting
for name in ("db", "referral_tui", "simulator"):
    package = importlib.import_module(name)
    for found in pkgutil.walk_packages(package.__path__, name + "."):
        if found.ispkg:
            continue  # it is imported on the way
        with open(found.module_finder.find_spec(found.name).origin, "rb") as source:
            if b"complete(" in source.read():
                importlib.import_module(found.name)
print(json.dumps(complaints))
"""

Complaints = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def complaints() -> Complaints:
    """`complaints(word)`: the modules, each once, in which `complete` misses an added word.

    Every module that calls `complete` is imported once, in a process of its own, over a vocabulary with all added
    words.
    """
    text = (ROOT / "simulator" / "domain" / "vocabulary.py").read_text()
    for before, added in ADDED.items():
        assert text.count(before) == 1
        text = text.replace(before, added + before)
    command = [sys.executable, "-c", IMPORT_WHAT_MUST_KNOW]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    found: list[tuple[str, str]] = json.loads(done.stdout)

    def of(word: str) -> list[str]:
        return sorted({module for module, message in found if word in message})

    return of


def test_a_new_event_type_that_is_forgotten_is_complained_of_by_each_place_that_must_know(
    complaints: Complaints,
) -> None:
    assert complaints("loyalty.joined") == [
        "referral_tui.dashboard.widgets.journey_table",
        "referral_tui.sheet.type_words",
        "referral_tui.words",
        "simulator.domain.owners",
        "simulator.events.contract",
    ]


def test_a_new_conversion_that_is_forgotten_is_complained_of_where_it_is_put_into_words(
    complaints: Complaints,
) -> None:
    assert complaints("debt.settled") == [
        "referral_tui.dashboard.widgets.journey_table",
        "referral_tui.sheet.type_words",
        "referral_tui.words",
        "simulator.domain.owners",
        "simulator.drills.naming",
        "simulator.program.words",
    ]


def test_a_new_reward_state_that_is_forgotten_is_complained_of_by_each_place_that_must_know(
    complaints: Complaints,
) -> None:
    assert complaints("frozen") == [
        "db.read.waterfall",
        "referral_tui.dashboard.widgets.inks",
        "referral_tui.dashboard.widgets.journey_table",
        "referral_tui.dashboard.widgets.reward_table",
        "referral_tui.words",
        "simulator.domain.definitions",
    ]


def test_a_table_with_a_line_too_few_or_too_many_says_which() -> None:
    assert complete(Receipt, dict.fromkeys(Receipt, 1)) == dict.fromkeys(values(Receipt), 1)
    with pytest.raises(LookupError, match="over Receipt has no line for conflict, malformed"):
        complete(Receipt, {"accepted": 1, "duplicate": 2})
    with pytest.raises(LookupError, match="has a line for lost, which there is not"):
        complete(RewardState, {**dict.fromkeys(RewardState, 1), "lost": 2})
