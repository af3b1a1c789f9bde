"""What would have paid, proven: each change that an explanation tells of is made in the whole log, and judged again."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from db.read import log
from db.read.decision_rows import attribution_of, decision
from db.read.event_fields import events_of
from db.read.reward_rows import reward
from db.sqlite.readonly import open_readonly
from simulator.engine import Engine
from simulator.events.columns import EVENT_SCHEMA, MESSAGE_SCHEMA
from simulator.explain.context import load_context
from simulator.explain.decision import explain_decision
from simulator.explain.edits import edited
from simulator.explain.reward import explain_reward
from simulator.explain.source import Source
from simulator.platform.platform import Platform
from simulator.platform.records import parse_program, typed
from simulator.program.model import Program
from tests.engine.strategies import Case, case_of

Fields = dict[str, Any]
# Seeds of short logs, of which most have something to tell: each takes 0.2 s, one of some length up to 8 s.
SHORT = (1501, 1503, 1504, 1506, 1508, 1511, 1514, 1515, 1517, 1521, 1528, 1532, 1533, 1538, 1541, 1546)
YEAR = 366 * 86_400_000  # after it all has fallen due


def stored(case: Case, path: Path) -> Path:
    """A case received and judged by a platform, told its final time."""
    with Platform.create(path, case.program) as platform:
        waiting: list[Fields] = []
        for step in [*case.steps, case.final]:
            if not isinstance(step, int):
                waiting.append(step)
                continue
            platform.receive_columns(pl.DataFrame(waiting, schema=MESSAGE_SCHEMA, orient="row"))
            waiting = []
            platform.advance(step)
        platform.clock("finished")
    return path


def whole(source: Source) -> pl.DataFrame:
    """The whole log."""
    frames = list(log.read(source.db, 0, 1_000_000))
    return typed(pl.concat(frames)) if frames else pl.DataFrame(schema=EVENT_SCHEMA)


def outcomes(program: Program, events: pl.DataFrame) -> dict[tuple[str, str, str], str]:
    """Each decision's outcome, by its conversion and milestone."""
    names = {row["seq"]: (row["source"], row["id"]) for row in events.iter_rows(named=True)}
    decisions = Engine(program, parse_program).replay(events).decisions
    return {(*names[row["seq"]], row["milestone"]): row["outcome"] for row in decisions.iter_rows(named=True)}


def explained(source: Source) -> list[Fields]:
    found = source.db.execute("SELECT id FROM decision WHERE outcome != 'qualified' ORDER BY id").fetchall()
    rows = [decision(source.db, number) for (number,) in found]
    return [
        explain_decision(
            load_context(source, row, attribution_of(source.db, row.friend)), events_of(source.db, row.friend)
        )
        for row in rows
    ]


def states(program: Program, events: pl.DataFrame, now: int) -> dict[tuple[str, str, str], str]:
    """Each reward's state as of a time, by its conversion and name."""
    names = {row["seq"]: (row["source"], row["id"]) for row in events.iter_rows(named=True)}
    engine = Engine(program, parse_program)
    parts = [engine.replay(events), engine.advance(now)]
    rows = {row["id"]: row for part in parts for row in part.rewards.iter_rows(named=True)}
    for part in parts:
        for change in part.changes.iter_rows(named=True):
            rows[change["id"]] |= change
    return {(*names[row["seq"]], row["reward"]): row["state"] for row in rows.values()}


def check_rewards(source: Source, events: pl.DataFrame, seed: int, seen: Counter[str]) -> None:
    """The same for reward lines that were not paid, or not for good."""
    unpaid = "SELECT id FROM reward WHERE state NOT IN ('pending', 'issued') ORDER BY id"
    for (number,) in source.db.execute(unpaid).fetchall():
        line = reward(source.db, number)
        decided = decision(source.db, line.decision)
        context = load_context(source, decided, attribution_of(source.db, decided.friend))
        told = explain_reward(source, line, context)
        assert told["why_not"], (seed, told)
        key = (context.event["source"], context.event["id"], line.reward)
        seen[line.state] += 1
        for change in told["changes"]:
            if not change["edits"]:
                continue
            after = edited(events, json.loads(json.dumps(change["edits"])))
            now = max(int(after["received_at"][-1]), source.now) + YEAR
            assert change["makes"] == "issued"
            assert states(source.programs[1], after, now).get(key) == "issued", (seed, key, change)
            seen[f"{line.state} told"] += 1


def check(seed: int, folder: Path, seen: Counter[str], least: int = 20, most: int = 60) -> None:
    """Make each change that is told in the whole log, and see that it does what it says."""
    path = stored(case_of(seed, least, most), folder / f"{seed}.db")
    with closing(open_readonly(path)) as db:
        source = Source(db)
        events = whole(source)
        for one in explained(source):
            key = (one["source"], one["event_id"], one["milestone"])
            reason = one["outcome"] if one["outcome"] in ("refused", "review") else one["reason"]
            assert one["why_not"], (seed, key)
            seen[f"{reason} {'told' if one['changes'] else 'none'}"] += 1
            for change in one["changes"]:
                edits = json.loads(json.dumps(change["edits"]))  # as --json prints them
                after = outcomes(source.programs[1], edited(events, edits))
                assert edits, (seed, key, change)
                assert after.get(key) == "qualified", (seed, key, change)
        check_rewards(source, events, seed, seen)


def test_every_change_that_is_told_makes_it_qualify(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    check(16, tmp_path, seen)
    for seed in SHORT:  # among all of them every way to fail
        check(seed, tmp_path, seen, 8, 20)
    told = {name.split()[0] for name, count in seen.items() if name.endswith("told") and count}
    ignored = {"unattributed", "before-touch", "outside-program", "occurrence", "too-late"}
    assert told >= ignored | {"refused", "review", "voided", "revoked"}, seen


def test_a_later_day_is_not_named_where_another_line_would_take_the_number(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    check(1469, tmp_path, seen)  # a tier of two, a full cap, and more lines after it
    assert seen["capped"]
    assert not seen["capped told"]


@pytest.mark.long
def test_every_change_that_is_told_makes_it_qualify_at_length(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    for seed in range(1_000, 1_600):
        check(seed, tmp_path, seen)
