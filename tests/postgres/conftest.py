"""A Postgres server for all tests of a session, and the logs that are ingested into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from db.postgres.address import PostgresAddress
from referral_tui.cli.app import run
from simulator.program.load import load_program
from simulator.program.model import Program
from tests.cli.nasty import PROGRAM, nasty_lines
from tests.durability.everything import program_text, write_log
from tests.postgres.server import NoServerError, running

FRIENDS = 28
_NUMBERS = count(1)


@dataclass(frozen=True)
class Log:
    """A log and its program."""

    program: Program
    program_path: Path
    path: Path
    lines: list[bytes]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a database of a running server."""
    pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
    server = running()
    try:
        url = server.__enter__()
    except NoServerError as error:
        pytest.skip(f"no server of Postgres can be had: {error}")
    yield url
    server.__exit__(None, None, None)


@pytest.fixture
def address(server: str) -> PostgresAddress:
    """The address of a program that is not there yet."""
    return PostgresAddress.parse(f"{server}&program=test_{next(_NUMBERS)}")


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """A log in which everything happens that a program can express, with few lives."""
    text = program_text(FRIENDS)
    path = tmp_path_factory.mktemp("everything") / "log.jsonl"
    write_log(path, 1, FRIENDS)
    return _log(path, text)


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """A log of a plain program in which much is refused."""
    path = tmp_path_factory.mktemp("nasty") / "log.jsonl"
    path.write_bytes(b"".join(nasty_lines(people=100)))
    return _log(path, PROGRAM)


def _log(path: Path, text: str) -> Log:
    program = path.with_name("program.toml")
    program.write_text(text, encoding="utf-8")
    return Log(load_program(text, "program"), program, path, path.read_bytes().splitlines(keepends=True))


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit status, and what it printed."""

    status: int
    out: str
    err: str


class Cli:
    """Run commands in this process; their local copies are in a folder of the test's own."""

    def __init__(self, captured: pytest.CaptureFixture[bytes]) -> None:
        self._captured = captured

    def __call__(self, *arguments: object) -> Ran:
        self._captured.readouterr()
        status = run([str(argument) for argument in arguments])
        out, err = self._captured.readouterr()
        return Ran(status, out.decode(), err.decode())


@pytest.fixture
def cli(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return Cli(capfdbinary)
