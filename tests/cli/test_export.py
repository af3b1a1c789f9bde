"""Export: the columns and their order, three formats that agree, and files that are complete or absent."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from tests.cli.nasty import Cli

Exports = Callable[..., dict[str, bytes]]
COLUMNS = {
    "events": "specversion id source type time subject data receivedat seq",
    "quarantine": "receivedat source id receipt field reason message sha256 file line",
    "attributions": "friend referrer code channel method touch_at attributed_at ended_at",
    "decisions": "source event_id milestone friend referrer outcome reason decided_at failed offered",
    "rewards": "source event_id milestone reward role recipient earned_minor value_minor kind state reason due_at "
    "state_at",
    "audit": "seq at kind subject detail trigger_source trigger_id program_version hash",
}


ONE_OF_EACH_WRITER = ["csv", "parquet", pytest.param("jsonl", marks=pytest.mark.long)]
"""Lines are written as tables are, piece by piece; a process for each format takes its time."""


@pytest.fixture
def db(tmp_path: Path, nasty_database: bytes) -> Path:
    """A database of the nasty log."""
    path = tmp_path / "a.db"
    path.write_bytes(nasty_database)
    return path


def test_columns_stand_in_their_order_and_the_formats_agree(exports: Exports, db: Path) -> None:
    lines, tables, parquet = exports(db), exports(db, "csv"), exports(db, "parquet")
    for what, columns in COLUMNS.items():
        rows = [json.loads(line) for line in lines[what].splitlines()]
        assert rows
        assert all(list(row) == columns.split() for row in rows)
        frame = pl.read_parquet(io.BytesIO(parquet[what]))
        assert frame.columns == columns.split()
        assert frame.height == len(rows)
        read = list(csv.DictReader(io.StringIO(tables[what].decode(), newline="")))
        assert len(read) == len(rows)
        if what == "events":
            continue
        assert frame.to_dicts() == rows
        for one, other in zip(read, rows, strict=True):
            for name, value in other.items():
                said = json.dumps(value, separators=(",", ":")) if isinstance(value, list) else value
                assert one[name] == ("" if said is None else str(said))


def test_the_hashes_of_audit_entries_follow_from_the_rows_in_the_file(exports: Exports, db: Path) -> None:
    rows = [list(json.loads(line).values()) for line in exports(db)["audit"].splitlines()]
    before = b""
    for start in range(0, len(rows), 1024):
        block = rows[start : start + 1024]
        text = json.dumps([row[:-1] for row in block], ensure_ascii=False, separators=(",", ":"))
        before = hashlib.sha256(before + text.encode()).digest()
        assert {row[-1] for row in block} == {before.hex()}


def test_audit_entries_carry_their_block_and_name_their_trigger(exports: Exports, db: Path) -> None:
    written = exports(db)
    audit = [json.loads(line) for line in written["audit"].splitlines()]
    events = {(one["source"], one["id"]) for one in map(json.loads, written["events"].splitlines())}
    assert [entry["seq"] for entry in audit] == list(range(1, len(audit) + 1))
    assert all((entry["trigger_source"], entry["trigger_id"]) in events for entry in audit)
    assert len({entry["hash"] for entry in audit}) == (len(audit) - 1) // 1024 + 1
    assert all(len(entry["hash"]) == 64 for entry in audit)


def test_a_file_and_standard_output_are_the_same_bytes(cli: Cli, db: Path, tmp_path: Path) -> None:
    out = tmp_path / "rewards.csv"
    ran = cli("export", "rewards", "--db", db, "--format", "csv", "--out", out)
    assert ran.status == 0
    assert "rows of rewards" in ran.err
    assert (
        cli("export", "rewards", "--db", db, "--format", "csv", "--out", "-").out.encode() == out.read_bytes()
    )
    assert not list(tmp_path.glob("*.part"))


def test_an_empty_database_exports_empty_tables(
    cli: Cli, tmp_path: Path, program: Path, exports: Exports
) -> None:
    empty, db = tmp_path / "none.jsonl", tmp_path / "empty.db"
    empty.write_text("\n\n")
    assert cli("ingest", "--db", db, "--program", program, "--replay", empty).status == 0
    assert set(exports(db).values()) == {b""}
    assert all(table.count(b"\n") == 1 for table in exports(db, "csv").values())
    for what, raw in exports(db, "parquet").items():
        frame = pl.read_parquet(io.BytesIO(raw))
        assert (frame.height, frame.columns) == (0, COLUMNS[what].split())
    assert cli("verify", "--db", db).status == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "events", "--db", "none.db"], "no such database"),
        (["export", "people"], "events"),
        (["export", "events", "--format", "xml"], "jsonl"),
        (["export", "events", "--out", "."], "is a folder"),
        (["export", "events", "--out", "none/x.csv"], "can't be written"),
        (["export", "payouts", "--map", "extole-rewards", "--format", "jsonl"], "written as CSV"),
        (["export", "payouts", "--map", "extole-rewards", "--format", "parquet"], "written as CSV"),
        (["export", "payouts", "--guard-formulas"], "add --format csv"),
        (["export", "events", "--guard-formulas", "--format", "parquet"], "add --format csv"),
    ],
)
def test_wrong_use_is_one_line(
    cli: Cli, db: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(db.parent)
    full = arguments if "--db" in arguments else [*arguments, "--db", str(db)]
    ran = cli(*full)
    assert ran.status == 2
    assert ran.err.count("\n") == 1
    assert said in ran.err


@pytest.mark.parametrize("form", ONE_OF_EACH_WRITER)
def test_a_full_disk_is_one_line_and_leaves_no_file(db: Path, tmp_path: Path, form: str) -> None:
    resource = pytest.importorskip("resource")  # not on every system

    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    with closing(sqlite3.connect(db)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # so that reading it needs no file beside it

    arguments: list[str] = [
        "export",
        "events",
        "--db",
        str(db),
        "--format",
        form,
        "--out",
        str(tmp_path / "x"),
    ]
    ran = subprocess.run(
        [sys.executable, "-m", "referral_tui", *arguments],
        preexec_fn=little_room,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert f"{tmp_path / 'x'}: can't be written (File too large)" in ran.stderr
    assert not list(tmp_path.glob("x*"))


@pytest.mark.parametrize("form", ONE_OF_EACH_WRITER)
def test_a_reader_that_goes_away_ends_every_form_quietly(db: Path, form: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        [sys.executable, "-m", "referral_tui", "export", "events", "--db", db, "--format", form],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_a_damaged_row_is_one_line_in_every_form(cli: Cli, db: Path, form: str) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("UPDATE event SET type = 'friend.flew' WHERE seq = 5")
        connection.commit()
    ran = cli("export", "events", "--db", db, "--format", form, "--out", db.with_name("x"))
    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert "event 5: unknown event type 'friend.flew'" in ran.err


def test_a_database_is_never_written_over(cli: Cli, db: Path, tmp_path: Path) -> None:
    was, other = db.read_bytes(), tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as there, there:
        there.execute("CREATE TABLE kept (one INTEGER)")
    for out in (db, other):
        ran = cli("export", "rewards", "--db", db, "--out", out)
        assert (ran.status, ran.err) == (
            2,
            f"referral-tui: {out}: is a database or a part of one, and would be lost; name another file to write\n",
        )
    for force in ((), ("--force",)):
        ran = cli("program", "new", db, "--preset", "telecom", *force)
        assert ran.status == 2
        assert "is a database or a part of one, and would be lost" in ran.err
    assert db.read_bytes() == was
