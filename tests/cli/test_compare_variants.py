"""Compare the variants of an experiment: rates and money with intervals, and a warning if there are too few people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.calibration.variants import Interval, difference, wilson
from simulator.engine.experiments import variant_of
from simulator.program.load import load_program
from tests.cli.nasty import HOUR, START, Cli, message

PROGRAM = """
[program]
name = "Shop"
currency = "GBP"
[[experiment]]
name = "bonus"
by = "BY"
variants = { control = 50, richer = 50 }
[[milestone]]
name = "bought"
event = "purchase.paid"
occurrence = 1
[[reward]]
name = "plain"
to = "referrer"
on = "bought"
value = 10.00
[[reward]]
name = "more"
to = "referrer"
on = "bought"
value = 5.00
when = "variant_bonus = 'richer'"
"""


def judged(cli: Cli, folder: Path, friends: int, by: str = "friend") -> Path:
    """This many friends of Ann, of whom every second one in control and all in the richer variant bought something."""
    text = PROGRAM.replace("BY", by)
    (experiment,) = load_program(text, "p.toml").experiments
    events = [message("l", "link.created", "ann", START, code="ANN")]
    bought = {"control": 0, "richer": 0}
    for number in range(friends):
        who, at = f"f{number}", START + number * HOUR
        events.append(message(f"c{who}", "friend.claimed", who, at, contact_ref=f"c-{who}", code="ANN"))
        variant = variant_of(experiment, who)
        bought[variant] += 1
        if variant == "richer" or bought[variant] % 2:
            events.append(message(f"p{who}", "purchase.paid", who, at + 1) | {"source": "client/shop"})
    (folder / "p.toml").write_text(text)
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, events)))
    path = folder / "a.db"
    ran = cli("ingest", "--db", path, "--program", folder / "p.toml", "--replay", folder / "a.jsonl")
    assert ran.status == 0, ran.err
    return path


def test_variants_are_told_with_their_rates_money_and_how_sure_that_is(cli: Cli, tmp_path: Path) -> None:
    path = judged(cli, tmp_path, 160)
    told = cli("compare", path, "--json").json
    control, richer = told["variants"]
    assert (control["name"], richer["name"], told["experiment"]) == ("control", "richer", "bonus")
    assert control["friends"] + richer["friends"] == 160
    assert richer["conversion"]["value"] == 1.0
    low, high = wilson(control["qualified"] / control["friends"], control["friends"])
    assert control["qualification"] == {
        "value": control["qualified"] / control["friends"],
        "low": pytest.approx(low),
        "high": pytest.approx(high),
    }
    assert (control["cost"]["value"], richer["cost"]["value"]) == (1000, 1500)
    (gap,) = told["differences"]
    assert gap["cost"] == {"value": 500, "low": 500, "high": 500}
    assert gap["qualification"]["low"] > 0
    said = cli("compare", path, "--experiment", "bonus").out
    assert 'Experiment "bonus", drawn by friend; 95 % intervals' in said
    assert "richer against control" in said
    assert "+£5.00 (+£5.00 to +£5.00)" in said
    assert "Too few" not in said
    assert all(len(line) <= 79 for line in said.splitlines())


def test_too_few_are_said_to_be_too_few_and_have_no_interval(cli: Cli, tmp_path: Path) -> None:
    path = judged(cli, tmp_path, 20)
    told = cli("compare", path, "--json").json
    assert [one["conversion"]["low"] for one in told["variants"]] == [None, None]
    said = " ".join(cli("compare", path).out.split())
    assert "(too few for an interval)" in said
    assert "Too few to tell: fewer than 30 friends in control and in richer" in said


def test_friends_of_one_referrer_are_one_draw(cli: Cli, tmp_path: Path) -> None:
    told = cli("compare", judged(cli, tmp_path, 80, "referrer"), "--json").json
    assert sorted(one["drawn"] for one in told["variants"]) == [0, 1]
    assert all(one["conversion"]["low"] is None for one in told["variants"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--experiment", "other"],
            '"other": no experiment of the program; it has bonus; give --experiment bonus',
        ),
        (["{db}", "--experiment", "bonus"], "--experiment: give one database"),
    ],
)
def test_what_cannot_be_compared_says_what_can(
    cli: Cli, tmp_path: Path, arguments: list[str], said: str
) -> None:
    path = judged(cli, tmp_path, 2)
    ran = cli("compare", path, *(one.format(db=path) for one in arguments))
    assert ran.status == 2
    assert said in ran.err


def test_a_program_without_an_experiment_says_so(cli: Cli, tmp_path: Path, program: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(message("l", "link.created", "ann", START, code="ANN")))
    path = tmp_path / "b.db"
    assert cli("ingest", "--db", path, "--program", program, "--replay", tmp_path / "a.jsonl").status == 0
    ran = cli("compare", path)
    assert ran.status == 2
    assert "its program has no experiment; give two databases" in ran.err


def test_wilsons_and_newcombes_intervals_are_those_of_the_paper() -> None:
    # Newcombe (1998), examples a: 56/70 and 48/80, method 10
    pair: list[Any] = [Interval(rate, *wilson(rate, n)) for rate, n in ((48 / 80, 80), (56 / 70, 70))]
    found = difference(*pair)
    assert (round(found.low or 0, 4), round(found.high or 0, 4)) == (0.0524, 0.3339)
