"""One vocabulary: what is added to it and forgotten elsewhere is complained of by each place that must know."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.domain.vocabulary import Receipt, RewardState, complete, values

ROOT = Path(__file__).parents[2]
PACKAGES = ("db", "referral_tui", "simulator")
IMPORT_EVERYTHING = """
import importlib, json, pkgutil, sys

sys.path.insert(0, sys.argv[1])
from simulator.domain import vocabulary

complaints = {}
real = vocabulary.complete

def collecting(members, table):
    try:
        return real(members, table)
    except LookupError as error:
        complaints[sys._getframe(1).f_globals["__name__"]] = str(error)
        return {str(member): table.get(str(member), next(iter(table.values()))) for member in members}

vocabulary.complete = collecting
for name in ("db", "referral_tui", "simulator"):
    package = importlib.import_module(name)
    assert package.__file__.startswith(sys.argv[1]), package.__file__
    for found in pkgutil.walk_packages(package.__path__, name + "."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
print(json.dumps(complaints))
"""


def complaints(folder: Path, before: str, added: str) -> dict[str, str]:
    """Add a line to a copy of the vocabulary, import everything, and gather by module what `complete` raises."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / "simulator" / "domain" / "vocabulary.py"
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, added + before))
    command = [sys.executable, "-c", IMPORT_EVERYTHING, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_a_new_event_type_that_is_forgotten_is_complained_of_by_each_place_that_must_know(
    tmp_path: Path,
) -> None:
    added = '    LOYALTY_JOINED = "loyalty.joined", Category.PARTICIPATION, "A friend joined the club."\n'
    found = complaints(tmp_path, '    REVIEW_DECIDED = "review.decided"', added)
    assert sorted(found) == [
        "referral_tui.dashboard.widgets.journey_table",
        "referral_tui.sheet.type_words",
        "referral_tui.words",
        "simulator.domain.owners",
        "simulator.events.contract",
    ]
    assert all("loyalty.joined" in message for message in found.values())


def test_a_new_conversion_that_is_forgotten_is_complained_of_where_it_is_put_into_words(
    tmp_path: Path,
) -> None:
    added = '    DEBT_SETTLED = "debt.settled", Category.CONVERSION, "A friend settled a debt."\n'
    found = complaints(tmp_path, '    CONVERSION_REVERSED = "conversion.reversed"', added)
    assert sorted(found) == [
        "referral_tui.dashboard.widgets.journey_table",
        "referral_tui.sheet.type_words",
        "referral_tui.words",
        "simulator.domain.owners",
        "simulator.drills.naming",
        "simulator.program.words",
    ]


def test_a_new_reward_state_that_is_forgotten_is_complained_of_by_each_place_that_must_know(
    tmp_path: Path,
) -> None:
    added = '    FROZEN = "frozen", "held back by a court"\n'
    found = complaints(tmp_path, '    VOIDED = "voided"', added)
    assert sorted(found) == [
        "db.read.waterfall",
        "referral_tui.dashboard.widgets.inks",
        "referral_tui.dashboard.widgets.journey_table",
        "referral_tui.words",
        "simulator.domain.definitions",
    ]


def test_a_table_with_a_line_too_few_or_too_many_says_which() -> None:
    assert complete(Receipt, dict.fromkeys(Receipt, 1)) == dict.fromkeys(values(Receipt), 1)
    with pytest.raises(LookupError, match="over Receipt has no line for conflict, malformed"):
        complete(Receipt, {"accepted": 1, "duplicate": 2})
    with pytest.raises(LookupError, match="has a line for lost, which there is not"):
        complete(RewardState, {**dict.fromkeys(RewardState, 1), "lost": 2})
