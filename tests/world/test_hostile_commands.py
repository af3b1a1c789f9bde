"""Hostile content in the control database, or in its place: a run continues, and writes to nothing else."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from db.client.people import crm_path
from db.control import Inbox, control_path, send
from simulator.domain.errors import DatabaseError
from simulator.program.load import load_program
from simulator.program.presets import find_program
from simulator.run.opening import begin
from simulator.run.run import Run
from tests.world.running import PLAN, FakeWall, never

BIG = 10**30
MALFORMED: tuple[tuple[object, object, object], ...] = (
    ("explode", "{}", 1),
    ("", "{}", 1),
    (b"\xff\x00", "{}", 1),
    (7, "{}", 1),
    ("\x1b[2J" * 100, "{}", 1),
    ("pause", "", 1),
    ("pause", "notjson", 1),
    ("pause", "[]", 1),
    ("pause", "7", 1),
    ("pause", "null", 1),
    ("pause", b"\xff", 1),
    ("pause", "{}", "yesterday"),
    ("pause", "{}", BIG),
    ("pause", "{}", b"\x00"),
    ("pause", "[" * 100_000, 1),
    ("speed", "{}", 1),
    ("speed", '{"pace": NaN}', 1),
    ("speed", '{"pace": Infinity}', 1),
    ("speed", '{"pace": 1e308}', 1),
    ("speed", f'{{"pace": {BIG}}}', 1),
    ("speed", f'{{"pace": {"9" * 5000}}}', 1),
    ("speed", '{"pace": -1}', 1),
    ("speed", '{"pace": "fast"}', 1),
    ("speed", '{"pace": []}', 1),
    ("step", '{"until": []}', 1),
    ("step", '{"until": {"a": 1}}', 1),
    ("verdict", "{}", 1),
    ("verdict", '{"decision": 1, "verdict": [], "by": "desk"}', 1),
    ("verdict", '{"decision": 9223372036854775807, "verdict": "approve", "by": "desk"}', 1),
    ("verdict", '{"decision": -1, "verdict": "approve", "by": "\\ud800"}', 1),
    ("verdict", '{"decision": 1.5, "verdict": "approve", "by": {}}', 1),
    ("program", "{}", 1),
    ("program", '{"text": 7}', 1),
    ("program", '{"text": "\\ud800"}', 1),
    ("program", '{"text": "\\u0000"}', 1),
    ("program", json.dumps({"text": "x" * (5 * 2**20)}), 1),
    ("dial", "{}", 1),
    ("dial", '{"faults": 7}', 1),
    ("dial", '{"faults": {"lost": 1e400}}', 1),
    ("dial", '{"faults": {"lost": "much"}}', 1),
    ("dial", '{"faults": {"nobody:lost": 0.1, "": 1}}', 1),
    ("dial", '{"faults": "nobody"}', 1),
)
OBEYED = {"yesterday", BIG, b"\x00"}  # commands in themselves: only when they were sent can't be read


def put(path: Path, *rows: tuple[object, object, object]) -> None:
    send(path, "resume")
    with closing(sqlite3.connect(control_path(path))) as control:
        control.execute("DELETE FROM commands")
        rows = tuple((kind, args, float(at) if at == BIG else at) for kind, args, at in rows)
        control.executemany("INSERT INTO commands (kind, args, issued_at) VALUES (?, ?, ?)", rows)
        control.commit()


def test_a_command_that_can_t_be_one_is_refused_with_a_reason_and_the_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with begin(path, PLAN, load_program(*find_program("telecom"))) as opened:
        put(path, *(row for row in MALFORMED if row[2] not in OBEYED))
        assert Run(opened, stopped=never, wall=FakeWall(), pace=0.0, batch=20_000).go() == "finished"
    with closing(sqlite3.connect(path)) as stored:
        rows = stored.execute("SELECT kind, refused FROM command ORDER BY id").fetchall()
    assert len(rows) == len(MALFORMED) - len(OBEYED)
    for kind, refused in rows:
        assert refused, kind
        assert len(kind) <= 64
        assert len(refused) < 1000


@pytest.mark.parametrize(
    "row", MALFORMED, ids=[f"{number}-{row[0]!r:.10}" for number, row in enumerate(MALFORMED)]
)
def test_every_order_is_taken_once_whatever_it_is(tmp_path: Path, row: tuple[object, object, object]) -> None:
    path = tmp_path / "a.db"
    put(path, row, ("pause", "{}", 5))
    inbox = Inbox(path)
    first, second = inbox.take()
    assert (second.kind, second.args, second.issued_at, second.wrong) == ("pause", {}, 5, None)
    assert isinstance(first.kind, str)
    assert isinstance(first.issued_at, int)
    json.dumps(first.args, allow_nan=False, ensure_ascii=False).encode()
    assert inbox.take() == []
    assert send(path, "pause").issued_at > 5
    inbox.close()


def test_a_flood_of_orders_is_taken_by_and_by(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    put(path, *[("explode", "{}", 1)] * 2500)
    inbox = Inbox(path)
    assert [len(inbox.take()) for _ in range(4)] == [1000, 1000, 500, 0]
    inbox.close()


def database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE precious (a)")
        other.commit()


@pytest.mark.parametrize("kind", ["link", "hard link", "table", "trigger", "text", "folder", "pipe"])
def test_what_is_no_control_database_is_refused_and_stays_as_it_is(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "a.db", tmp_path / "other.db"
    control = control_path(path)
    database(other)
    if kind == "link":
        control.symlink_to(other)
    elif kind == "hard link":
        control.hardlink_to(other)
    elif kind == "table":
        database(control)
    elif kind == "trigger":
        send(path, "pause")
        with closing(sqlite3.connect(control)) as changed:
            changed.execute("CREATE TRIGGER t AFTER UPDATE ON commands BEGIN DELETE FROM commands; END")
            changed.commit()
    elif kind == "text":
        control.write_text("no database at all, but long enough to be one" * 100)
    elif kind == "folder":
        control.mkdir()
    else:
        os.mkfifo(control)
    before = other.read_bytes(), [one.name for one in tmp_path.iterdir()]
    for attempt in (lambda: send(path, "pause"), lambda: Inbox(path)):
        with pytest.raises(DatabaseError, match=r"a\.control\.db: "):
            attempt()
    assert (other.read_bytes(), [one.name for one in tmp_path.iterdir()]) == before


@pytest.mark.parametrize("beside", ["crm", "lock"])
@pytest.mark.parametrize("kind", ["link", "hard link", "pipe"])
def test_a_link_beside_the_database_is_not_written_through(tmp_path: Path, beside: str, kind: str) -> None:
    path, other = tmp_path / "a.db", tmp_path / "other.txt"
    other.write_text("somebody's only copy of something that is long enough to matter" * 10)
    target = crm_path(path) if beside == "crm" else path.with_name("a.db.lock")
    if kind == "pipe":
        os.mkfifo(target)
    elif kind == "link":
        target.symlink_to(other)
    else:
        target.hardlink_to(other)
    before = other.read_bytes()
    with (
        pytest.raises(DatabaseError, match=target.name.replace(".", r"\.")),
        begin(path, PLAN, load_program(*find_program("telecom"))),
    ):
        pass
    assert other.read_bytes() == before
