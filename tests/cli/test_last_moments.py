"""The last moments that are accepted, with the longest spans that a program may have: no calculation overflows."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from referral_tui import figures
from simulator.events.check import LATEST_RECEIPT_MS
from simulator.events.moment import format_moment
from simulator.program.values import MAX_DURATION_MS, duration
from tests.cli.nasty import DAY, HOUR, Cli, message

Log = tuple[Path, Path]
LONGEST = "365000d"
LAST = LATEST_RECEIPT_MS
PROGRAM = f"""
[program]
name = "The last day"
industry = "telecom"
currency = "GBP"

[attribution]
window = "{LONGEST}"

[[milestone]]
name = "activated"
event = "service.activated"
occurrence = "any"
within = "{LONGEST}"

[[reward]]
name = "credit"
to = "referrer"
on = "activated"
kind = "bill-credit"
value = 20.00
hold = "{LONGEST}"
clawback = "{LONGEST}"
caps = [{{ count = 2, window = "{LONGEST}" }}]

[[reward]]
name = "soon"
to = "friend"
on = "activated"
kind = "bill-credit"
value = 5.00
hold = "0d"
clawback = "{LONGEST}"
"""


def event(own_id: str, kind: str, subject: str, at: int, **data: Any) -> dict[str, Any]:
    """Make a message that is received as late as possible, and happened `at`."""
    return message(own_id, kind, subject, LAST, **data) | {"time": format_moment(at)}


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """A program with the longest spans, and events that are all received in the last millisecond."""
    program, events = tmp_path / "program.toml", tmp_path / "log.jsonl"
    program.write_text(PROGRAM)
    told = [
        event("1", "link.created", "ann", LAST, code="ANN"),
        event("2", "friend.visited", "ben", LAST, code="ANN", channel="email"),
        event("3", "service.activated", "ben", LAST + DAY),
        event("4", "friend.visited", "cat", -62_135_596_800_000, code="ANN", channel="email"),
        event("5", "service.activated", "cat", LAST),
        event("6", "conversion.reversed", "cat", LAST, reverses="5"),
    ]
    events.write_text("".join(json.dumps(one) + "\n" for one in told))
    return program, events


def test_the_spans_here_are_the_longest_there_are() -> None:
    assert duration(LONGEST) == MAX_DURATION_MS


def test_the_longest_spans_from_the_last_receipt_are_computed_told_and_exported(
    cli: Cli, tmp_path: Path, log: Log
) -> None:
    db = tmp_path / "a.db"
    ran = cli("ingest", "--db", db, "--program", log[0], "--replay", "--now", LAST, "--json", log[1])
    assert (ran.status, ran.json["accepted"], ran.json["malformed"]) == (0, 6, 0)
    with closing(sqlite3.connect(db)) as connection:
        lines = connection.execute(
            "SELECT state, due_at, typeof(due_at) FROM reward ORDER BY due_at"
        ).fetchall()
    state, due, kind = lines[-1]
    assert (state, due, kind) == ("pending", LAST + DAY + MAX_DURATION_MS, "integer")
    for who in ("ann", "ben", "cat"):
        assert cli("explain", "--db", db, who).status == 0
        assert cli("explain", "--db", db, who, "--json").json
    for what in ("events", "attributions", "decisions", "rewards", "payouts", "audit"):
        for form in ("jsonl", "csv", "parquet"):
            out = tmp_path / f"{what}.{form}"
            assert cli("export", what, "--db", db, "--format", form, "--out", out).status == 0
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert events[2]["time"] == "2100-01-02T00:00:00.000Z"
    assert format_moment(due).startswith("3099-")
    for words in (figures.date(due), figures.moment(due), figures.day(due), figures.file_moment(due)):
        assert words
    assert "3099" in figures.date(due)
    assert cli("verify", "--db", db).status == 0


def test_a_now_after_2099_is_refused_in_a_line_that_says_the_latest(
    cli: Cli, tmp_path: Path, log: Log
) -> None:
    db = tmp_path / "a.db"
    take = ("ingest", "--db", db, "--program", log[0], "--replay", log[1])
    for now in (LAST + 1, LAST + HOUR, 2**53 - 1):
        ran = cli(*take, "--now", now)
        assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert format_moment(LAST) in cli(*take, "--now", LAST + 1).err
    assert cli(*take, "--now", LAST).status == 0
