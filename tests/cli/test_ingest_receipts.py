"""`ingest --receipts`: the receipt of each message, row for row, however the input came and however it ended."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from db.write.store import Store
from simulator.domain.errors import DatabaseError
from simulator.files.receipt_rows import COLUMNS
from tests.cli.nasty import HOUR, START, Cli, message

Row = dict[str, Any]


def visit(name: str, at: int = START, **data: object) -> dict[str, object]:
    return message(name, "friend.visited", "ben", at, channel="email", **data)


def write(path: Path, *events: dict[str, object] | str) -> Path:
    """Write a file of events and of raw lines."""
    path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in events))
    return path


def rows(text: str) -> list[Row]:
    return [json.loads(line) for line in text.splitlines()]


def brief(found: list[Row]) -> list[tuple[str, int, str, int | None]]:
    return [(Path(row["file"]).name, row["line"], row["receipt"], row["seq"]) for row in found]


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """An event, nonsense, a blank line, the event again, other content under its id, and another event."""
    events: list[dict[str, object] | str] = [
        visit("a", code="ANN"),
        "nonsense",
        "",
        visit("a", code="ANN"),
        visit("a", code="BOB"),
    ]
    return write(tmp_path / "mixed.jsonl", *events, visit("b", code="ANN"))


MIXED = [
    ("mixed.jsonl", 1, "accepted", 1),
    ("mixed.jsonl", 2, "malformed", None),
    ("mixed.jsonl", 4, "duplicate", 1),
    ("mixed.jsonl", 5, "conflict", 1),
    ("mixed.jsonl", 6, "accepted", 2),
]


@pytest.mark.parametrize("batch", [1, 2, 1_000])
def test_each_message_gets_a_row_in_order_whatever_the_batches(
    cli: Cli, tmp_path: Path, program: Path, mixed: Path, batch: int
) -> None:
    out = tmp_path / "r.jsonl"
    told = ("ingest", "--db", tmp_path / "a.db", "--program", program, "--replay", "--batch", batch)
    ran = cli(*told, "--receipts", out, mixed)
    assert (ran.status, ran.err) == (0, f"{out}: 5 receipts\n")
    found = rows(out.read_text())
    assert brief(found) == MIXED
    assert [tuple(row) for row in found] == [COLUMNS] * 5
    assert [(row["field"], row["reason"] is None) for row in found] == [
        (None, True),
        (None, False),
        (None, True),
        ("data.code", False),
        (None, True),
    ]


def test_rows_are_those_of_the_summary_and_of_the_quarantine(
    cli: Cli, tmp_path: Path, program: Path, nasty_file: Path
) -> None:
    db, out = tmp_path / "a.db", tmp_path / "r.csv"
    told = ("ingest", "--db", db, "--program", program, "--replay", "--batch", 50, "--json")
    figures = cli(*told, "--receipts", out, nasty_file).json
    with out.open(newline="") as stream:
        found = list(csv.DictReader(stream))
    assert Counter(row["receipt"] for row in found) == {
        kind: figures[kind] for kind in ("accepted", "duplicate", "conflict", "malformed")
    }
    assert [int(row["line"]) for row in found] == list(range(1, figures["received"] + 1))
    held = rows(cli("export", "quarantine", "--db", db).out)
    kept = ("file", "line", "receipt", "field", "reason")
    assert [[row[name] for name in kept] for row in found if row["receipt"] in ("conflict", "malformed")] == [
        ["" if row[name] is None else str(row[name]) for name in kept] for row in held
    ]
    seqs = {row["id"]: row["seq"] for row in rows(cli("export", "events", "--db", db).out)}
    lines = nasty_file.read_bytes().splitlines()
    numbered = [row for row in found if row["seq"]]
    assert [int(row["seq"]) for row in numbered] == [
        seqs[json.loads(lines[int(row["line"]) - 1])["id"]] for row in numbered
    ]


def test_rows_of_files_merged_by_time_name_file_and_line(cli: Cli, tmp_path: Path, program: Path) -> None:
    one = write(tmp_path / "one.jsonl", visit("a", START), visit("c", START + 2 * HOUR))
    other = tmp_path / "two.csv"
    other.write_text(
        "specversion,id,source,type,time,subject,data.code,data.channel\n"
        "1.0,b,platform,friend.visited,2026-01-01T01:00:00Z,ben,ANN,email\n"
        "1.0,d,platform,friend.visited,2026-01-01T03:00:00Z,ben,,email\n"
    )
    ran = cli("ingest", "--db", tmp_path / "a.db", "--program", program, "--receipts", "-", one, other)
    assert brief(rows(ran.out)) == [
        ("one.jsonl", 1, "malformed", None),
        ("two.csv", 2, "accepted", 1),
        ("one.jsonl", 2, "malformed", None),
        ("two.csv", 3, "malformed", None),
    ]


def test_rows_on_standard_output_stand_alone(
    cli: Cli, tmp_path: Path, program: Path, mixed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(mixed.read_bytes())))
    ran = cli("ingest", "--db", tmp_path / "a.db", "--program", program, "--replay", "--receipts", "-", "-")
    assert brief(rows(ran.out)) == [("-", *one[1:]) for one in MIXED]
    assert "received 5 in" in ran.err


def test_a_dry_run_says_of_each_message_whether_it_would_be_refused_and_gives_no_seq(
    cli: Cli, tmp_path: Path, mixed: Path
) -> None:
    out = tmp_path / "r.jsonl"
    assert cli("ingest", "--dry-run", "--replay", "--receipts", out, mixed).status == 1
    found = [(row["line"], row["receipt"], row["seq"]) for row in rows(out.read_text())]
    assert found == [(line, "malformed" if line == 2 else "accepted", None) for line in (1, 2, 4, 5, 6)]


def test_events_of_an_array_are_counted_as_in_every_report(cli: Cli, tmp_path: Path, program: Path) -> None:
    file, out = tmp_path / "a.json", tmp_path / "r.jsonl"
    file.write_text(json.dumps([visit("a", code="ANN"), {"id": "b"}, visit("c", code="ANN")], indent=2))
    told = ("ingest", "--db", tmp_path / "a.db", "--program", program, "--replay", "--strict")
    assert cli(*told, "--receipts", out, file).status == 1
    assert brief(rows(out.read_text())) == [
        ("a.json", 1, "accepted", 1),
        ("a.json", 2, "malformed", None),
        ("a.json", 3, "accepted", 2),
    ]


def test_no_message_leaves_a_header_or_an_empty_file(cli: Cli, tmp_path: Path, program: Path) -> None:
    empty = write(tmp_path / "empty.jsonl")
    told = ("ingest", "--db", tmp_path / "a.db", "--program", program)
    for name, text in (("r.csv", ",".join(COLUMNS) + "\n"), ("r.jsonl", "")):
        assert cli(*told, "--receipts", tmp_path / name, empty).status == 0
        assert (tmp_path / name).read_text() == text


def test_a_fifo_gets_the_rows_of_a_followed_stream_as_they_are_stored(tmp_path: Path, program: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    command = [sys.executable, "-m", "referral_tui", "ingest", "--db", str(tmp_path / "a.db"), "--replay"]
    command += ["--program", str(program), "--receipts", str(fifo), "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        assert run.stdin is not None
        with fifo.open() as reader:
            for number in (1, 2):
                run.stdin.write(json.dumps(visit(f"v{number}", code="ANN")).encode() + b"\n")
                run.stdin.flush()
                assert brief(rows(reader.readline())) == [("-", number, "accepted", number)]
            run.send_signal(signal.SIGINT)
            assert reader.read() == ""
        assert run.wait() == 130


def test_ctrl_c_leaves_the_rows_of_what_was_stored(tmp_path: Path, program: Path) -> None:
    out, fifo = tmp_path / "r.jsonl", tmp_path / "in.jsonl"
    os.mkfifo(fifo)
    command = [sys.executable, "-m", "referral_tui", "ingest", "--db", str(tmp_path / "a.db"), "--replay"]
    command += ["--program", str(program), "--receipts", str(out), str(fifo)]
    with (
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as run,
        fifo.open("w") as sender,
    ):
        sender.write(json.dumps(visit("a", code="ANN")) + "\n")
        sender.flush()
        run.send_signal(signal.SIGINT)
        assert run.stderr is not None
        assert f"{out}: 1 receipt\n" in run.stderr.read()
    assert run.returncode == 130
    assert brief(rows(out.read_text())) == [("in.jsonl", 1, "accepted", 1)]


def test_a_file_that_fails_half_way_leaves_the_rows_of_what_was_stored_and_no_others(
    cli: Cli, tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, write_batch = tmp_path / "r.jsonl", Store.write
    file = write(tmp_path / "in.jsonl", *(visit(f"v{number}", code="ANN") for number in range(1, 6)))

    def fail(store: Store, batch: Any) -> None:
        if batch.events.height and "v4" in batch.events["id"].to_list():
            raise DatabaseError("the disk is full")
        write_batch(store, batch)

    monkeypatch.setattr(Store, "write", fail)
    told = ("ingest", "--db", tmp_path / "a.db", "--program", program, "--replay", "--batch", 1)
    ran = cli(*told, "--receipts", out, file)
    assert (ran.status, ran.err.splitlines()[-1]) == (2, "referral-tui: the disk is full")
    assert brief(rows(out.read_text())) == [("in.jsonl", number, "accepted", number) for number in (1, 2, 3)]


@pytest.mark.parametrize("name", ["r.parquet", "r.txt", "r"])
def test_another_kind_of_file_is_refused_before_anything_is_read(
    cli: Cli, tmp_path: Path, program: Path, mixed: Path, name: str
) -> None:
    db = tmp_path / "a.db"
    ran = cli("ingest", "--db", db, "--program", program, "--receipts", tmp_path / name, mixed)
    assert (ran.status, len(ran.err.splitlines())) == (2, 1)
    assert "receipts are written as .jsonl (JSON Lines) or .csv" in ran.err
    assert not db.exists()


def test_what_is_read_or_stored_is_never_written_over(
    cli: Cli, tmp_path: Path, program: Path, mixed: Path
) -> None:
    (tmp_path / "link.jsonl").symlink_to(mixed)
    before = mixed.read_bytes()
    for db, out, said in (
        ("a.db", mixed, "is read, and would be lost"),
        ("a.db", tmp_path / "link.jsonl", "is read, and would be lost"),
        ("a.csv", tmp_path / "a.csv", "is the database"),
        ("a.db", tmp_path / "none" / "r.csv", "can't be written (No such file or directory)"),
    ):
        ran = cli("ingest", "--db", tmp_path / db, "--program", program, "--receipts", out, mixed)
        assert (ran.status, len(ran.err.splitlines()), said in ran.err) == (2, 1, True)
        assert not (tmp_path / db).exists()
    assert mixed.read_bytes() == before
    assert cli("ingest", "--db", tmp_path / "a.db", "--json", "--receipts", "-", mixed).status == 2


def test_a_full_disk_of_the_receipts_is_said_and_what_was_stored_stays(
    cli: Cli, tmp_path: Path, program: Path, mixed: Path
) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    db = tmp_path / "a.db"
    told = ("ingest", "--db", db, "--program", program, "--replay")
    ran = cli(*told, "--receipts", full, mixed)
    why = os.strerror(errno.ENOSPC)
    assert ran.err == f"referral-tui: /dev/full: can't be written ({why})\n"
    assert (ran.status, len(rows(cli("export", "events", "--db", db).out))) == (2, 2)


def test_a_reader_of_the_rows_that_goes_away_ends_the_command_with_an_error(
    tmp_path: Path, program: Path, mixed: Path
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "referral_tui", "ingest", "--db", str(tmp_path / "a.db"), "--replay"]
    command += ["--program", str(program), "--receipts", "-", str(mixed)]
    ran = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (ran.returncode, len(ran.stderr.splitlines())) == (2, 1)
    assert "standard output: receipts can't be written" in ran.stderr


def test_texts_of_outside_are_no_formulas_where_that_is_wanted(
    cli: Cli, tmp_path: Path, program: Path
) -> None:
    out = tmp_path / "r.csv"
    file = write(tmp_path / "in.jsonl", visit("a") | {"=cmd()": 1})
    for options, field in (((), "=cmd()"), (("--guard-formulas",), "'=cmd()")):
        cli("ingest", "--dry-run", *options, "--receipts", out, file)
        with out.open(newline="") as stream:
            (row,) = csv.DictReader(stream)
        assert row["field"] == field
    for rows, said in (((), "write --receipts FILE.csv"), (("--receipts", tmp_path / "r.jsonl"), ".csv")):
        ran = cli("ingest", "--dry-run", "--guard-formulas", *rows, file)
        assert (ran.status, ran.err.count("\n"), said in ran.err) == (2, 1, True)


def test_a_file_name_that_is_no_text_is_escaped_in_rows_and_in_the_quarantine(
    cli: Cli, tmp_path: Path, program: Path
) -> None:
    file = write(
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.jsonl")), "nonsense", visit("a", code="A")
    )
    db, out = tmp_path / "a.db", tmp_path / "r.jsonl"
    assert cli("ingest", "--db", db, "--program", program, "--replay", "--receipts", out, file).status == 0
    assert [Path(row["file"]).name for row in rows(out.read_text())] == ["bad\\xff.jsonl"] * 2
    assert Path(rows(cli("export", "quarantine", "--db", db).out)[0]["file"]).name == "bad\\xff.jsonl"


def test_rows_replace_a_file_as_a_whole_and_nothing_is_left_of_a_command_that_stored_nothing(
    cli: Cli, tmp_path: Path, mixed: Path
) -> None:
    out = write(tmp_path / "r.csv", "before")
    ran = cli("ingest", "--db", tmp_path / "none.db", "--receipts", out, mixed)
    assert (ran.status, out.read_text()) == (2, "before\n")
    assert set(tmp_path.iterdir()) == {out, mixed}


def test_a_fifo_is_written_into(cli: Cli, tmp_path: Path, program: Path, mixed: Path) -> None:
    fifo, got = tmp_path / "fifo.csv", list[str]()
    os.mkfifo(fifo)
    reader = threading.Thread(target=lambda: got.append(fifo.read_text()))
    reader.start()
    told = ("ingest", "--db", tmp_path / "a.db", "--program", program, "--replay")
    assert cli(*told, "--receipts", fifo, mixed).status == 0
    reader.join()
    assert [row["receipt"] for row in csv.DictReader(io.StringIO(got[0]))] == [one[2] for one in MIXED]
