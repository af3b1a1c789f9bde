"""How commands end in unusual shells: closed streams, Ctrl-C while loading, names that look like options."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from referral_tui.dashboard import helper
from tests.cli.nasty import HOUR, START, Cli, message

LOADING = """
import runpy, sys
class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupts())
sys.argv = ["referral-tui", "--help"]
runpy.run_module("referral_tui", run_name="__main__")
"""


def test_ctrl_c_while_the_command_is_loaded_is_no_traceback() -> None:
    ran = subprocess.run([sys.executable, "-c", LOADING], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "referral-tui: interrupted\n")


@pytest.mark.parametrize("what", ["--help", "presets list"])
def test_a_closed_standard_output_is_a_line(what: str) -> None:
    ran = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m referral_tui {what} >&-'],
        capture_output=True,
        text=True,
        check=False,
    )
    said = "referral-tui: standard output: is closed; send it somewhere, if only to /dev/null\n"
    assert (ran.returncode, ran.stderr) == (2, said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_behind_standard_output_is_a_line_that_says_where() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "referral_tui", "program", "list"]
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    said = "referral-tui: standard output: can't be written (No space left on device)\n"
    assert (ran.returncode, ran.stderr) == (2, said)


def test_a_closed_standard_input_is_a_line(tmp_path: Path, program: Path) -> None:
    command = f'"{sys.executable}" -m referral_tui ingest --db "{tmp_path}/a.db" --program "{program}" - <&-'
    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (2, "referral-tui: -: standard input is closed; name a file\n")


@pytest.mark.parametrize("command", ["ingest", "simulate"])
def test_a_database_in_memory_is_refused_since_it_keeps_nothing(
    cli: Cli, program: Path, nasty_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    some = ["--program", program, nasty_file] if command == "ingest" else ["--preset", "telecom", "--days", 1]
    ran = cli(command, "--db", ":memory:", *some)
    assert ran.status == 2
    assert ran.err == "referral-tui: :memory:: would keep nothing once the command has ended; name a file\n"
    assert set(tmp_path.iterdir()) == before


async def test_a_friend_called_like_an_option_has_a_journey(cli: Cli, program: Path, tmp_path: Path) -> None:
    who = {"contact_ref": "c-ann", "contact_kind": "email", "via": "sso", "referrer_kind": "customer"}
    events = [
        message("w1", "customer.identified", "ann", START, **who),
        message("l1", "link.created", "ann", START, code="ANN"),
        message("v1", "friend.visited", "--help", START + HOUR, code="ANN", channel="email"),
    ]
    file, db = tmp_path / "a.jsonl", tmp_path / "a.db"
    file.write_text("\n".join(map(json.dumps, events)))
    assert cli("ingest", "--db", db, "--program", program, "--replay", file).status == 0
    reply = await helper.ask(helper.explaining(db, "--help"))
    assert (reply.status, reply.data["ref"]) == (0, "--help")


def test_a_run_resumed_over_a_text_in_a_sum_is_a_line(cli: Cli, tmp_path: Path) -> None:
    db = tmp_path / "run.db"
    options = ("--referrers", 30, "--days", 3, "--faults", "hostile", "--db", db)
    assert cli("simulate", *options).status == 0
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("UPDATE lateness SET worst = 'many'")
        connection.commit()
    ran = cli("simulate", "--resume", "--db", db)
    assert ran.status == 2
    assert f"`referral-tui verify --db {db}` says where" in ran.err
    assert "Traceback" not in ran.err


def test_a_run_without_its_clock_is_a_line(cli: Cli, tmp_path: Path) -> None:
    db = tmp_path / "run.db"
    assert cli("simulate", "--referrers", 30, "--days", 3, "--db", db).status == 0
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("DELETE FROM clock")
        connection.commit()
    ran = cli("simulate", "--resume", "--db", db)
    assert ran.status == 2
    assert len(ran.err.splitlines()) == 1
