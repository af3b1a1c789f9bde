"""Study: which design is better, and how certain that is: the sentence, the tables, a grid, and the same figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from simulator.lab.vary import Design
from simulator.program.presets import preset_text
from simulator.world.spec import WorldSpec
from tests.cli.nasty import Cli
from tests.cli.studies import Figures, figures, flat, stand_in, worth

Pretend = Callable[[Callable[[Design, Sequence[int]], Figures]], None]


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Pretend:
    """`pretend(figures)` makes a study return these columns without running anything."""
    return lambda figures: monkeypatch.setattr("simulator.lab.running.run_designs", stand_in(figures))


@pytest.fixture
def generous(tmp_path: Path) -> Path:
    path = tmp_path / "generous.toml"
    path.write_text(preset_text("telecom").replace("= 25.00 ", "= 40.00 "))
    return path


def test_the_answer_comes_first_in_a_sentence(cli: Cli, pretend: Pretend, generous: Path) -> None:
    pretend(figures)
    ran = cli("study", "telecom", generous, "--markets", 20)
    assert ran.status == 0
    assert flat(ran.out).startswith(
        "generous brings 28 to 32 more customers a year than telecom and costs £257 to £284 for each; in 2 of 20 "
        "markets its budget ends before the year is over."
    )
    assert all(len(line) <= 80 for line in ran.out.splitlines())
    assert "20 markets of 1,000 referrers, 365 days, preset telecom, seeds 1 to 20" in ran.out
    assert "Budget ended" in ran.out
    assert "in 2 of 20" in ran.out
    assert '  ~ Reward "referrer-credit": the referrer gets 25.00 → 40.00 GBP' in ran.out


def test_one_design_is_told_with_its_band(cli: Cli, pretend: Pretend) -> None:
    pretend(figures)
    ran = cli("study", "telecom", "--markets", 60, "--days", 90)
    assert flat(ran.out).startswith(
        "telecom brings 452 to 466 new customers in 90 days at £25.00 each in nine of ten markets; its budget lasts in "
        "all 60 markets (so it ends in fewer than 4.9 of 100)."
    )
    assert "59 markets" not in ran.out


def test_with_few_markets_it_says_so(cli: Cli, pretend: Pretend, generous: Path) -> None:
    pretend(figures)
    ran = cli("study", "telecom", generous, "--markets", 3)
    assert "but 3 markets are too few to say how certain that is" in flat(ran.out)
    assert "3 markets: too few for intervals; 5 are the fewest" in flat(ran.out)
    assert "than telecom on average" in flat(ran.out)


def test_where_an_interval_holds_nothing_no_design_is_said_to_bring_more(
    cli: Cli, pretend: Pretend, generous: Path
) -> None:
    def noise(design: Design, seeds: Sequence[int]) -> Figures:
        sign = 1 if worth(design) == 40 else -1
        return {"funnel.qualified": [100 + sign * (5 if seed % 2 else -5) for seed in seeds]}

    pretend(noise)
    ran = cli("study", "telecom", generous, "--markets", 20)
    assert "Whether generous brings more customers a year than telecom can't be told from 20 markets" in flat(
        ran.out
    )
    assert "and it pays out the same" in flat(ran.out)
    assert "for each" not in flat(ran.out)


def test_a_grid_is_sorted_and_has_its_frontier(cli: Cli, pretend: Pretend) -> None:
    pretend(figures)
    ran = cli("study", "telecom", "--vary", "reward[referrer-credit].value=20..40:10", "--by", "cost")
    assert ran.status == 0
    rows = [line.split() for line in ran.out.splitlines() if line.startswith(("*", " ")) and "£" in line]
    assert [row[1] for row in rows] == ["20", "as", "30", "40"]
    assert all(row[-2].startswith("£") for row in rows if row[1] != "as"), (
        "each that is lost saves something, too"
    )
    assert flat(ran.out).startswith("Of 4 designs, referrer-credit.value=40 brings the most customers")
    assert "referrer-credit.value=20 is the cheapest, with" in flat(ran.out)
    assert "fewer customers a year than the design as it is" in flat(ran.out)
    assert "a = reward[referrer-credit].value" in ran.out
    assert all(len(line) <= 80 for line in ran.out.splitlines())


def test_json_has_the_markets_and_the_summaries(cli: Cli, pretend: Pretend, generous: Path) -> None:
    pretend(figures)
    ran = cli("study", "telecom", generous, "--markets", 10, "--seed", 5, "--json")
    told: dict[str, Any] = json.loads(ran.out)
    assert told["sentence"][0].startswith("generous brings")
    assert (told["preset"], told["referrers"], told["days"], told["seed"], told["markets"]) == (
        "telecom", 1000, 365, 5, 10,
    )  # fmt: skip
    first, other = told["designs"]
    assert [one["program"] for one in told["designs"]] == ["telecom", str(generous)]
    assert [one["seed"] for one in first["markets"]] == list(range(5, 15))
    assert first["markets"][0]["numbers"]["issued"] == figures_of_seed(5)
    assert first["differences"] == {}
    assert other["differences"]["qualified"]["low"] > 0
    assert other["differences"]["qualified"]["above"] == 1.0
    assert other["each_further_minor"]["low"] < other["each_further_minor"]["value"]


def figures_of_seed(seed: int) -> float:
    customers = 400 + 50 + (7 * seed) % 11 + (seed * 25) % 9
    return customers * 2500


def test_shaken_assumptions_are_sorted_and_those_that_turn_the_decision_are_named(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, generous: Path
) -> None:
    def of_world(design: Design, seeds: Sequence[int], spec: WorldSpec) -> Figures:
        more = (worth(design) - 25) * (spec.offer.referrer.elasticity - 0.1) + 10 * spec.friend.eligible
        return {"funnel.qualified": [100 + more + (seed * worth(design)) % 3 / 2 for seed in seeds]}

    monkeypatch.setattr("simulator.lab.running.run_designs", stand_in(of_world, worlds=True))
    ran = cli("study", "telecom", generous, "--shake")
    assert ran.status == 0
    said = ran.out.partition("What is assumed, one at a time: New customers, generous less telecom")[2]
    assert flat(said).startswith(
        "The answer hangs on what is assumed: another offer.referrer.elasticity would turn it over."
    )
    rows = [line for line in said.splitlines() if "█" in line]
    assert [row.split()[0] for row in rows] == ["offer.referrer.elasticity"]
    assert "!" in rows[0]
    assert all(len(line) <= 80 for line in ran.out.splitlines())
    told = json.loads(cli("study", "telecom", generous, "--shake", "--json").out)["shake"]
    assert told["figure"] == "qualified"
    assert told["assumptions"][0]["turn"] == "turned"
    assert told["assumptions"][0]["range"] == [0.0, 0.6]


def test_markets_are_added_until_the_interval_is_as_narrow_as_asked(
    cli: Cli, pretend: Pretend, generous: Path
) -> None:
    pretend(figures)
    told = json.loads(cli("study", "telecom", generous, "--until", 0.5, "--json").out)
    assert 20 < told["markets"] < 200
    other = told["designs"][1]
    assert [one["seed"] for one in other["markets"]] == list(range(1, told["markets"] + 1))
    more = other["differences"]["qualified"]
    assert 0.3 < (more["high"] - more["low"]) / 2 <= 0.5
    wide = json.loads(cli("study", "telecom", generous, "--until", 5, "--json").out)
    assert wide["markets"] == 20
    most = json.loads(cli("study", "telecom", generous, "--until", 0.001, "--markets", 30, "--json").out)
    assert most["markets"] == 30


def test_one_design_is_shaken_without_a_decision(cli: Cli, pretend: Pretend) -> None:
    pretend(figures)
    ran = cli("study", "telecom", "--shake", "--by", "cost")
    assert "What is assumed, one at a time: Cost per customer of telecom" in ran.out
    assert "turns the decision" not in ran.out


def test_a_market_is_what_simulate_says(cli: Cli, tmp_path: Path) -> None:
    size = ("--referrers", 80, "--days", 40, "--json")
    ran = cli("study", "telecom", "--markets", 1, "--seed", 3, "--out", tmp_path / "study.parquet", *size)
    (market,) = json.loads(ran.out)["designs"][0]["markets"]
    simulated = json.loads(cli("simulate", "--seed", 3, "--db", tmp_path / "one.db", *size).out)
    for key in ("seed", "received", "accepted", "attributions", "decisions", "rewards", "late_reversals"):
        assert market[key] == simulated[key], key
    assert simulated["numbers"].items() <= market["numbers"].items()
    assert pl.read_parquet(tmp_path / "study.parquet")["seed"].to_list() == [3]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["telecom", "bank", "--vary", "budget.total=1"], "--vary: makes its designs from one program"),
        (["telecom", "telecom"], "telecom: is given twice"),
        (["telecom", "--by", "customers"], "--by: no figure 'customers'"),
        (["telecom", "--vary", "reward[x].value=1"], '--vary reward[x].value: no reward "x"'),
        (["telecom", "--faults", "malformed=0.1"], "a study keeps no messages"),
        (["telecom", "--shake", "--vary", "budget.total=1"], "--shake: examines one program, or two"),
        (
            ["telecom", "--by-channel", "--vary", "budget.total=1"],
            "--by-channel: reports on single designs",
        ),
        (["telecom", "--until", "0"], "--until 0: write how far the interval may reach to each side"),
        (["nowhere.toml"], "no program file and no preset"),
        (["telecom", "--preset", "moon"], "no such preset"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(cli: Cli, arguments: list[str], said: str) -> None:
    ran = cli("study", *arguments)
    assert ran.status == 2
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not ran.out


def test_each_channel_is_told_with_what_it_brought(cli: Cli) -> None:
    given = ("study", "telecom", "--referrers", 100, "--days", 60, "--markets", 3, "--by-channel")
    (told,) = json.loads(cli(*given, "--json").out)["designs"]
    assert set(told["channels"]) >= {"social", "messaging"}
    for channel in told["channels"].values():
        assert channel["qualified"]["low"] <= channel["qualified"]["median"] <= channel["qualified"]["high"]
        assert channel["qualified"]["median"] <= channel["attributions"]["median"]
    lines = cli(*given).out.splitlines()
    table = lines[lines.index("telecom by channel: median (5 to 95 %)") + 2 :]
    assert [line.split()[0] for line in table] == list(told["channels"])


def test_programs_of_two_currencies_are_not_compared(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "euro.toml"
    path.write_text(preset_text("telecom").replace('"GBP"', '"EUR"'))
    ran = cli("study", "telecom", path)
    assert ran.status == 2
    assert "telecom and euro: can't be compared, one pays in GBP, the other in EUR" in ran.err


def test_the_figures_are_the_same_with_any_number_of_processes(cli: Cli) -> None:
    vary = ("--vary", "delivery[service.activated]=real-time,batch@02:00", "--vary", "budget.total=30000")
    size = (*vary, "--referrers", 40, "--days", 8, "--markets", 3, "--json")
    alone, together = (cli("study", "telecom", *size, "--workers", workers).json for workers in (1, 2))
    assert alone == together


@pytest.mark.parametrize("command", ["study", "optimise"])
def test_the_help_shows_paths_with_their_brackets(cli: Cli, command: str) -> None:
    """Rich would take them for its own markup."""
    said = "".join(cli(command, "--help").out.replace("│", " ").split())
    assert "reward[NAME].value=10..50'" in said
    assert "reward[*].hold=7d,14d" in said
    assert "--vary'reward[referrer-credit].value=10..50" in said


def test_with_assumed_bands_hold_how_people_respond_too_and_say_so(
    cli: Cli, pretend: Pretend, generous: Path
) -> None:
    pretend(figures)
    ran = cli("study", "telecom", generous, "--markets", 20, "--assumed")
    assert flat(ran.out).startswith(
        "With luck and response drawn, generous brings 24 to 36 more customers a year than telecom in nine of ten "
    )
    assert "Bands hold luck and what is assumed of how people respond to an offer" in flat(ran.out)
    assert "5 to 95 % of markets above nothing" in ran.out
    assert "95 % interval" not in ran.out
    plain = cli("study", "telecom", generous, "--markets", 20)
    assert "Bands and intervals hold luck alone" in plain.out
    fields = json.loads(cli("study", "telecom", "--markets", 5, "--assumed", "--json").out)
    assert fields["bands"] == "luck and response"


def test_assumed_and_shake_are_not_for_one_study(cli: Cli) -> None:
    ran = cli("study", "telecom", "--assumed", "--shake")
    assert ran.status == 2
    assert "leave --assumed out" in ran.err
