"""Issued, pending, clawed back, spent and cost are the same numbers wherever they appear, whatever the preset."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from db.read.overview import History, overview
from db.read.rewards import STATES, budget, by_reward
from db.read.rules import by_rule
from db.read.sums import PastSums, now
from tests.cli.nasty import Cli
from tests.presets import each_preset

GIVEN = ("issued", "redeemed", "expired")


def _said_on_screens(path: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """The numbers that the screens' queries give, and what each rule held back."""
    with closing(sqlite3.connect(path)) as db:
        sums = now(db)
        (at,) = db.execute("SELECT sim_at FROM clock").fetchone()
        tiles = {one.key: one for one in overview(db, History(), at).headlines}
        funds = budget(db, PastSums(), sums, at)
        rows = by_reward(sums)
        by_state = {state: sum(row.state(state)[1] for row in rows) for state in STATES}
        held = {row.code: row.held_back[1] for row in by_rule(sums)}
    numbers = {key: tiles[key].numerator for key in ("issued", "pending", "clawed")}
    offered = by_state["offered"]  # pending, and spent by the budget
    assert sum(by_state[state] for state in GIVEN) == numbers["issued"]
    assert by_state["revoked"] == numbers["clawed"]
    assert (funds.spent, funds.pending) == (numbers["issued"] + offered, numbers["pending"] - offered)
    assert funds.clawed == 0  # it gave its room back
    return {**numbers, "spent": funds.spent, "cost": tiles["cost"].shown}, held


def _exported(cli: Cli, path: Path) -> Counter[str]:
    """The money of all exported rewards by state, and of pending ones also by expected state."""
    found: Counter[str] = Counter(issued=0)
    rows, payouts = (
        [json.loads(line) for line in cli("export", what, "--db", path).out.splitlines()]
        for what in ("rewards", "payouts")
    )
    for row, payout in zip(rows, payouts, strict=True):
        state = row["state"] if row["state"] != "pending" else f"pending, {payout['expected']}"
        found[state] += row["value_minor"]
    return found


@each_preset
def test_money_is_the_same_wherever_it_is_said(cli: Cli, tmp_path: Path, preset: str) -> None:
    path = tmp_path / "a.db"
    size = ["--referrers", 150, "--days", 45, "--seed", len(preset)]
    ran = cli("simulate", "--preset", preset, *size, "--db", path, "--json")
    assert ran.status == 0, ran.err
    screens, held = _said_on_screens(path)
    assert ran.json["numbers"] == screens

    compared = cli("compare", path, path, "--json").json
    for key in ("issued", "pending", "clawed", "cost"):
        assert compared["numbers"][key]["values"] == [screens[key]] * 2
    parts = compared["numbers"]["cost"]["parts"]
    assert sum(pair[0] or 0 for pair in parts.values()) == pytest.approx(screens["cost"] or 0)
    assert compared["budget"]["spent_minor"] == [screens["spent"]] * 2

    exported = _exported(cli, path)
    assert sum(exported[state] for state in GIVEN) == screens["issued"]
    assert exported["revoked"] == screens["clawed"]
    promised = ("pending, issued", "pending, offered", "offered")
    assert sum(exported[state] for state in promised) == screens["pending"]
    assert screens["issued"] + exported["offered"] == screens["spent"]

    scored = cli("fraud", "--db", path, "--json").json
    assert {code: held.get(code, 0) for code in scored["rules"]} == {
        code: rule["refused_honest_minor"] + rule["refused_cheats_minor"]
        for code, rule in scored["rules"].items()
    }
    kinds = scored["kinds"].values()
    assert sum(kind["paid_minor"] for kind in kinds) == scored["paid_to_cheats_minor"] <= screens["issued"]
    assert sum(kind["taken_back_minor"] for kind in kinds) <= screens["clawed"]
