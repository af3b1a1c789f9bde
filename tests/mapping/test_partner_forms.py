"""Payouts in a partner's form: `export payouts --map`."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from simulator.domain.errors import InputError
from simulator.files.payouts import COLUMNS
from simulator.mapping.load import load_mapping
from simulator.mapping.partner_forms import FormWriter, find_form, form_failures, form_names, load_form
from simulator.mapping.testing import failures
from tests.cli.conftest import cli, nasty, nasty_file, program
from tests.cli.nasty import Cli

__all__ = ["cli", "nasty", "nasty_file", "program"]
HEAD = 'name = "own"\nrows = "payouts"\n'


@pytest.mark.parametrize("name", form_names())
def test_a_shipped_form_does_what_its_own_tests_say(name: str) -> None:
    form = find_form(name, COLUMNS)
    assert form.name == name
    assert form.tests
    assert form_failures(form) == []


def test_a_test_of_a_form_that_fails_is_said() -> None:
    text = find_form("extole-rewards", COLUMNS).text
    wrong = load_form(text.replace('"Reward ID" = "7"', '"Reward ID" = "8"'), "own.toml", COLUMNS)
    assert form_failures(wrong) == [
        'test "an issued reward of a referrer": Reward ID should be "8", and is "7"'
    ]


def test_rewards_are_written_in_a_partners_form(
    cli: Cli, tmp_path: Path, program: Path, nasty_file: Path
) -> None:
    db = tmp_path / "a.db"
    cli("ingest", nasty_file, "--replay", "--db", db, "--program", program)
    ours = list(csv.DictReader(io.StringIO(cli("export", "payouts", "--db", db, "--format", "csv").out)))
    theirs = list(
        csv.DictReader(io.StringIO(cli("export", "payouts", "--db", db, "--map", "extole-rewards").out))
    )
    paid = [one for one in ours if one["state"] in ("issued", "redeemed", "revoked", "expired")]
    assert len(theirs) == len(paid) > 5
    for mine, other in zip(paid, theirs, strict=True):
        assert (other["Reward ID"], other["Reward Value"]) == (mine["number"], mine["value"])
        assert other["Recipient Type"] == ("advocate" if mine["role"] == "referrer" else "friend")
    own = tmp_path / "own.toml"
    own.write_text(
        f'{HEAD}delimiter = ";"\n[columns]\nWho = "recipient"\nWhat = {{ text = "{{value}} {{currency}}" }}\n'
    )
    said = cli("export", "payouts", "--db", db, "--map", own).out.splitlines()
    assert said[0] == "Who;What"
    assert said[1] == f"{ours[0]['recipient']};{ours[0]['value']} {ours[0]['currency']}"
    assert "out   Extole" in cli("map", "list").out
    assert cli("map", "show", "extole-rewards").out == find_form("extole-rewards", COLUMNS).text
    refused = cli("export", "events", "--db", db, "--map", "extole-rewards")
    assert (refused.status, "not of events" in refused.err) == (2, True)


def test_map_check_runs_the_tests_of_a_users_own_form(cli: Cli, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    form = (
        f"""{HEAD}when = "state = 'issued'"\n[values]\nstate = "state"\n"""
        """[columns]\nWho = "recipient"\nCents = { path = "value", money = "minor" }\n"""
        """[[test]]\nname = "paid"\nrow = { state = "issued", value = 5, recipient = "e17" }\n"""
        """cells = { Who = "e17", Cents = 5 }\n[[test]]\nrow = { state = "voided" }\n"""
    )
    own.write_text(form)
    right = cli("map", "check", own)
    assert (right.status, right.out) == (0, "own: a form of payouts; 2 tests, 0 failed\n")
    own.write_text(form.replace("Cents = 5", "Cents = 6").replace("voided", "issued"))
    wrong = cli("map", "check", own)
    assert wrong.status == 1
    assert wrong.out.splitlines() == [
        "own: a form of payouts; 2 tests, 2 failed",
        'test "paid": Cents should be "6", and is "5"',
        'test "test 2": the row should be left out, and is written',
    ]
    told = json.loads(cli("map", "check", own, "--json").out)
    assert (told["form"], told["tests"], len(told["failures"])) == ("own", 2, 2)
    own.write_text(form.replace("value = 5", 'value = "many"'))
    assert 'test "paid": refused: value: "many"; it must be an integer' in cli("map", "check", own).out
    assert cli("map", "check", "extole-rewards").out.endswith("tests, 0 failed\n")
    assert cli("map", "show", own).out == own.read_text()


@pytest.mark.parametrize("extra", [("sample.csv",), ("--secrets", "secrets.toml")])
def test_map_check_says_that_a_form_takes_nothing_else(cli: Cli, extra: tuple[str, ...]) -> None:
    ran = cli("map", "check", "extole-rewards", *extra)
    assert (ran.status, ran.err.count("\n"), "form of payouts" in ran.err) == (2, 1, True)


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("row = 3", "test 1.row: 3; it must be a table"),
        ('cells = { X = "a" }', "test 1.row: missing"),
        ('row = { sate = "issued" }', 'test 1.row.sate: unknown key; did you mean "state"?'),
        ('row = { state = "issued" }\ncells = { Y = 1 }', "test 1.cells.Y: unknown key"),
        ('row = { state = "issued" }\ncell = { X = 1 }', "test 1.cell: unknown key"),
    ],
)
def test_a_mistake_in_a_test_of_a_form_is_refused_with_its_line(test: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        load_form(f'{HEAD}[columns]\nX = "state"\n[[test]]\n{test}\n', "own.toml", COLUMNS)
    assert said in str(error.value)
    assert str(error.value).startswith("own.toml:")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD, "columns: missing"),
        (f'{HEAD}[columns]\nX = "amount"\n', "payouts have no column amount"),
        (f'{HEAD}when = "state = 1"\n[columns]\nX = "state"\n', 'no fact "state"'),
        (f'{HEAD}[columns]\nX = {{ path = "recipient", hash = "text" }}\n', "a form can't hash"),
        ('name = "own"\n[columns]\nX = "state"\n', 'rows = "payouts"'),
    ],
)
def test_a_form_with_a_mistake_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        load_form(text, "own.toml", COLUMNS)
    assert said in str(error.value)


def test_a_value_that_cannot_be_written_names_its_payout() -> None:
    form = load_form(f'{HEAD}[columns]\nX = {{ path = "value", money = "minor" }}\n', "own.toml", COLUMNS)
    with pytest.raises(InputError, match="own: the payout 3: value:"):
        FormWriter(form).cells({"number": 3, "value": "20.00"})


def test_the_form_and_the_mapping_that_the_page_shows_do_what_their_tests_say() -> None:
    page = (Path(__file__).parents[2] / "docs" / "mappings.md").read_text(encoding="utf-8")
    mapping, form = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    loaded = load_mapping(mapping, "our-shop.toml")
    assert loaded.tests
    assert failures(loaded) == []
    ours = load_form(form, "our-payroll.toml", COLUMNS)
    assert ours.tests
    assert form_failures(ours) == []
