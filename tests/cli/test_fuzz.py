"""Every command over mutated databases, control databases, programs, JSON and CSV: no traceback, no raw byte, no hang.

A case is a number: `case(17)` is the same each time. Forty are tried by default, ten thousand with `-m long`.
"""

from __future__ import annotations

import random
import resource
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

import pytest

from db.control import control_path, send
from referral_tui.cli.app import run
from tests.cli.nasty import PROGRAM, Cli, nasty_lines
from tests.cli.test_raw_bytes import assert_clean, leaves, lines_of

FEW, MANY, CHUNK = 40, 10_000, 40
MOST_SECONDS, MOST_BYTES = 60, 1 << 30  # of one case on a busy machine; of memory that all cases together add
VALUES: tuple[object, ...] = (
    *(
        None,
        "",
        0,
        -1,
        1,
        2**53,
        2**63 - 1,
        -(2**63),
        1e308,
        float("inf"),
        0.5,
        "many",
        "notjson",
        "[[[",
        "7",
    ),
    *(
        b"\xff\x00",
        "\x1b[2J\x07",
        "\u202eabc",
        "x" * 70_000,
        "2026-01-01T00:00:00Z",
        "a@b.example",
        "{}",
        "\x00",
    ),
)
TOKENS = [
    b"\x1b[2J",
    b"\xff\xfe",
    b"\x00",
    b'"',
    b"{",
    b"}",
    b"[",
    b",",
    b"\n",
    b"=",
    b"-1",
    b"1e999",
    b"9" * 400,
]
TOKENS += [
    b"null",
    b"true",
    b"\\ud800",
    b"'''",
    b"\xe2\x80\xae",
    b"." * 500,
    b"a@b.example",
    b"(" * 300,
    b"[" * 300,
]
KINDS = ("database", "control", "program", "jsonl", "csv")


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files to mutate: a database from a log, one of a simulation, a program, a log twice."""
    folder = tmp_path_factory.mktemp("originals")
    (folder / "program.toml").write_text(PROGRAM)
    (folder / "log.jsonl").write_bytes(b"".join(nasty_lines(people=25)))
    told = ["ingest", "--db", folder / "shop.db", "--program", folder / "program.toml", "--replay"]
    assert run([str(one) for one in (*told, folder / "log.jsonl")]) == 0
    simulated = ["simulate", "--referrers", "40", "--days", "20", "--faults", "hostile", "--db"]
    assert run([*simulated, str(folder / "run.db")]) == 0
    exported = [
        "export",
        "events",
        "--db",
        folder / "shop.db",
        "--format",
        "csv",
        "--out",
        folder / "log.csv",
    ]
    assert run([str(one) for one in exported]) == 0
    return folder


def mutate_database(path: Path, luck: random.Random) -> None:
    """Change values, rows or bytes of an SQLite file; what SQLite refuses stays."""
    if luck.random() < 0.25:
        mutate_bytes(path, luck)
        return
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL ORDER BY name"
        tables = [name for (name,) in connection.execute(names)]
        for _ in range(luck.choice((1, 1, 3))):
            table = luck.choice(tables)
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            column = luck.choice(columns)
            some = "" if luck.random() < 0.5 else f" WHERE {column} = (SELECT MAX({column}) FROM {table})"
            change = f"UPDATE OR IGNORE {table} SET {column} = ?{some}"
            try:
                if luck.random() < 0.15:
                    connection.execute(f"DELETE FROM {table}{some}")
                else:
                    connection.execute(change, (luck.choice(VALUES),))
            except sqlite3.Error:
                continue


def mutate_bytes(path: Path, luck: random.Random) -> None:
    """Flip bytes, put tokens in, take a piece out, or cut the end off."""
    raw = bytearray(path.read_bytes())
    for _ in range(luck.choice((1, 2, 8))):
        at = luck.randrange(max(1, len(raw)))
        what = luck.randrange(4)
        if what == 0 and raw:
            raw[at] ^= 1 << luck.randrange(8)
        elif what == 1:
            raw[at:at] = luck.choice(TOKENS)
        elif what == 2:
            del raw[at : at + luck.randrange(1, 200)]
        elif luck.random() < 0.3:
            del raw[at:]
    path.write_bytes(raw)


def case(number: int, originals: Path, folder: Path) -> list[object]:
    """Make the files of a case in `folder`; return the command line."""
    luck = random.Random(number)
    kind = KINDS[number % len(KINDS)]
    shutil.copytree(originals, folder, dirs_exist_ok=True)
    log, program, new = folder / "log.jsonl", folder / "program.toml", folder / "new.db"
    small = ["--events", 150, "--no-store", "--processes", 1]
    if kind == "database":
        db = folder / luck.choice(("shop.db", "run.db"))
        victim = db if luck.random() < 0.8 else db.with_suffix(".crm.db")
        mutate_database(victim if victim.exists() else db, luck)
        command = luck.choice([name for name in sorted(leaves()) if name not in ("load", "demo")])
        lines = lines_of(db, folder)[command]
        return luck.choice([*lines, ["load", "--from", db, *small]])
    if kind == "control":
        send(new, "speed", {"pace": 1.0})
        with closing(sqlite3.connect(control_path(new))) as control, control:
            pairs = [(luck.choice(("speed", "dial", "", "x")), luck.choice(VALUES)) for _ in range(3)]
            control.executemany(
                "INSERT OR IGNORE INTO commands (kind, args, issued_at) VALUES (?, ?, 1)", pairs
            )
        mutate_database(control_path(new), luck)
        return ["simulate", "--referrers", 3, "--days", 2, "--db", new]
    mutate_bytes({"program": program, "jsonl": log, "csv": folder / "log.csv"}[kind], luck)
    if kind == "program":
        return luck.choice(
            [
                *(
                    list[object](("program", what, program, *more))
                    for what in ("check", "show")
                    for more in ([], ["--json"])
                ),
                ["ingest", log, "--program", program, "--replay", "--db", new],
                ["load", "--program", program, *small],
            ]
        )
    events = log if kind == "jsonl" else folder / "log.csv"
    return luck.choice(
        [
            ["ingest", events, "--program", program, "--db", new, *luck.choice((["--replay"], []))],
            ["ingest", events, "--db", folder / "shop.db", "--replay"],
            ["load", "--from", events, "--program", program, *small],
        ]
    )


@contextmanager
def bounded(number: int) -> Iterator[None]:
    """Fail a case that does not end."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"case {number} had not ended after {MOST_SECONDS} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(MOST_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def try_cases(
    numbers: range, cli: Cli, originals: Path, tmp_path: Path, chdir: Callable[[Path], None]
) -> None:
    """Run cases; name each that fails."""
    for number in numbers:
        folder = tmp_path / str(number)
        line = case(number, originals, folder)
        chdir(folder)
        with bounded(number):
            try:
                ran = cli(*line)
            except Exception as error:
                raise AssertionError(f"case {number}, {line}: {type(error).__name__}: {error}") from error
        assert ran.status in (0, 1, 2), (number, line)
        assert "Traceback" not in ran.err, (number, line)
        if line[0] != "export":  # to a file or a pipe every byte goes as it is
            assert_clean(ran, (number, line))
        shutil.rmtree(folder)


@pytest.mark.parametrize("start", range(0, FEW, CHUNK))
def test_no_command_fails_over_what_was_tampered_with(
    cli: Cli, originals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: int
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try_cases(range(start, start + CHUNK), cli, originals, tmp_path, monkeypatch.chdir)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < MOST_BYTES


@pytest.mark.long
@pytest.mark.parametrize("start", range(FEW, MANY, CHUNK))
def test_no_command_fails_over_ten_thousand_things_tampered_with(
    cli: Cli, originals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: int
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try_cases(range(start, start + CHUNK), cli, originals, tmp_path, monkeypatch.chdir)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < MOST_BYTES


def test_every_command_is_among_the_cases() -> None:
    """A new command must be shown databases in `lines_of`, and is tried here from then on."""
    assert set(lines_of(Path(), Path())) == set(leaves())
