"""`referral-tui serve` as people use it: started, called by curl, ended by ctrl-C."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import cli
from tests.cli.nasty import PROGRAM, START, Cli, message
from tests.door.calling import STORY, lines

__all__ = ["cli"]
ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+")


@contextmanager
def served(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server in a process of its own, and its address; it is ended by ctrl-C."""
    (folder / "program.toml").write_text(PROGRAM)
    command = [sys.executable, "-m", "referral_tui", "serve", "--db", "a.db", "--port", "0", *options]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = ADDRESS.search(process.stdout.readline())
            assert found is not None, process.stderr.read() if process.stderr else ""
            yield process, found[0]
        finally:
            process.send_signal(signal.SIGINT)


def curl(*arguments: str, cwd: Path) -> str:
    """What curl prints."""
    command = [str(shutil.which("curl")), "--silent", "--show-error", *arguments]
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl_sends_a_file_and_an_event_and_ctrl_c_ends_in_order(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_bytes(lines(STORY))
    with served(tmp_path, "--program", "program.toml") as (process, address):
        bulk = ["--data-binary", "@events.jsonl", "-H", "Content-Type: application/x-ndjson"]
        said = curl(*bulk, f"{address}/v1/events", cwd=tmp_path)
        assert [json.loads(line)["receipt"] for line in said.splitlines()] == ["accepted"] * 4
        one = json.dumps(message("b2", "bill.paid", "ben", START, amount_minor=900, currency="GBP"))
        said = curl(
            *(
                "--data",
                one,
                "-H",
                "Content-Type: application/cloudevents+json",
                "--write-out",
                " %{http_code}",
            ),
            f"{address}/v1/events?wait=outcome",
            cwd=tmp_path,
        )
        body, status = said.rsplit(" ", 1)
        assert status == "201"
        assert json.loads(body)["outcome"]["decisions"][0]["milestone"] == "bill"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert "ended in order" in out


@pytest.mark.skipif(None in (shutil.which("curl"), shutil.which("bash")), reason="needs curl and bash")
def test_the_journey_of_the_page_is_walked_as_it_is_written(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "door.md").read_text(encoding="utf-8")
    script = page.partition("So a whole journey")[2].partition("```sh\n")[2].partition("```")[0]
    with served(tmp_path, "--program", "telecom", "--clock", "frozen") as (_, address):
        lines_of = script.replace("http://127.0.0.1:8787", address).replace("curl ", "curl -sS -w '\\n' ")
        command = [str(shutil.which("bash")), "-ec", lines_of]
        said = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    *_, outcome, _, rewards = (json.loads(line) for line in said.splitlines())
    assert outcome["outcome"]["attribution"]["referrer"] == "anna"
    assert {(one["recipient"], one["state"]) for one in rewards["rewards"]} == {
        ("anna", "issued"),
        ("ben", "issued"),
    }


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com"])
def test_other_machines_are_not_listened_to(cli: Cli, tmp_path: Path, host: str) -> None:
    ran = cli("serve", "--db", tmp_path / "a.db", "--program", "telecom", "--host", host)
    assert ran.status == 2
    assert "no keys" in ran.err
    assert not (tmp_path / "a.db").exists()


def test_without_a_database_a_program_is_asked_for(cli: Cli, tmp_path: Path) -> None:
    ran = cli("serve", "--db", tmp_path / "a.db")
    assert ran.status == 2
    assert "--program" in ran.err


def test_a_clock_that_there_is_not_is_refused(cli: Cli, tmp_path: Path) -> None:
    ran = cli("serve", "--db", tmp_path / "a.db", "--program", "telecom", "--clock", "fast")
    assert ran.status == 2
    assert "3600x" in ran.err
    assert not (tmp_path / "a.db").exists()


def test_a_port_that_is_taken_is_said(cli: Cli, tmp_path: Path) -> None:
    with served(tmp_path, "--program", "program.toml") as (_, address):
        port = address.rsplit(":", 1)[1]
        ran = cli("serve", "--db", tmp_path / "b.db", "--program", "telecom", "--port", port)
    assert ran.status == 2
    assert "in use" in ran.err
