"""A program with every feature at once: everything happens, is proven, and yields the same rows despite kills."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, Final

import pytest

from db.read.notices import notices
from db.sqlite.readonly import reading
from referral_tui.cli.app import run
from simulator.domain.notices import NOTICE_TYPES
from simulator.domain.vocabulary import (
    AuditKind,
    EventType,
    ForfeitReason,
    Offered,
    Outcome,
    Reason,
    RewardState,
    values,
)
from simulator.domain.without_effect import WITHOUT_EFFECT
from simulator.program.layout import CAP, CAP_WINDOWS, TABLES
from simulator.program.load import load_program
from simulator.proof.verify import verify
from tests.durability.dying import PRELOADED, UNLIKE, through_kills
from tests.durability.everything import CHANGES, program_text, write_log

SEED: Final = int(os.environ.get("DURABILITY_SEED", "1"))
FRIENDS: Final = 260
MANY: Final = int(os.environ.get("EVERYTHING_FRIENDS", "130000"))
"""Friends of the long profile: some million events, 8 for each; fewer take less long."""


# ---------------------------------------------------------------------- what the program says


def tables_said() -> dict[str, list[dict[str, Any]]]:
    """The tables of all versions of the program, by name."""
    said: dict[str, list[dict[str, Any]]] = {}
    for waits in (True, False):
        for name, content in tomllib.loads(program_text(FRIENDS, waits=waits)).items():
            said.setdefault(name, []).extend(content if isinstance(content, list) else [content])
    said["caps"] = [cap for reward in said["reward"] for cap in reward.get("caps", ())]
    return said


@pytest.mark.parametrize("table", [*TABLES, CAP], ids=lambda table: str(table.name))
def test_the_program_says_every_key(table: Any) -> None:
    said = tables_said()[table.name]
    assert {key for one in said for key in one} >= set(table.key_names())


@pytest.mark.parametrize(
    ("table", "key"), [("caps", "per"), ("caps", "over"), ("reward", "to"), ("reward", "dated_by")]
)
def test_the_program_says_every_choice(table: str, key: str) -> None:
    (choices,) = (one.choices for t in (*TABLES, CAP) if t.name == table for one in t.keys if one.name == key)
    assert {one[key] for one in tables_said()[table] if key in one} == set(choices)


def test_the_program_has_caps_of_every_window() -> None:
    windows = {cap["window"] for cap in tables_said()["caps"]}
    assert windows >= set(CAP_WINDOWS)
    assert windows - set(CAP_WINDOWS)  # a rolling one


# ---------------------------------------------------------------------- what happens


@dataclass(frozen=True)
class Log:
    """A log on disk with its program, and what became of it without a kill."""

    path: Path
    events: int
    seconds: float

    @property
    def db(self) -> Path:
        """The database that was not killed."""
        return self.path.with_suffix(".db")


def taken_in(db: Path, folder: Path) -> None:
    """Take in the log of a folder, from its beginning, as one does again after a crash."""
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - the process ends with it
    arguments = ["ingest", "--db", db, "--program", folder / "everything.toml", "--replay", "--batch", "500"]
    os._exit(run([str(one) for one in [*arguments, folder / "everything.jsonl"]]))


def begin(db: Path, folder: Path) -> BaseProcess:
    """Begin a process that takes in the log of a folder."""
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    process = context.Process(target=taken_in, args=(db, folder), daemon=True)
    process.start()
    return process


def written(folder: Path, friends: int) -> Log:
    """Write a log of so many friends into a folder, and take it in."""
    path = folder / "everything.jsonl"
    events = write_log(path, SEED, friends)
    path.with_suffix(".toml").write_text(program_text(friends))
    begun = perf_counter()
    process = begin(path.with_suffix(".db"), folder)
    process.join()
    assert process.exitcode == 0
    return Log(path, events, perf_counter() - begun)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    return written(tmp_path_factory.mktemp("everything"), FRIENDS)


@pytest.fixture(scope="module")
def happened(log: Log) -> set[str]:
    """What the database says has happened, in words."""
    asked = {
        "SELECT DISTINCT 'event ' || type FROM event",
        "SELECT DISTINCT 'decision ' || outcome FROM decision",
        "SELECT DISTINCT 'reason ' || reason FROM decision WHERE reason IS NOT NULL",
        "SELECT DISTINCT 'offered ' || json_extract(o.value, '$[1]') FROM decision, json_each(offered) o",
        "SELECT DISTINCT 'reward ' || state FROM reward",
        "SELECT DISTINCT 'forfeited ' || reason FROM reward WHERE reason IS NOT NULL",
        "SELECT DISTINCT 'entry ' || kind FROM audit",
        "SELECT DISTINCT kind || ': ' || detail FROM audit WHERE kind LIKE '%-without-effect' OR kind LIKE '%-waiting'",
    }
    with closing(sqlite3.connect(log.db)) as db:
        said = {str(one) for query in asked for (one,) in db.execute(query)}
    verdict = "verdict-without-effect: "
    # a verdict without effect names its milestone before the reason
    return {verdict + one.rpartition(": ")[2] if one.startswith(verdict) else one for one in said}


def wanted() -> Iterator[str]:
    program = load_program(program_text(FRIENDS), "everything.toml")
    # nobody can be erased whose rewards were kept for an attribute; tests/cli/test_erase.py does it elsewhere
    yield from (f"event {x}" for x in values(EventType) if x != EventType.PERSON_ERASED)
    yield from (f"decision {x}" for x in values(Outcome))
    yield from (f"reason {x}" for x in values(Reason))
    yield from (f"reason {rule.code}" for rule in program.rules)
    yield "reason large-enough:missing"
    yield from (f"offered {x}" for x in values(Offered))
    yield from (f"reward {x}" for x in values(RewardState))
    yield from (f"forfeited {x}" for x in values(ForfeitReason))
    yield from (f"entry {x}" for x in (*values(AuditKind), *values(RewardState)))
    yield from (f"{kind}: {reason}" for kind, reasons in WITHOUT_EFFECT.items() for reason in reasons)
    yield from (f"reversal-waiting: {x}" for x in ("not-received", "other-source"))


@pytest.mark.parametrize("what", list(wanted()))
def test_everything_happens(happened: set[str], what: str) -> None:
    assert what in happened


def test_every_entry_has_a_webhook_with_its_type_and_its_ids(log: Log) -> None:
    with reading(log.db) as db:
        found = notices(db, 0, 2**62, 2**31)
        (count,) = db.execute("SELECT COUNT(*) FROM audit").fetchone()
    assert [one.entry for one in found] == list(range(1, count + 1))
    assert {one.type for one in found} == set(NOTICE_TYPES)
    lacking = {name for one in found for name, value in one.about.items() if value is None}
    assert lacking == {"subject"}  # some events name nobody


def test_every_program_change_is_in_the_log(log: Log) -> None:
    with closing(sqlite3.connect(log.db)) as db:
        (count,) = db.execute("SELECT COUNT(*) FROM event WHERE type = 'program.changed'").fetchone()
    assert count == len(CHANGES)


# ---------------------------------------------------------------------- that it is right


def digests(path: Path) -> dict[str, str]:
    """The SHA-256 of each table of an outcome, but for receipts: what is sent again is counted as a duplicate."""
    found = {}
    with closing(sqlite3.connect(path)) as db:
        named = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for table in sorted(name for (name,) in named if name not in UNLIKE):
            columns = [column for _, column, *_ in db.execute(f"PRAGMA table_info({table})")]
            only = " WHERE metric NOT LIKE 'receipt.%'" if "metric" in columns else ""
            what = "chain, number, rows" if table == "block" else "*"  # salts are new in each database
            digest = hashlib.sha256()
            for row in db.execute(f"SELECT {what} FROM {table}{only}"):
                digest.update(repr(row).encode())
            found[table] = digest.hexdigest()
    return found


def test_it_is_proven(log: Log) -> None:
    assert verify(log.db).difference is None


def stored(db: Path) -> int:
    """Return how many events a database has that another process writes; 0 while its tables are being created."""
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as reader,
    ):
        (last,) = reader.execute("SELECT MAX(seq) FROM event").fetchone()
        return int(last or 0)
    return 0


def killed_and_taken_in(log: Log, db: Path, places: list[int], random: Random) -> None:
    """Take in a log into `db`, killed somewhere after each of these numbers of stored events, then to its end."""
    for place in sorted(places):
        process = begin(db, log.path.parent)
        while stored(db) < place:
            assert not wait([process.sentinel], 0.01), f"it ended before {place} events were stored"
        wait([process.sentinel], random.random() / 2)  # within a later batch, not always just after a commit
        assert process.exitcode is None
        process.kill()
        process.join()
    last = begin(db, log.path.parent)
    last.join()
    assert last.exitcode == 0


def test_killed_twice_and_taken_in_again_it_has_the_same_rows(log: Log, tmp_path: Path) -> None:
    life = partial(begin, folder=log.path.parent)
    kills = through_kills(tmp_path / "killed.db", Random(SEED), log.seconds, 2, life)
    assert kills > 0
    assert digests(tmp_path / "killed.db") == digests(log.db)


@pytest.mark.long
def test_a_million_events_killed_ten_times_have_the_same_rows_and_are_proven(tmp_path: Path) -> None:
    log = written(tmp_path, MANY)
    random = Random(SEED)
    places = [random.randrange(log.events - 10_000) for _ in range(10)]
    killed_and_taken_in(log, tmp_path / "killed.db", places, random)
    assert digests(tmp_path / "killed.db") == digests(log.db)
    assert verify(tmp_path / "killed.db").difference is None
