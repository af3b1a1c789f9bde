"""The write-ahead log is checkpointed beside the commits, and does not grow without end."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db.sqlite.connection import Connection
from db.write import checkpoints
from db.write.checkpoints import Checkpoints

ROW = "x" * 3_000  # one to a page of 4,096 bytes


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Connection]:
    """Open a database with a write-ahead log and a table."""
    with closing(Connection(tmp_path / "a.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("CREATE TABLE row (text TEXT)")
        yield connection


def write(connection: Connection, rows: int) -> None:
    for _ in range(rows):
        connection.execute("INSERT INTO row VALUES (?)", (ROW,))


def test_what_was_committed_is_brought_into_the_file_without_a_commit_that_waits(
    tmp_path: Path, writing: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "_STEP", 10)
    beside = Checkpoints(tmp_path / "a.db", writing)
    write(writing, 100)
    beside.close()
    shutil.copy(tmp_path / "a.db", tmp_path / "without-its-log.db")
    with closing(sqlite3.connect(tmp_path / "without-its-log.db")) as alone:
        assert alone.execute("SELECT count(*) FROM row").fetchone()[0] > 80


def test_a_log_that_is_always_written_begins_anew_all_the_same(
    tmp_path: Path, writing: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "_STEP", 10_000)  # never, so that no commit finds the thread at it
    monkeypatch.setattr(checkpoints, "MOST_PAGES", 40)
    beside = Checkpoints(tmp_path / "a.db", writing)
    write(writing, 500)
    assert (tmp_path / "a.db-wal").stat().st_size < 60 * 4_200  # of 1,500 pages that were written
    beside.close()
    assert writing.execute("SELECT count(*) FROM row").fetchone() == (500,)


def test_a_closed_one_leaves_checkpoints_to_the_commits_again(tmp_path: Path, writing: Connection) -> None:
    Checkpoints(tmp_path / "a.db", writing).close()
    writing.execute("PRAGMA synchronous = OFF")
    write(writing, 900)  # 3 pages each
    assert (tmp_path / "a.db-wal").stat().st_size < 2_200 * 4_200
