"""Payouts in a partner's form: `export payouts --map`."""

from __future__ import annotations

import csv
import io
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD, "columns: missing"),
        (f'{HEAD}[columns]\nX = "amount"\n', "payouts have no column amount"),
        (f'{HEAD}when = "state = 1"\n[columns]\nX = "state"\n', 'no fact "state"'),
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
