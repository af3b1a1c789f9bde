"""Nothing is lost when the writer dies or runs out of space: the outcome is that of the undisturbed run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from db.schema import ddl as schema
from db.sqlite.connection import Connection
from db.sqlite.readonly import LockedDatabaseError
from db.write.store import Store
from simulator.proof.verify import verify
from tests.durability.dying import (
    SAID,
    Calm,
    Fault,
    first_difference,
    not_begun,
    rows_of,
    said_of,
    spawn,
    through_kills,
)

SEED = int(os.environ.get("DURABILITY_SEED", "1"))
KILLS = int(os.environ.get("DURABILITY_KILLS", "500"))

HOLD = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


def held(path: Path, calm: Calm) -> None:
    assert first_difference(rows_of(path), calm.rows) is None
    assert verify(path).difference is None


def test_killed_a_few_times(tmp_path: Path, calm: Calm) -> None:
    kills = through_kills(tmp_path / "run.db", Random(SEED), calm.seconds, most=4)
    assert kills > 0
    held(tmp_path / "run.db", calm)


@pytest.mark.long
def test_killed_hundreds_of_times(tmp_path: Path, calm: Calm) -> None:
    random, kills, runs = Random(SEED), 0, 0
    while kills < KILLS:
        path = tmp_path / f"run{runs}.db"
        kills += through_kills(path, random, calm.seconds * random.choice((0.3, 1, 2)), most=KILLS - kills)
        assert first_difference(rows_of(path), calm.rows) is None, f"run {runs} of seed {SEED}"
        runs += 1
    assert kills >= KILLS


@pytest.mark.parametrize("part", [0.85, pytest.param(0.95, marks=pytest.mark.long)])
def test_a_file_that_can_not_grow_is_said_and_nothing_is_lost(
    tmp_path: Path, calm: Calm, part: float
) -> None:
    path = tmp_path / "run.db"
    tight = spawn(path, Fault(most_bytes=int(calm.bytes * part)))
    tight.join()
    assert tight.exitcode == SAID
    assert not not_begun(path)  # or there would be nothing to go on with
    said = said_of(path).read_text()
    assert "the disk failed or is full" in said
    assert "\n" not in said
    through_kills(path, Random(SEED), 0, most=0)
    held(path, calm)


def test_a_full_disk_is_said_and_nothing_is_lost(tmp_path: Path, calm: Calm) -> None:
    path = tmp_path / "run.db"
    tight = spawn(path, Fault(most_pages=calm.pages * 9 // 10))
    tight.join()
    assert tight.exitcode == SAID
    assert not not_begun(path)  # or there would be nothing to go on with
    assert "is full" in said_of(path).read_text()
    through_kills(path, Random(SEED), 0, most=0)
    held(path, calm)


def test_locked_by_another_writer_is_one_clear_line(
    tmp_path: Path, calm: Calm, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.db"
    through_kills(path, Random(SEED), 0, most=0)
    monkeypatch.setattr(schema, "Connection", lambda path: Connection(path, wait_ms=20))
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(LockedDatabaseError) as caught:
            Store.open(path)
        other.communicate(b"\n")
    assert str(caught.value).count("\n") == 0
    assert str(path) in str(caught.value)
    Store.open(path).close()
