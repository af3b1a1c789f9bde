"""A followed file: a pipe's lines are stored when it pauses, also at Ctrl-C, and rewards fall due while it is quiet."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from simulator.events.contract import MAX_LINE_BYTES
from simulator.events.lines import LongLine
from simulator.files import following
from simulator.files.following import Interrupt
from simulator.files.ingest import Intake, ingest_files
from simulator.platform.platform import Platform
from simulator.platform.session import AHEAD, IntakeSession
from simulator.program.load import load_program
from tests.cli.nasty import DAY, HOUR, START, Cli, message

WHO: dict[str, Any] = {
    "contact_ref": "c-ann",
    "contact_kind": "email",
    "via": "sso",
    "referrer_kind": "customer",
}
STORY = [
    message("w1", "customer.identified", "ann", START, **WHO),
    message("l1", "link.created", "ann", START, code="ANN"),
    message("v1", "friend.visited", "ben", START + HOUR, code="ANN", channel="email"),
    message("b1", "service.activated", "ben", START + 2 * HOUR),
]


def lines(*events: dict[str, object]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def stored(db: Path) -> int:
    """How many events are in the database; 0 before it exists."""
    try:
        with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT COUNT(*) FROM event").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def test_what_a_pipe_brings_is_stored_when_it_pauses_and_at_ctrl_c(tmp_path: Path, program: Path) -> None:
    db = tmp_path / "a.db"
    command = [
        sys.executable,
        "-m",
        "referral_tui",
        "ingest",
        "--db",
        str(db),
        "--program",
        str(program),
        "--replay",
        "--receipts",
        "-",
        "-",
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdin.write(lines(*STORY))
        run.stdin.flush()
        told = [json.loads(run.stdout.readline())["receipt"] for _ in STORY]  # once they are stored
        assert told == ["accepted"] * len(STORY)  # though neither is the input at its end nor a batch full
        assert stored(db) == len(STORY)
        more = [message(f"s{n}", "session.authenticated", "ben", START + 3 * HOUR) for n in range(50)]
        run.stdin.write(lines(*more))
        run.stdin.flush()
        run.send_signal(signal.SIGINT)
        assert run.wait() == 130
        assert b"referral-tui: interrupted; what was committed stays\n" in run.stderr.read()
    assert stored(db) == len(STORY) + 50


def test_a_quiet_pipe_releases_by_the_clock_what_falls_due(
    tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "QUIET_SECONDS", 0.001)
    reading, writing = os.pipe()
    os.write(writing, lines(*STORY))
    asked: list[int] = []

    def clock() -> int:
        asked.append(1)
        if len(asked) == 3:
            os.close(writing)
        return START + (3 * HOUR if len(asked) == 1 else 200 * DAY)

    interrupt = Interrupt()
    with (
        os.fdopen(reading, "rb") as stream,
        Platform.create(tmp_path / "a.db", load_program(program.read_text(), "program")) as platform,
        IntakeSession(platform, clock=clock, batching=AHEAD) as session,
    ):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stream))
        ingest_files(session, [Path("-")], batch=20_000, intake=Intake(), interrupt=interrupt)
        assert set(platform.summary()["rewards"]) == {"issued"}
        assert platform.watermark == START + 200 * DAY - 1
    interrupt.close()


def test_lines_are_whole_however_the_pipe_cuts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    interrupt = Interrupt()
    blocks = following.following(reading, 2, interrupt)
    monkeypatch.setattr(following, "_PIECE", 3)
    os.write(writing, b"one\ntwo\r\nthr")
    assert next(blocks) == [b"one\n", b"two\r\n"]
    os.write(writing, b"ee\n\nfour")
    os.close(writing)
    assert [line for block in blocks for line in block] == [b"three\n", b"\n", b"four"]
    os.close(reading)
    interrupt.close()


@pytest.mark.parametrize(
    "text", [b'[{"a":1},\n{"b":2}]', b'\xef\xbb\xbf{\n"a":1\n}\n{\n"b":2\n}\n', b'[{"a":1},{"b":2}]\n']
)
def test_an_array_or_pretty_events_in_a_pipe_are_taken_as_in_a_file(text: bytes) -> None:
    reading, writing = os.pipe()
    os.write(writing, text)
    os.close(writing)
    interrupt = Interrupt()
    found = [line for block in following.following(reading, 10, interrupt) for line in block]
    assert [json.loads(line) for line in found] == [{"a": 1}, {"b": 2}]
    os.close(reading)
    interrupt.close()


def test_a_line_of_any_length_takes_bounded_memory(tmp_path: Path) -> None:
    file, interrupt = tmp_path / "long", Interrupt()
    file.write_bytes(b"x" * 3 * MAX_LINE_BYTES + b"\ny\n")
    with file.open("rb") as stream:
        found = following.following(stream.fileno(), 10, interrupt)
        long, short = [line for block in found for line in block]
    assert isinstance(long, LongLine)
    assert (long.length, short) == (3 * MAX_LINE_BYTES, b"y\n")
    interrupt.close()


def test_a_second_ctrl_c_ends_at_once() -> None:
    interrupt = Interrupt()
    interrupt.ask()
    with pytest.raises(KeyboardInterrupt):
        interrupt.ask()
    interrupt.close()


def test_help_tells_how_a_file_is_followed(cli: Cli) -> None:
    assert "tail -n +1 -F" in cli("ingest", "--help").out
