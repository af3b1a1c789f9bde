"""Compare two designs on the same people, side by side, and say what else differs besides the design."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from db.read.comparing import read_compared
from referral_tui import figures
from tests.cli.nasty import DAY, START, Cli, message

WHO: dict[str, Any] = {"contact_kind": "email", "via": "sso", "referrer_kind": "customer"}


def _filled(cli: Cli, program: Path, path: Path, friends: int) -> Path:
    """A database in which Ann has brought this many friends, each rewarded."""
    events = [
        message("w", "customer.identified", "ann", START, contact_ref="c-ann", **WHO),
        message("l", "link.created", "ann", START, code="ANN"),
    ]
    for number in range(friends):
        who, at = f"f{number}", START + (number + 1) * 3 * DAY
        events.append(message(f"c{who}", "friend.claimed", who, at, contact_ref=f"c-{who}", code="ANN"))
        events.append(message(f"a{who}", "service.activated", who, at + 1))
    file = path.with_suffix(".jsonl")
    file.write_text("\n".join(map(json.dumps, events)))
    now = START + 30 * DAY
    assert cli("ingest", "--db", path, "--program", program, "--replay", "--now", now, file).status == 0
    return path


@pytest.fixture
def pair(cli: Cli, tmp_path: Path, program: Path) -> tuple[Path, Path]:
    """Two databases: one friend at 20 pounds, and two at 30."""
    generous = tmp_path / "generous.toml"
    generous.write_text(program.read_text().replace("value = 20.00", "value = 30.00"))
    return _filled(cli, program, tmp_path / "a.db", 1), _filled(cli, generous, tmp_path / "b.db", 2)


def test_side_by_side(cli: Cli, pair: tuple[Path, Path]) -> None:
    one, other = (read_compared(path) for path in pair)
    assert (one.qualified, other.qualified) == (1, 2)
    ran = cli("compare", *pair)
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[0].split() == ["a.db", "b.db", "change"]
    assert ["qualified", "1", "2", "+100.0", "%"] in [line.split() for line in lines]
    further = other.promised - one.promised
    assert f"b.db has 1 more friend who qualified, and {figures.money(further, 'GBP', 2)} more" in ran.out
    assert '  ~ Reward "credit": the referrer gets 20.00 → 30.00 GBP' in ran.out
    odd = "Not only the design differs: a.db was not made by simulate; b.db was not made by simulate."
    assert odd in " ".join(ran.out.split())
    assert all(len(line) <= 79 for line in lines)
    assert "Budget of a.db: £20.00 of £400.00 spent, 5.0 %." in " ".join(ran.out.split())


def test_the_figures_as_an_object(cli: Cli, pair: tuple[Path, Path]) -> None:
    told = cli("compare", *pair, "--json").json
    one, other = (read_compared(path) for path in pair)
    assert told["stages"]["qualified"] == [1, 2]
    assert told["numbers"]["issued"]["values"] == [
        one.number("issued").numerator,
        other.number("issued").numerator,
    ]
    assert told["each_minor"] == told["further_minor"] == other.promised - one.promised
    assert [change["sign"] for change in told["design"]] == ["~"]
    assert not told["alike"]


def test_one_with_itself_is_the_same(cli: Cli, pair: tuple[Path, Path]) -> None:
    told = cli("compare", pair[0], pair[0]).out
    assert "As many friends qualified in both, for the same money issued and pending." in told
    assert "the designs say the same" in told
    assert {line.split()[-1] for line in told.splitlines()[1:8]} == {"same"}


def test_runs_say_in_which_options_they_differ(cli: Cli, tmp_path: Path) -> None:
    path, other = tmp_path / "run.db", tmp_path / "other.db"
    size = ("--referrers", 30, "--days", 5)
    assert cli("simulate", "--db", path, *size, "--seed", 3).status == 0
    assert cli("compare", path, path, "--json").json["alike"]
    shutil.copy(path, other)
    with closing(sqlite3.connect(other)) as there, there:
        there.execute("UPDATE setting SET value = '4' WHERE name = 'seed'")
        there.execute("UPDATE clock SET status = 'stopped'")
    assert cli("compare", path, other, "--json").json["unlike"] == [
        "seed 3 and 4",
        "other.db is not finished",
    ]


def test_what_can_not_be_compared_is_one_line(
    cli: Cli, tmp_path: Path, program: Path, pair: tuple[Path, Path]
) -> None:
    euros = tmp_path / "euros.toml"
    euros.write_text(program.read_text().replace('"GBP"', '"EUR"'))
    path = tmp_path / "e.db"
    empty = tmp_path / "no.jsonl"
    empty.touch()
    assert cli("ingest", "--db", path, "--program", euros, empty).status == 0
    for second, said in (
        (path, "one pays in GBP, the other in EUR"),
        (tmp_path / "none.db", "no such database"),
    ):
        ran = cli("compare", pair[0], second)
        assert (ran.status, ran.err.count("\n")) == (2, 1)
        assert said in ran.err


def test_paying_later_makes_no_customer_cheaper(cli: Cli, tmp_path: Path, program: Path) -> None:
    slow = tmp_path / "slow.toml"
    slow.write_text(program.read_text().replace('hold = "3d"', 'hold = "60d"'))
    soon, late = (
        _filled(cli, program, tmp_path / "soon.db", 4),
        _filled(cli, slow, tmp_path / "late.db", 4),
    )
    a, b = (read_compared(path).number("cost") for path in (soon, late))
    assert a.numerator_is == "rewards issued and pending"
    assert (a.value, b.value) == (1500, 1500)  # a cap keeps the fourth from being paid, by then or later
    assert (a.shares, b.shares) == (
        (("issued", 1500), ("pending", 0)),
        (("issued", 0), ("pending", 1500)),
    )
    lines = [line.split() for line in cli("compare", soon, late).out.splitlines()]
    assert ["Cost", "per", "customer", "£15.00", "£15.00", "same"] in lines
    assert ["issued", "£15.00", "£0.00", "-100.0", "%"] in lines
    assert ["pending", "£0.00", "£15.00", "new"] in lines
    told = cli("compare", soon, late, "--json").json["numbers"]["cost"]
    assert told["parts"] == {"issued": [1500, 0], "pending": [0, 1500]}
