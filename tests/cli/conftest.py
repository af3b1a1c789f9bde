"""Fixtures for tests of the command line: a program, a log in which much goes wrong, and commands run in process."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from referral_tui.cli.app import run
from simulator.files.export import export
from tests.cli.nasty import DAY, PROGRAM, START, WHATS, Cli, command_runner, nasty_lines


@pytest.fixture
def cli(capfdbinary: pytest.CaptureFixture[bytes]) -> Cli:
    """`cli("ingest", "--db", path, …)` runs a command in this process."""
    return command_runner(capfdbinary)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The file of the program."""
    path = tmp_path / "program.toml"
    path.write_text(PROGRAM)
    return path


@pytest.fixture(scope="session")
def nasty() -> list[bytes]:
    """The lines of the nasty log."""
    return nasty_lines()


@pytest.fixture
def nasty_file(tmp_path: Path, nasty: list[bytes]) -> Path:
    """The nasty log as a file."""
    path = tmp_path / "nasty.jsonl"
    path.write_bytes(b"".join(nasty))
    return path


@pytest.fixture(scope="session")
def nasty_database(tmp_path_factory: pytest.TempPathFactory, nasty: list[bytes]) -> bytes:
    """The database that the nasty log gives, 60 days after its first event, as bytes to write to a file."""
    folder = tmp_path_factory.mktemp("nasty")
    (folder / "program.toml").write_text(PROGRAM)
    (folder / "nasty.jsonl").write_bytes(b"".join(nasty))
    options = ["--program", str(folder / "program.toml"), "--replay", "--now", str(START + 60 * DAY)]
    assert run(["ingest", "--db", str(folder / "a.db"), *options, str(folder / "nasty.jsonl")]) == 0
    assert not (folder / "a.db-wal").exists()
    return (folder / "a.db").read_bytes()


@pytest.fixture
def exports() -> Callable[..., dict[str, bytes]]:
    """`exports(db)` gives all six exports as bytes."""

    def all_six(db: Path, form: str = "jsonl", whats: tuple[str, ...] = WHATS) -> dict[str, bytes]:
        written = {}
        for what in whats:
            out = io.BytesIO()
            export(db, what, form, out)  # type: ignore[arg-type]
            written[what] = out.getvalue()
        return written

    return all_six
