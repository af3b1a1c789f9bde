"""The command as a whole: help, exit statuses, and nothing heavy loaded before it is needed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import typer

from referral_tui.cli.app import COMMANDS, load
from referral_tui.cli.errors import guarded
from simulator.domain.errors import InputError
from tests.cli.nasty import Cli


def test_help_names_every_command(cli: Cli) -> None:
    ran = cli("--help")
    assert ran.status == 0
    assert all(name in ran.out for name in COMMANDS)
    assert cli().out == ran.out


@pytest.mark.parametrize("name", ["ingest", "export", "explain", "verify", "review"])
def test_every_help_has_an_example(cli: Cli, name: str) -> None:
    ran = cli(name, "--help")
    assert ran.status == 0
    assert re.search(rf"Example:\s+referral-tui\s+{name}", ran.out)


@pytest.mark.parametrize("width", ["80", "110"])
def test_help_fills_its_lines_on_a_narrow_terminal(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", int(width))
    for name in ("ingest", "verify", "study", "load"):
        text = cli(name, "--help").out.partition("╭")[0]
        lines = [line.strip() for line in text.splitlines()]
        short = [
            f"{line} | {after}"
            for line, after in pairwise(lines)
            if line and after and len(line) + 1 + len(after.split()[0]) < int(width) - 8
        ]
        assert [pair for pair in short if "Example" not in pair and "referral-tui" not in pair] == [], name


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["simulate", "--days", "-1"], "invalid value for '--days': must be at least 1;"),
        (["simulate", "--days", "99999"], "invalid value for '--days': must be at most 3660;"),
        (["simulate", "--days", "3.5"], "invalid value for '--days': must be a whole number;"),
        (["explain", "a", "b"], "nothing more is expected after the arguments: b;"),
        (["load", "--seconds", "soon"], "invalid value for '--seconds': must be a number;"),
    ],
)
def test_a_wrong_number_is_told_in_our_words(cli: Cli, arguments: list[str], said: str) -> None:
    ran = cli(*arguments)
    assert ran.status == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    "command", ["erase x --by a --basis b --db", "load --db", "verify --db", "learn new"]
)
def test_an_empty_file_name_is_one_line(cli: Cli, command: str) -> None:
    ran = cli(*command.split(), "")
    assert ran.status == 2
    assert "is empty; name a file" in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [["--help"], ["ingest", "--help"], ["verify", "--help"], ["explain", "--help"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from referral_tui.cli.app import run; run(sys.argv[1:]); "
        "print([one for one in ('polars', 'numpy', 'textual', 'sqlmodel', 'sqlalchemy', 'faker', 'sqlglot') "
        "if one in sys.modules], file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert ran.stderr == "[]\n"


def test_an_unknown_command_names_the_nearest(cli: Cli) -> None:
    ran = cli("ingets")
    assert ran.status == 2
    assert "did you mean 'ingest'? `referral-tui --help` says" in ran.err.lower()
    assert ran.err.count("\n") == 1


def test_an_unknown_option_names_the_nearest(cli: Cli) -> None:
    ran = cli("simulate", "--referers", 3)
    assert ran.err.startswith(
        "referral-tui: no such option: --referers; did you mean --referrers? `referral-tui"
    )


def test_a_wrong_choice_is_told_in_our_words(cli: Cli) -> None:
    ran = cli("export", "nothing")
    assert ran.status == 2
    assert "'nothing' is not one of 'events'" in ran.err
    assert "Value error" not in ran.err


def test_the_ways_to_end(capfd: pytest.CaptureFixture[str]) -> None:
    def fails(error: BaseException) -> int:
        def command() -> None:
            raise error

        return guarded(command)

    assert guarded(lambda: None) == 0
    assert guarded(lambda: 1) == 1
    assert fails(KeyboardInterrupt()) == 130
    assert fails(typer.Abort()) == 130
    assert fails(InputError("one", "two")) == 2
    assert fails(PermissionError(13, "Permission denied", "/x")) == 2
    assert capfd.readouterr().err == (
        "referral-tui: interrupted\n"
        "referral-tui: one\nreferral-tui: two\nreferral-tui: /x: Permission denied\n"
    )
    with pytest.raises(ZeroDivisionError):
        fails(ZeroDivisionError())


@pytest.mark.parametrize(("command", "said"), [("simulate", "; what was committed stays"), ("verify", "")])
def test_only_a_command_that_commits_says_so_when_it_is_interrupted(
    command: str, said: str, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(load(command), "invoke", interrupted)
    ran = cli(command)
    assert (ran.status, ran.out, ran.err) == (130, "", f"referral-tui: interrupted{said}\n")


def test_an_interruption_is_said(cli: Cli, tmp_path: Path, program: Path) -> None:
    command = ["ingest", "--db", str(tmp_path / "a.db"), "--program", str(program), "--replay", "-"]
    with subprocess.Popen(
        [sys.executable, "-m", "referral_tui", *command, "--receipts", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write("{}\n")
        running.stdin.flush()
        first = json.loads(running.stdout.readline())
        assert first["receipt"] == "malformed"  # it waits for its input from then on
        running.send_signal(signal.SIGINT)
        assert running.wait() == 130
        assert "referral-tui: interrupted; what was committed stays\n" in running.stderr.read()


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path, nasty_database: bytes) -> None:
    db = tmp_path / "a.db"
    db.write_bytes(nasty_database)
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        [sys.executable, "-m", "referral_tui", "export", "events", "--db", db],
        stdout=writing,
        check=False,
        stderr=subprocess.PIPE,
    )
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (0, b"")
