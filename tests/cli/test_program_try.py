"""`program check --try`: warns of what simulated markets show of a program, each warning with its line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.nasty import Cli
from tests.lab.test_doubts import HEAD, REWARD

RARE = HEAD + REWARD + "every = 60\n"


def test_check_says_them_and_still_ends_well(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "tried.toml"
    file.write_text(RARE)
    ran = cli("program", "check", file, "--try", "--referrers", 1200, "--days", 180, "--markets", 2, "--json")
    assert ran.status == 0, ran.err
    tried = ran.json["tried"]
    size = {"preset": "telecom", "referrers": 1200, "days": 180, "markets": 2, "seed": 1}
    assert {name: tried[name] for name in size} == size
    kinds = {one["kind"]: one for one in tried["warnings"]}
    assert kinds["reward-never-reached"]["line"] == 12
    assert f'{file}:12: reward "credit": nobody ever gets it' in ran.err
    assert "tried in 2 markets of 1,200 people of telecom for 180 days: " in ran.err


def test_changes_that_nobody_notices_are_listed(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "tried.toml"
    file.write_text(RARE)
    ran = cli("program", "check", file, "--mutate", "--referrers", 200, "--days", 20, "--json")
    assert ran.status == 0, ran.err
    changes = ran.json["mutated"]["changes"]
    unnoticed = [one for one in changes if not one["noticed"]]
    assert ran.json["mutated"]["unnoticed"] == len(unnoticed) > 0
    assert {one["change"] for one in unnoticed} >= {"every 61 instead of 60"}
    assert f'unnoticed: {file}:17: reward "credit": every 61 instead of 60' in ran.err
    assert f"{len(unnoticed)} of {len(changes)} changes are noticed by no journey" in ran.err
