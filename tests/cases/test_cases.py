"""Public complaints about referral programs, each a folder with a program and a log that reproduce it.

A folder has

- a README that names the reports and says what was expected;
- `program.toml` and `events.jsonl`, as they were written in the first edition of the program language;
- `program-2.toml` and `events-2.jsonl`, where the second edition says it better;
- `expected.toml` with the runs: a program, a log, the rows that they give, and whether that is what people expected.

A run that is not must be told by the tool or the documentation. The data are made up. Each run takes the way of real
events, `ingest` and `export`, at once and message by message, and the oracle judges it, too.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from referral_tui.cli.app import app
from simulator.events.decode import Receiver, decode_lines
from simulator.program.load import load_program
from simulator.program.model import Program
from tests.engine.oracle import Oracle

HERE: Final = Path(__file__).parent
DOCS: Final = HERE.parents[1] / "docs"
DAY: Final = 86_400_000
LATER: Final = 200 * DAY
"""How long after the newest event a run is looked at: every cooling-off, choice and expiry is over."""
REPORT: Final = re.compile(r"[\w.-]+/[\w.-]+ #\d+|community\.\S+, topic \d+")

Run = dict[str, Any]
Rows = list[dict[str, Any]]


def folders() -> list[Path]:
    return sorted(path.parent for path in HERE.glob("*/expected.toml"))


def runs_of(folder: Path) -> list[Run]:
    runs: list[Run] = tomllib.loads((folder / "expected.toml").read_text())["run"]
    return runs


def each_run() -> Iterator[tuple[Path, Run, str]]:
    for folder in folders():
        for run in runs_of(folder):
            yield folder, run, f"{folder.name}: {run['says']}"


PARAMETERS: Final = [pytest.param(folder, run, id=name) for folder, run, name in each_run()]
ONE_OF_EACH_FOLDER: Final = [
    pytest.param(folder, run, id=name, marks=[] if run == runs_of(folder)[0] else pytest.mark.long)
    for folder, run, name in each_run()
]
"""All runs; those after the first of their folder are left to the long profile."""


def command(*arguments: object, status: int = 0) -> str:
    """What a command says, on either stream."""
    ran = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    assert ran.exit_code == status, ran.output
    return ran.output


def lines_of(folder: Path, run: Run) -> list[bytes]:
    path: Path = folder / run["events"]
    return path.read_bytes().splitlines()


def end_of(folder: Path, run: Run) -> int:
    return max(int(json.loads(line)["receivedat"]) for line in lines_of(folder, run)) + LATER


def ingested(folder: Path, run: Run, path: Path, *options: object) -> str:
    """Judge a run's log into a database; gives what `ingest` said."""
    how = run.get("options", ["--replay"])
    return command(
        "ingest",
        *("--db", path, "--program", folder / run["program"]),
        *("--now", end_of(folder, run), *how, *options),
        folder / run["events"],
    )


def exported(path: Path, what: str) -> Rows:
    return [json.loads(line) for line in command("export", what, "--db", path).splitlines()]


def changed(text: str) -> Program:
    """The program that an event brings."""
    return load_program(text, "changed.toml")


def decided(rows: Iterable[dict[str, Any]]) -> Rows:
    return [_known(row, of="event_id", friend="friend", outcome="outcome", reason="reason") for row in rows]


def given(rows: Iterable[dict[str, Any]]) -> Rows:
    return [
        _known(row, of="event_id", reward="reward", to="recipient", state="state", value="value_minor")
        | _known(row, reason="reason")
        for row in rows
    ]


def _known(row: dict[str, Any], **named: str) -> dict[str, Any]:
    """The columns of a row as `expected.toml` names them, without those that are null."""
    return {name: row[column] for name, column in named.items() if row[column] is not None}


@dataclass(frozen=True)
class Judged:
    """A run's database, and what `ingest` said."""

    path: Path
    said: str


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, Run], Judged]:
    """`judged(folder, run)`: the run's database, made once."""
    made: dict[tuple[str, str], Judged] = {}

    def of(folder: Path, run: Run) -> Judged:
        name = folder.name, run["says"]
        if name not in made:
            path = tmp_path_factory.mktemp("case") / "case.db"
            made[name] = Judged(path, ingested(folder, run, path))
        return made[name]

    return of


@pytest.mark.parametrize(("folder", "run"), PARAMETERS)
def test_the_rows_are_as_expected(folder: Path, run: Run, judged: Callable[[Path, Run], Judged]) -> None:
    assert_as_expected(judged(folder, run).path, run)


def assert_as_expected(path: Path, run: Run) -> None:
    assert decided(exported(path, "decisions")) == run["decisions"]
    assert given(exported(path, "rewards")) == run["rewards"]


@pytest.mark.parametrize(("folder", "run"), ONE_OF_EACH_FOLDER)
def test_message_by_message_they_are_the_same_and_the_database_verifies(
    folder: Path, run: Run, judged: Callable[[Path, Run], Judged], tmp_path: Path
) -> None:
    ingested(folder, run, tmp_path / "by-one.db", "--batch", 1)
    assert_as_expected(tmp_path / "by-one.db", run)
    command("verify", "--db", judged(folder, run).path)


@pytest.mark.parametrize(("folder", "run"), PARAMETERS)
def test_the_oracle_agrees(folder: Path, run: Run) -> None:
    program = load_program((folder / run["program"]).read_text(), run["program"])
    oracle = Oracle(program, changed)
    messages = decode_lines(lines_of(folder, run), Receiver(0, None, None), changed).messages.to_dicts()
    if "--received-as-occurred" in run.get("options", ()):
        messages = [m | {"received_at": m["occurred_at"]} for m in messages]
        messages.sort(key=lambda message: message["occurred_at"])
    for message in messages:
        oracle.receive(message)
    oracle.advance(end_of(folder, run))
    assert decided(oracle.rows.decisions) == run["decisions"]
    assert given(oracle.rows.rewards) == run["rewards"]


def told() -> Iterator[Any]:
    for folder, run, name in each_run():
        for number, said in enumerate(run.get("told", ()), start=1):
            yield pytest.param(folder, run, said, id=f"{name}: {said['by']} {number}")


@pytest.mark.parametrize(("folder", "run", "said"), list(told()))
def test_what_people_did_not_expect_is_told(
    folder: Path, run: Run, said: dict[str, str], judged: Callable[[Path, Run], Judged]
) -> None:
    kind, _, named = said["by"].partition(" ")
    if kind == "docs":
        text = (DOCS / named).read_text()
    elif kind == "check":
        text = command("program", "check", folder / run["program"])
    elif kind == "ingest":
        text = judged(folder, run).said
    else:
        text = command(kind, named, "--db", judged(folder, run).path)
    assert said["says"] in " ".join(text.split())


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: str(folder.name))
def test_every_case_has_its_reports_and_ends_as_expected_or_in_a_documented_refusal(folder: Path) -> None:
    assert REPORT.search((folder / "README.md").read_text())
    runs = runs_of(folder)
    documented = any(said["by"].startswith("docs ") for run in runs for said in run.get("told", ()))
    assert documented or any(run["met"] for run in runs)
    assert all(run["met"] or run.get("told") for run in runs)


def test_every_folder_has_expectations_and_every_file_is_run() -> None:
    for folder in sorted(path for path in HERE.iterdir() if (path / "README.md").exists()):
        used = {run[name] for run in runs_of(folder) for name in ("program", "events")}
        files = {path.name for path in folder.iterdir()} - {"README.md", "expected.toml"}
        assert used == files, folder.name
