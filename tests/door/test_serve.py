"""`referral-tui serve` as people use it: started, called by curl, stopped with Ctrl-C."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from typing import Any
from urllib.request import urlopen

import pytest

from referral_tui.dashboard.app import Dashboard
from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from tests.cli.conftest import cli
from tests.cli.nasty import PROGRAM, START, Cli, message
from tests.cli.test_tours import pattern
from tests.door.calling import STORY, lines

__all__ = ["cli"]
FAR = 4_070_908_800_000  # 2099-01-01
ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+")


@contextmanager
def served(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server in a separate process, and its address; it is stopped with Ctrl-C."""
    (folder / "program.toml").write_text(PROGRAM)
    database = () if "--db" in options else ("--db", "a.db")
    command = [sys.executable, "-m", "referral_tui", "serve", *database, "--port", "0", *options]
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
    """Return what curl prints."""
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
    assert "shut down cleanly" in out


def blocks(page: str, start: str, end: str, kind: str = "sh") -> list[str]:
    """Return the blocks of a kind between two texts of a page."""
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    part = text.partition(start)[2].partition(end)[0]
    return re.findall(rf"```{kind}\n(.*?)```", part, re.DOTALL)


def walked(script: str, address: str, folder: Path) -> list[Any]:
    """Run each command of a page against this address, and return the responses."""
    lines_of = script.replace("http://127.0.0.1:8787", address).replace("curl ", "curl -sS -w '\\n' ")
    command = [str(shutil.which("bash")), "-ec", lines_of]
    said = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in said.splitlines()]


@pytest.mark.skipif(None in (shutil.which("curl"), shutil.which("bash")), reason="needs curl and bash")
def test_the_three_terminals_of_the_tour_say_what_the_page_says(tmp_path: Path) -> None:
    section = ("tour-engineer.md", "## 1. ", "\n## 2. ")
    serve, listen, script = blocks(*section)
    (told,) = blocks(*section, kind="console")
    options = shlex.split(serve)[2:]
    with served(tmp_path, *options) as (_, address):
        command = [sys.executable, "-m", "referral_tui", *shlex.split(listen)[1:], "--port", "0"]
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = [process.stdout.readline()]
            answers = walked(script, address, tmp_path)
            said += [process.stdout.readline() for _ in told.splitlines()[1:]]
            process.send_signal(signal.SIGINT)
    assert all("status" not in answer for answer in answers)  # none is a problem
    assert answers[2]["code"] == "ANNA1"
    assert re.fullmatch(pattern(told.replace("8788", "…")), "".join(said)), "".join(said)
    assert process.returncode == 0


@pytest.mark.skipif(None in (shutil.which("curl"), shutil.which("bash")), reason="needs curl and bash")
def test_the_journey_of_the_page_is_walked_as_it_is_written(tmp_path: Path) -> None:
    (script,) = blocks("door.md", "walk through an entire journey", "\n## ")
    with served(tmp_path, "--program", "telecom", "--clock", "frozen") as (_, address):
        *_, outcome, _, rewards = walked(script, address, tmp_path)
    assert outcome["outcome"]["attribution"]["referrer"] == "anna"
    assert {(one["recipient"], one["state"]) for one in rewards["rewards"]} == {
        ("anna", "issued"),
        ("ben", "issued"),
    }


def test_a_port_that_is_taken_is_reported_and_no_database_is_left(cli: Cli, tmp_path: Path) -> None:
    with socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        served_there = cli("serve", "--db", tmp_path / "a.db", "--program", "telecom", "--port", port)
        ran = cli("simulate", "--db", tmp_path / "b.db", "--days", 1, "--door", port)
    assert (served_there.status, ran.status) == (2, 2)
    assert f"--port {port}: can't be listened on (it is in use" in served_there.err
    assert f"--door {port}: can't be listened on (it is in use" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_a_database_ahead_of_the_wall_clock_and_who_is_asked_are_announced_and_its_time_stands(
    tmp_path: Path,
) -> None:
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        platform.advance(FAR)
    with served(tmp_path, "--veto", "http://127.0.0.1:9/") as (process, address):
        assert process.stdout is not None
        told = process.stdout.readline() + process.stdout.readline()
        assert "2099-01-01T00:00:00.000Z, is ahead of the wall clock" in told
        assert "http://127.0.0.1:9/ is asked about each reward; questions are signed with whsec_" in told
        assert json.loads(curl(f"{address}/v1/clock", cwd=tmp_path)) == {"clock": "real", "now": FAR}


def free_port() -> int:
    with socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_a_dashboard_is_opened_on_the_server_which_ends_with_it(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    health: list[object] = []
    port = free_port()

    def look(app: Dashboard) -> int:
        with urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            health.append(json.load(answer)["status"])
        health.append(app.setup.path.exists())
        return 0

    monkeypatch.setattr("referral_tui.dashboard.launch.run", look)
    monkeypatch.setattr("referral_tui.cli.terminal.need_terminal", lambda _command: None)
    ran = cli("serve", "--db", tmp_path / "a.db", "--program", "telecom", "--port", port, "--dashboard")
    assert (ran.status, health) == (0, ["ok", True])
    assert [line.partition("a.db: ")[2][:6] for line in ran.out.splitlines()] == ["served", "shut d"]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com"])
def test_other_machines_are_not_listened_to(cli: Cli, tmp_path: Path, host: str) -> None:
    ran = cli("serve", "--db", tmp_path / "a.db", "--program", "telecom", "--host", host)
    assert ran.status == 2
    assert "no keys" in ran.err
    assert not (tmp_path / "a.db").exists()


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        (["--veto", "boss.example"], "not an HTTP URL"),
        (["--veto", "http://127.0.0.1:9/", "--veto-unanswered", "keep"], "write pay or refuse"),
        (["--veto-unanswered", "refuse"], "name an address"),
    ],
)
def test_an_invalid_veto_is_refused(cli: Cli, tmp_path: Path, options: list[str], wrong: str) -> None:
    ran = cli("serve", "--db", tmp_path / "a.db", "--program", "telecom", *options)
    assert (ran.status, wrong in ran.err) == (2, True)
    assert not (tmp_path / "a.db").exists()


def test_without_a_database_a_program_is_asked_for(cli: Cli, tmp_path: Path) -> None:
    ran = cli("serve", "--db", tmp_path / "a.db")
    assert ran.status == 2
    assert "--program" in ran.err


def test_an_unknown_clock_is_refused(cli: Cli, tmp_path: Path) -> None:
    ran = cli("serve", "--db", tmp_path / "a.db", "--program", "telecom", "--clock", "fast")
    assert ran.status == 2
    assert "3600x" in ran.err
    assert not (tmp_path / "a.db").exists()


NEEDED = [shutil.which(name) for name in ("curl", "bash", "openssl")]


@pytest.mark.skipif(None in NEEDED, reason="needs curl, bash and openssl")
def test_stripe_s_and_shopify_s_events_come_in_as_the_page_has_it(tmp_path: Path) -> None:
    files, serve, script = blocks("mappings.md", "## As they happen", "\n## ")
    subprocess.run([str(shutil.which("bash")), "-ec", files], cwd=tmp_path, check=True)
    with served(tmp_path, *shlex.split(serve)[2:]) as (_, address):
        *_, order, charge, _, refund, returned, _, rewards = walked(script, address, tmp_path)
    for answer in (order, charge, refund, returned):
        assert [one["receipt"] for one in answer["receipts"]] == ["accepted"]
    assert order["receipts"][0]["outcome"]["attribution"]["referrer"] == "anna"
    assert [(one["reward"], one["state"], one["value_minor"]) for one in rewards["rewards"]] == [
        ("thank-you", "voided", 500),
        ("share", "issued", 300),
    ]
