"""`export payouts`: what whoever pays the rewards needs, in a form that is safe in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from simulator.domain.formulas import guarded
from simulator.files.payouts import COLUMNS
from tests.cli.nasty import HOUR, START, Cli, message

WHO = {"contact_kind": "email", "via": "sso", "referrer_kind": "customer"}


@pytest.fixture
def db(cli: Cli, program: Path, tmp_path: Path) -> Path:
    """A referrer whose reference looks like a formula, and a friend whose conversion brought rewards."""
    events = [
        message("w1", "customer.identified", "=ann", START, contact_ref="c-ann", **WHO),
        message("l1", "link.created", "=ann", START, code="ANN"),
        message("v1", "friend.visited", "ben", START + HOUR, code="ANN", channel="email"),
        message("b1", "service.activated", "ben", START + 2 * HOUR),
    ]
    file, path = tmp_path / "a.jsonl", tmp_path / "a.db"
    file.write_text("\n".join(map(json.dumps, events)))
    assert (
        cli("ingest", "--db", path, "--program", program, "--replay", "--now", "2026-12-01", file).status == 0
    )
    return path


def test_payouts_have_numbers_decimals_times_and_both_people(cli: Cli, db: Path) -> None:
    rows = [json.loads(line) for line in cli("export", "payouts", "--db", db).out.splitlines()]
    rewards = [json.loads(line) for line in cli("export", "rewards", "--db", db).out.splitlines()]
    assert [tuple(row) for row in rows] == [COLUMNS] * len(rewards)
    for number, (row, reward) in enumerate(zip(rows, rewards, strict=True), 1):
        assert (row["number"], row["currency"], row["friend"], row["referrer"]) == (
            number,
            "GBP",
            "ben",
            "=ann",
        )
        assert Decimal(row["value"]) * 100 == reward["value_minor"]
        assert (row["state"], row["recipient"]) == (reward["state"], reward["recipient"])
        assert (row["issued_at"] == row["state_at"]) is (row["state"] == "issued")
        assert row["due_at"].endswith("Z")
    assert "issued" in {row["state"] for row in rows}


def test_payouts_in_parquet_have_real_moments_and_decimals(cli: Cli, db: Path, tmp_path: Path) -> None:
    out = tmp_path / "payouts.parquet"
    assert cli("export", "payouts", "--db", db, "--format", "parquet", "--out", out).status == 0
    frame = pl.read_parquet(out)
    assert frame.schema["value"] == pl.Decimal(38, 2)
    assert frame.schema["due_at"] == pl.Datetime("ms", "UTC")
    told = [json.loads(line) for line in cli("export", "payouts", "--db", db).out.splitlines()]
    assert [str(value) for value in frame["value"]] == [row["value"] for row in told]
    first: Any = frame["due_at"][0]
    assert first == datetime.fromisoformat(told[0]["due_at"]).astimezone(UTC)


@pytest.mark.parametrize(
    ("options", "said"), [([], "'=ann"), (["--no-guard-formulas"], "=ann"), (["--guard-formulas"], "'=ann")]
)
def test_a_reference_that_looks_like_a_formula_is_guarded_in_payouts(
    cli: Cli, db: Path, options: list[str], said: str
) -> None:
    out = cli("export", "payouts", "--db", db, "--format", "csv", *options).out
    assert {row["referrer"] for row in csv.DictReader(io.StringIO(out))} == {said}


def test_other_exports_are_guarded_when_asked_for(cli: Cli, db: Path) -> None:
    plain = cli("export", "attributions", "--db", db, "--format", "csv").out
    assert "=ann" in plain
    assert "'=ann" not in plain
    assert "'=ann" in cli("export", "attributions", "--db", db, "--format", "csv", "--guard-formulas").out


def test_every_beginning_of_a_formula_is_guarded_and_numbers_are_not() -> None:
    row = ("=1", "+1", "-1", "@a", "\ta", "\ra", "a=1", -1, None)
    assert guarded([row]) == [("'=1", "'+1", "'-1", "'@a", "'\ta", "'\ra", "a=1", -1, None)]
