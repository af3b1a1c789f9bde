"""`ingest --watch`: files of a drop folder are ingested once, with one result row for each row, whatever happens."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from simulator.files import watching
from simulator.files.export import export
from simulator.files.following import Interrupt
from simulator.files.watching import QUEUED, FileResult, FolderWatcher, take, watch
from simulator.mapping.hashing import Hasher
from simulator.mapping.mapper import Mapper
from simulator.mapping.shipped import find_mapping
from simulator.platform.session import IntakeSession, open_or_create
from simulator.program.load import load_program
from tests.cli.nasty import DAY, HOUR, PROGRAM, START, Cli, message

NOW = START + 120 * DAY
ROOT = Path(__file__).parents[2]
EVENTS: list[dict[str, Any] | str] = [
    message("v1", "friend.visited", "ben", START, code="ANN", channel="email"),
    "nonsense",
    "",
    message("v1", "friend.visited", "ben", START, code="ANN", channel="email"),
    message("v1", "friend.visited", "eve", START, code="ANN", channel="email"),
    *(
        message(f"b{n}", "bill.paid", "ben", START + n * HOUR, amount_minor=900, currency="GBP")
        for n in range(5)
    ),
]


def write(path: Path, events: list[dict[str, Any] | str]) -> Path:
    path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in events))
    return path


def results(path: Path) -> list[tuple[str, ...]]:
    """The line, receipt, seq and field of each result row."""
    with path.open(newline="") as rows:
        return [tuple(row[1:5]) for row in list(csv.reader(rows))[1:]]


ROWS = [
    ("1", "accepted", "1", ""),
    ("2", "malformed", "", ""),
    ("4", "duplicate", "1", ""),
    ("5", "conflict", "1", "subject"),
    *((str(n + 6), "accepted", str(n + 2), "") for n in range(5)),
]


def taken(
    folder: Path, db: Path, name: str, mapper: Mapper | None = None, *, guard: bool = False
) -> FileResult:
    with (
        open_or_create(db, load_program(PROGRAM, "program") if not db.exists() else None) as platform,
        IntakeSession(platform, clock=lambda: NOW, batching=QUEUED) as session,
    ):
        result = take(session, folder / name, mapper=mapper, guard=guard)
    assert result is not None
    return result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "drop"
    path.mkdir()
    return path


def test_a_file_is_moved_beside_its_results_row_for_row(folder: Path, tmp_path: Path) -> None:
    write(folder / "a.jsonl", EVENTS)
    result = taken(folder, tmp_path / "a.db", "a.jsonl")
    assert result.moved_to == folder / "done" / "a.jsonl"
    assert results(folder / "done" / "a.jsonl.results.csv") == ROWS
    assert sorted(path.name for path in folder.rglob("*")) == ["a.jsonl", "a.jsonl.results.csv", "done"]
    write(folder / "a.jsonl", EVENTS[:1])
    again = taken(folder, tmp_path / "a.db", "a.jsonl")
    assert again.moved_to.name == "a-2.jsonl"
    assert results(again.results) == [("1", "duplicate", "1", "")]


@pytest.mark.parametrize(("guard", "field"), [(False, "=cmd()"), (True, "'=cmd()")])
def test_texts_in_the_results_are_no_formulas_where_that_is_wanted(
    folder: Path, tmp_path: Path, guard: bool, field: str
) -> None:
    write(folder / "a.jsonl", [message("v1", "friend.visited", "ben", START) | {"=cmd()": 1}])
    found = taken(folder, tmp_path / "a.db", "a.jsonl", guard=guard).results
    assert results(found) == [("1", "malformed", "", field)]


def test_a_file_that_is_moved_back_is_taken_once_more(folder: Path, tmp_path: Path) -> None:
    write(folder / "a.jsonl", EVENTS)
    taken(folder, tmp_path / "a.db", "a.jsonl").moved_to.rename(folder / "a.jsonl")
    assert taken(folder, tmp_path / "a.db", "a.jsonl").counts.duplicate == 7


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "id,type\n1,x\n", "the header has no column"),
        ("a.csv", "", "empty"),
        ("a.xlsx", "PK", "unknown kind of file"),
    ],
)
def test_a_file_that_is_none_is_refused_whole_with_the_reason(
    folder: Path, tmp_path: Path, name: str, text: str, said: str
) -> None:
    (folder / name).write_text(text)
    result = taken(folder, tmp_path / "a.db", name)
    assert result.refused is not None
    assert said in result.results.read_text()
    assert not (folder / name).exists()


def test_records_of_another_system_have_a_row_each_skipped_ones_too(folder: Path, tmp_path: Path) -> None:
    mapper = Mapper(find_mapping("cello"), Hasher(b"k"))
    records = [json.loads(test.record) for test in find_mapping("cello").tests]
    write(folder / "cello.jsonl", [*records, {"eventName": "DemoCallAttended"}, records[0]])
    result = taken(folder, tmp_path / "a.db", "cello.jsonl", mapper)
    assert [row[1] for row in results(result.results)] == [*["accepted"] * 3, "skipped", "duplicate"]


def test_only_files_that_have_settled_are_complete(folder: Path) -> None:
    now = 0.0
    looker = FolderWatcher(folder, lambda: now)
    for name in (
        "b.jsonl",
        "a.jsonl",
        ".hidden.jsonl",
        "c.jsonl.part",
        "d.tmp",
        "e.db",
        "e.db-wal",
        "e.db.lock",
    ):
        write(folder / name, EVENTS[:1])
    (folder / "done").mkdir()
    assert looker.complete() == []
    now = 1.0
    write(folder / "b.jsonl", EVENTS[:2])  # still being written
    assert looker.complete() == []
    now = 2.0
    assert looker.complete() == [folder / "a.jsonl"]
    now = 3.0
    assert looker.complete() == [folder / "a.jsonl", folder / "b.jsonl"]
    (folder / "a.jsonl").unlink()
    assert looker.complete() == [folder / "b.jsonl"]


def test_watching_takes_what_arrives_until_the_end_is_asked_for(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "SETTLED_S", 0.0)
    told: list[FileResult] = []
    with closing(Interrupt()) as interrupt:

        def pause(_seconds: float) -> None:
            if len(told) == 2:
                interrupt.ask()
            else:
                write(folder / f"{len(told)}.jsonl", EVENTS)

        monkeypatch.setattr(interrupt, "pause", pause)
        with (
            open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform,
            IntakeSession(platform, clock=lambda: NOW, batching=QUEUED) as session,
        ):
            watch(session, folder, interrupt=interrupt, on_result=told.append)
    assert [one.moved_to.name for one in told] == ["0.jsonl", "1.jsonl"]
    assert told[1].counts.duplicate == 7 - 1 + 1


KILLED = """
import os, sys
from pathlib import Path
from simulator.files import watching
from tests.cli import test_ingest_watch as test

at, folder, db = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
watching.BATCH = 3
steps = 0

def dying(work):
    def step(*args, **kwargs):
        global steps
        steps += 1
        if steps == at:
            os._exit(9)  # as a kill: nothing is closed, written or moved any more
        return work(*args, **kwargs)
    return step

os.fsync = dying(os.fsync)
Path.replace = dying(Path.replace)
from simulator.platform.platform import Platform
Platform.flush = dying(Platform.flush)
test.taken(folder, db, "a.jsonl")
print(steps)
"""


def killed(at: int, folder: Path, db: Path) -> subprocess.CompletedProcess[str]:
    """Ingest the file in a process that dies at a step: of writing results, committing, or moving files."""
    command = [sys.executable, "-c", KILLED, str(at), str(folder), str(db)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def exported(db: Path) -> dict[str, bytes]:
    found = {}
    for what in ("events", "quarantine", "decisions", "rewards", "audit"):
        out = io.BytesIO()
        export(db, what, "jsonl", out)
        found[what] = out.getvalue()
    return found


def survives(tmp_path: Path, at: int, right: dict[str, bytes]) -> bool:
    """Kill a process at a step, continue, and compare; return whether the process had died at all."""
    folder = tmp_path / f"drop{at}"
    folder.mkdir()
    write(folder / "a.jsonl", EVENTS)
    db = tmp_path / f"{at}.db"
    first = killed(at, folder, db)
    if first.returncode == 0:
        return False
    assert first.returncode == 9, first.stderr
    if (folder / "a.jsonl").exists():
        watching_batch(tmp_path, folder, db)
    assert results(folder / "done" / "a.jsonl.results.csv") == ROWS, at
    told = {what: text.replace(f"drop{at}".encode(), b"drop") for what, text in exported(db).items()}
    assert told == right, at
    return True


def watching_batch(tmp_path: Path, folder: Path, db: Path) -> None:
    before, watching.BATCH = watching.BATCH, 3  # type: ignore[misc]
    try:
        taken(folder, db, "a.jsonl")
    finally:
        watching.BATCH = before  # type: ignore[misc]


def unharmed(tmp_path: Path) -> dict[str, bytes]:
    """The exports if nobody kills anything."""
    folder = tmp_path / "drop"
    folder.mkdir(exist_ok=True)
    write(folder / "a.jsonl", EVENTS)
    watching_batch(tmp_path, folder, tmp_path / "right.db")
    return exported(tmp_path / "right.db")


def test_a_process_that_is_killed_goes_on_without_loss_or_double_work(tmp_path: Path) -> None:
    right = unharmed(tmp_path)
    assert all(survives(tmp_path, at, right) for at in (9,))


@pytest.mark.long
def test_a_process_is_killed_at_every_step(tmp_path: Path) -> None:
    right = unharmed(tmp_path)
    died = 0
    while survives(tmp_path, died + 1, right):
        died += 1
    assert died > 12


def test_the_command_says_what_it_watches_and_refuses_what_does_not_go_with_it(
    cli: Cli, tmp_path: Path, program: Path, folder: Path
) -> None:
    common = ("--db", tmp_path / "a.db", "--program", program)
    for given, said in (
        ((folder / "a.jsonl", "--watch", folder), "--watch, FILE"),
        (("--watch", folder, "--dry-run"), "--watch, --dry-run"),
        (("--watch", tmp_path / "none"), "no such folder"),
        (("--watch", program), "is a file"),
        (("--watch", tmp_path), "a.db belongs in another folder"),
        ((), "name the files to receive"),
    ):
        ran = cli("ingest", *given, *common)
        assert ran.status == 2
        assert said in ran.err
    assert not (tmp_path / "a.db").exists()


def test_the_command_ends_by_ctrl_c_with_everything_stored(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "program.toml").write_text(PROGRAM)
    write(folder / "a.jsonl", EVENTS)
    command = [sys.executable, "-m", "referral_tui", "ingest", "--watch", "drop", "--db", "a.db"]
    command += ["--program", "program.toml"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "watched" in process.stdout.readline()
        assert process.stdout.readline() == (
            "drop/done/a.jsonl: 6 accepted, 1 duplicate, 1 conflict, 1 malformed; drop/done/a.jsonl.results.csv\n"
        )
        process.send_signal(2)
        out, _ = process.communicate()
    assert process.returncode == 0
    assert "ended in order" in out
