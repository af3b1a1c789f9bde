"""Pending is one number under one name: in the summary, on every screen, in compare, explain, fraud and the export."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from db.client.people import crm_path
from db.client.truth import judged
from db.read import sums
from db.read.comparing import read_compared
from db.read.journeys import journeys
from db.read.overview import History, overview, overview_at
from db.read.pending import pending
from db.read.queries import Reader
from db.read.rewards import budget, by_reward, falling_due
from db.read.sums import PastSums
from simulator.domain.spans import HOUR_MS
from simulator.scoring.reading import _judged
from tests.cli.nasty import Cli

PRESETS = ("telecom", "community", "retail", "subscription")
TOUR = Path(__file__).parents[2] / "docs" / "tour-engineer.md"


@pytest.fixture
def tour(cli: Cli, tmp_path: Path) -> Path:
    """The first four lines of the engineer's tour, the day after the conversion."""
    lines = re.findall(r"^\{.*\}$", TOUR.read_text(encoding="utf-8"), re.MULTILINE)[:4]
    (tmp_path / "events.jsonl").write_text("\n".join(lines))
    options = ("--program", "telecom", "--db", tmp_path / "a.db", "--replay", "--now", "2026-03-05T00:00:00Z")
    assert cli("ingest", tmp_path / "events.jsonl", *options).status == 0
    return tmp_path / "a.db"


def test_the_first_of_an_every_fifth_bonus_is_not_in_what_is_pending(cli: Cli, tour: Path) -> None:
    with closing(sqlite3.connect(tour)) as db:
        assert pending(sums.now(db)).minor == 4000
        assert pending(sums.now(db)).counted == (1, 5000)
        assert sum(row.value_minor for row in falling_due(db) if row.expected == "issued") == 4000
    assert read_compared(tour).promised == 4000


def test_the_summary_tells_what_is_pending_and_what_of_it_pays_nothing(
    cli: Cli, tmp_path: Path, tour: Path
) -> None:
    again = ("ingest", tmp_path / "events.jsonl", "--db", tour, "--replay", "--now", "2026-03-05T00:00:01Z")
    ran = cli(*again)
    assert re.search(r"pending +2 +rewards, £40\.00$", ran.out, re.MULTILINE)
    assert re.search(r"unpaid +1 +reward, £50\.00 that would pay nothing$", ran.out, re.MULTILINE)


def test_explain_says_that_a_line_counts_toward_the_bonus_and_pays_nothing_itself(
    cli: Cli, tour: Path
) -> None:
    ran = cli("explain", "ben", "--db", tour)
    assert "it counts toward the bonus, 1st of 5, and pays nothing itself" in ran.out
    assert "unpaid" in cli("explain", "anna", "--db", tour).out
    told = cli("explain", "ben", "--db", tour, "--json").json
    assert sorted(one["expected"] for one in told["rewards"]) == ["counted", "issued", "issued"]


def test_a_line_that_finds_no_budget_is_not_pending_money(cli: Cli, tmp_path: Path, tour: Path) -> None:
    """The same with a budget of 30 pounds: the 25 pounds of one don't fit, the 15 of the other do."""
    preset = files("simulator.presets") / "telecom" / "program.toml"
    text = re.sub(r"(?m)^total = .*$", "total = 30.00", preset.read_text(encoding="utf-8"))
    (tmp_path / "small.toml").write_text(text)
    path = tmp_path / "small.db"
    options = (
        "--program",
        tmp_path / "small.toml",
        "--db",
        path,
        "--replay",
        "--now",
        "2026-03-05T00:00:00Z",
    )
    assert cli("ingest", tmp_path / "events.jsonl", *options).status == 0
    with closing(sqlite3.connect(path)) as db:
        assert pending(sums.now(db)).minor == 1500
        assert pending(sums.now(db)).unfunded == (1, 2500)
    assert "as things stand the budget has no room for it" in cli("explain", "ben", "--db", path).out


@pytest.mark.parametrize(
    "preset", [*PRESETS[:2], *(pytest.param(preset, marks=pytest.mark.long) for preset in PRESETS[2:])]
)
def test_pending_is_the_same_number_wherever_it_is_shown(
    cli: Cli, tmp_path: Path, exports: Callable[..., dict[str, bytes]], preset: str
) -> None:
    path, seed = tmp_path / "a.db", PRESETS.index(preset) + 7
    size = ("--referrers", 600, "--days", 60, "--pace", "max")
    made = ("--preset", preset, "--seed", seed, *size, "--db", path)
    ran = cli("simulate", *made, "--json")
    assert ran.status == 0, ran.err
    told = {state: (one["count"], one["value_minor"]) for state, one in ran.json["rewards"].items()}
    reader = Reader(path)
    with reader.look() as db:
        held = sums.now(db)
        wanted = pending(held)
        assert wanted.lines
        friends = [one for (one,) in db.execute("SELECT DISTINCT friend FROM decision")]
        (at,) = db.execute("SELECT max(received_at) FROM event").fetchone()
        rows, due = by_reward(held), falling_due(db)
        shown = {
            "summary": told.get("pending", (0, 0)),
            "overview": next(
                (one.lines, one.numerator)
                for one in overview(db, History(), at).headlines
                if one.key == "pending"
            ),
            "rewards": added(row.pending.issued for row in rows),
            "calendar": added((row.count, row.value_minor) for row in due if row.expected == "issued"),
            "journeys": added(
                pair for one in journeys(db, friends) for state, *pair in one.rewards if state == "pending"
            ),
        }
        unpaid = {
            "summary": told.get("unpaid", (0, 0)),
            "rewards": added(row.pending.unpaid for row in rows),
            "calendar": added((row.count, row.value_minor) for row in due if row.expected != "issued"),
            "journeys": added(
                pair for one in journeys(db, friends) for state, *pair in one.rewards if state == "unpaid"
            ),
        }
        assert budget(db, PastSums(), held, at).pending == wanted.minor
        assert sum(_judged(row, {}).pending for row in judged(db)) == wanted.minor  # what `fraud` adds up
        earlier = at - at % HOUR_MS - 24 * HOUR_MS
        past = overview_at(db, PastSums(), earlier)
        then = next(one for one in past.headlines if one.key == "pending")
        assert (then.lines, then.numerator) == pending(PastSums().at(db, earlier)).issued
    reader.close()
    lines = [json.loads(line) for line in exports(path, whats=("payouts",))["payouts"].splitlines()]
    shown["export"] = added(
        (1, round(Decimal(one["value"]) * 100)) for one in lines if one["expected"] == "issued"
    )
    unpaid["export"] = added(
        (1, round(Decimal(one["value"]) * 100)) for one in lines if one["expected"] not in (None, "issued")
    )
    number = read_compared(path).number("pending")
    shown["compare"] = (number.lines or 0, number.numerator)
    assert shown == dict.fromkeys(shown, wanted.issued)
    assert unpaid == dict.fromkeys(unpaid, wanted.unpaid)
    assert crm_path(path).exists()
    assert cli("verify", "--db", path).status == 0


def added(pairs: object) -> tuple[int, int]:
    """Add up counts and money."""
    found = [tuple(pair) for pair in pairs]  # type: ignore[attr-defined]
    return sum(n for n, _ in found), sum(minor for _, minor in found)
