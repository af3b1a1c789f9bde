"""Where the money went: from all that the rules could have paid to what was kept, adding up to the minor unit."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from db.read.rules import by_rule
from db.read.sums import now
from db.read.waterfall import Waterfall, waterfall
from simulator.domain.vocabulary import RewardState
from tests.cli.nasty import DAY, START, Cli, message, nasty_lines
from tests.durability.everything import program_text, write_log

GIVEN = (RewardState.ISSUED, RewardState.REDEEMED, RewardState.EXPIRED)


def _read(path: Path) -> Waterfall:
    with closing(sqlite3.connect(path)) as db:
        found = waterfall(db)
    assert found is not None
    return found


def _by_step(one: Waterfall) -> Counter[str]:
    found: Counter[str] = Counter()
    for step in one.steps:
        found[step.words if step.code else step.key] += step.minor
    return found


def _check(path: Path) -> Counter[str]:
    """Compare a waterfall with the rows, added up in another way, and with the sums that screens show."""
    fall = _read(path)
    steps = _by_step(fall)
    with closing(sqlite3.connect(path)) as db:
        sums = now(db)
        earned = db.execute("SELECT SUM(earned_minor) FROM reward").fetchone()[0] or 0
        withheld = db.execute(
            "SELECT SUM(withheld_minor) FROM decision WHERE outcome <> 'qualified'"
        ).fetchone()[0]
        skipped = dict(
            db.execute(
                "SELECT COALESCE(CASE state WHEN 'pending' THEN expected END, state), SUM(earned_minor) FROM reward "
                "GROUP BY 1"
            ).fetchall()
        )
        held = {row.code: row.held_back[1] for row in by_rule(sums)}
        waiting = sum(row.review[1] for row in by_rule(sums))
    assert fall.could == earned + (withheld or 0)
    assert fall.could - sum(step.minor for step in fall.steps) == fall.kept
    assert all(step.minor >= 0 for step in fall.steps)
    assert fall.kept == sum(sums.value(f"reward.{state}") for state in GIVEN)
    assert {code: steps[f"refused: {code}"] for code in held} == held
    assert steps["review"] == waiting
    names = {"number": "counted"}
    for key in ("number", "capped", "unfunded", "forfeited", "voided"):
        assert steps[key] == skipped.get(names.get(key, key), 0), key
    return steps


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 6))]
)
def test_the_steps_add_up_on_a_nasty_log(cli: Cli, tmp_path: Path, program: Path, seed: int) -> None:
    file, path = tmp_path / "a.jsonl", tmp_path / "a.db"
    file.write_bytes(b"\n".join(nasty_lines(seed)))
    cli("ingest", "--db", path, "--program", program, "--replay", file)
    steps = _check(path)
    assert steps["refused: no-self-referral"] > 0
    assert steps["voided"] > 0
    told = cli("compare", path, "--waterfall", "--json").json["waterfall"][0]
    assert told["could_minor"] - sum(step["minor"] for step in told["steps"]) == told["kept_minor"]


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in (1, 2))])
def test_the_steps_add_up_where_everything_happens(cli: Cli, tmp_path: Path, seed: int) -> None:
    program, file, path = tmp_path / "p.toml", tmp_path / "a.jsonl", tmp_path / "a.db"
    program.write_text(program_text(130))
    write_log(file, seed, 130)
    cli("ingest", "--db", path, "--program", program, "--replay", file)
    steps = _check(path)
    assert {
        key for key in ("number", "capped", "forfeited", "trimmed", "held", "taken_back") if not steps[key]
    } == set()


ADJUSTED = """
[program]
name = "Shop"
currency = "GBP"
[[milestone]]
name = "first"
event = "purchase.paid"
[[reward]]
name = "share: 7"
to = "referrer"
on = "first"
percent = 10
clawback = "30d"
caps = [{ value = 8.00, window = "lifetime", over = "trim" }]
"""


@pytest.mark.parametrize(("now_minor", "taken"), [(5_000, 300), (0, 800), (10_000, 0)])
def test_what_a_cap_cut_and_what_was_taken_back_are_told_apart(
    cli: Cli, tmp_path: Path, now_minor: int, taken: int
) -> None:
    events: list[dict[str, Any]] = [
        message("l", "link.created", "ann", START, code="ANN"),
        message("c", "friend.claimed", "fred", START + DAY, contact_ref="c-fred", code="ANN"),
        message("p", "purchase.paid", "fred", START + 2 * DAY, amount_minor=10_000),
        message("a", "conversion.adjusted", "fred", START + 4 * DAY, adjusts="p", amount_minor=now_minor),
    ]
    for one in events[2:]:
        one["source"] = "client/shop"
    (tmp_path / "p.toml").write_text(ADJUSTED)
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, events)))
    path = tmp_path / "a.db"
    ran = cli("ingest", "--db", path, "--program", tmp_path / "p.toml", "--replay", tmp_path / "a.jsonl")
    assert ran.status == 0, ran.err
    fall = _read(path)
    assert (fall.could, fall.kept) == (1_000, 800 - taken)
    steps = _by_step(fall)
    assert (steps["trimmed"], steps["taken_back"]) == (200, taken)
    said = cli("compare", path, "--waterfall").out
    assert "what the rules could have paid                        £10.00" in said
    assert "  cut to the room in a cap or the budget              -£2.00" in said


def test_two_databases_have_their_money_side_by_side(cli: Cli, tmp_path: Path, program: Path) -> None:
    paths = []
    for seed in (1, 2):
        file, path = tmp_path / f"{seed}.jsonl", tmp_path / f"{seed}.db"
        file.write_bytes(b"\n".join(nasty_lines(seed)))
        cli("ingest", "--db", path, "--program", program, "--replay", file)
        paths.append(path)
    said = cli("compare", *paths)
    lines = said.out.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("where the money went"))
    assert lines[place].split()[-2:] == ["1.db", "2.db"]
    assert lines[place + 1].startswith("what the rules could have paid")
    assert all(len(line) <= 79 for line in lines)
    both = cli("compare", *paths, "--json").json["waterfall"]
    assert both == [cli("compare", path, "--waterfall", "--json").json["waterfall"][0] for path in paths]
