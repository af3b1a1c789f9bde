"""A database of an older schema opens: migrated on a copy, verified, put in place; a kill changes nothing."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from db.migrations import migrating
from db.migrations.migrating import STEPS, migrate
from db.read import log
from db.sqlite.readonly import OLDEST_SCHEMA, SCHEMA_VERSION, DamagedDatabaseError, SchemaError, open_readonly
from referral_tui.cli.app import run
from simulator.domain.errors import DatabaseError
from simulator.proof.verify import verify

SCHEMAS = Path(__file__).with_name("schemas")
VERSIONS = sorted(int(path.stem) for path in SCHEMAS.glob("*.sql"))


def of_schema(version: int, path: Path) -> Path:
    """Make the database of an older schema that is kept as SQL text."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript((SCHEMAS / f"{version}.sql").read_text())
        db.execute("PRAGMA journal_mode = WAL")
    return path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return of_schema(VERSIONS[-1], tmp_path / "old.db")


def sound(copy: Path) -> str | None:
    return verify(copy).difference


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_there_is_a_step_and_a_database_for_every_schema_since_the_first_that_is_migrated() -> None:
    assert sorted(STEPS) == list(range(OLDEST_SCHEMA, SCHEMA_VERSION)) == VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_a_database_of_an_older_schema_is_migrated_and_verifies(tmp_path: Path, version: int) -> None:
    path = of_schema(version, tmp_path / "a.db")
    with closing(sqlite3.connect(path)) as db:
        before = list(log.read(db, 0, 1_000))
        hashes = dict(db.execute("SELECT chain, hash FROM block ORDER BY number").fetchall())
    assert run(["migrate", "--db", str(path)]) == 0
    assert sound(path) is None
    with closing(open_readonly(path)) as db:
        (same,) = (one.equals(other) for one, other in zip(log.read(db, 0, 1_000), before, strict=True))
        assert same
        kept = db.execute(
            "SELECT value FROM setting WHERE name = ?", (f"schema_{version}_hashes",)
        ).fetchone()
    assert json.loads(kept[0]) == hashes
    assert {name.removesuffix("-shm").removesuffix("-wal") for name in left(tmp_path)} == {"a.db"}


def test_reasons_that_somebody_wrote_can_be_erased_after_the_migration(tmp_path: Path) -> None:
    path = of_schema(7, tmp_path / "a.db")
    said = [b"did not say why", b"sent half of it back", b"p-1 rang"]
    assert run(["migrate", "--db", str(path)]) == 0
    with closing(sqlite3.connect(path)) as db:
        moved = "SELECT COUNT(*) FROM event WHERE json_extract(steering, '$.reason') IS NOT NULL AND reason IS NULL"
        assert db.execute(moved).fetchone() == (6,)
    assert all(text in path.read_bytes() for text in said)
    people = ("p-8", "p-12", "p-1")
    assert run(["erase", *people, "--by", "dpo-1", "--basis", "asked", "--db", str(path)]) == 0
    assert sound(path) is None
    assert not [text for text in said if text in path.read_bytes()]


def test_a_migrated_database_takes_more_events(old: Path, tmp_path: Path) -> None:
    from tests.cli.nasty import nasty_lines

    more = tmp_path / "more.jsonl"
    more.write_bytes(b"".join(nasty_lines(5, 16)))  # the same, and those of two people more
    assert run(["ingest", "--db", str(old), "--replay", str(more)]) == 0
    assert sound(old) is None
    with closing(open_readonly(old)) as db:
        assert db.execute("SELECT COUNT(*) FROM event").fetchone()[0] > 85


def test_a_command_that_only_reads_says_what_to_do_and_writes_nothing(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = old.read_bytes()
    assert run(["explain", "1", "--db", str(old)]) == 2
    assert f"of schema {VERSIONS[-1]}, this version of referral-tui works with schema {SCHEMA_VERSION}; " in (
        said := capsys.readouterr().err
    )
    assert f"`referral-tui migrate --db {old}`" in said
    assert old.read_bytes() == before


def test_a_command_that_writes_migrates_first_and_says_so(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "none.jsonl").write_bytes(b"")
    run(["ingest", "--db", str(old), "--replay", str(tmp_path / "none.jsonl")])
    assert (
        f"{old}: migrated from schema {VERSIONS[-1]} to {SCHEMA_VERSION}, and verified"
        in capsys.readouterr().err
    )
    open_readonly(old).close()


def test_migrating_what_is_of_todays_schema_changes_nothing(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert migrate(old, sound) is not None
    before = old.read_bytes()
    assert run(["migrate", "--db", str(old)]) == 0
    assert "already has the current schema" in capsys.readouterr().out
    assert old.read_bytes() == before


class KilledError(BaseException):
    """Stands for a signal that ends the process."""


@pytest.mark.parametrize("moment", ["_settle", "_copy", "_step", "_put_in_place", "replace"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_moment_the_old_file_is_whole(
    old: Path, monkeypatch: pytest.MonkeyPatch, moment: str, when: str
) -> None:
    with closing(sqlite3.connect(old)) as db:
        before = list(db.iterdump())
    if moment == "replace":
        if when == "after":
            pytest.skip("it is the last act")
        monkeypatch.setattr(Path, "replace", killed)
    else:
        real = getattr(migrating, moment)

        def act(*arguments: object) -> None:
            if when == "after":
                real(*arguments)
            raise KilledError

        monkeypatch.setattr(migrating, moment, act)
    monkeypatch.setattr(migrating, "_remove", lambda _copy: None)  # whoever is killed tidies nothing
    with pytest.raises(KilledError):
        migrate(old, sound)
    monkeypatch.undo()
    if (moment, when) == ("_put_in_place", "after"):
        assert sound(old) is None
        return
    with closing(sqlite3.connect(old)) as db:
        assert list(db.iterdump()) == before
    assert migrate(old, sound) is not None  # the next one finds what the killed one left
    assert not list(old.parent.glob("*.migrating*"))


def killed(*_arguments: object) -> None:
    raise KilledError


def test_what_does_not_verify_is_not_put_in_place(old: Path) -> None:
    before = old.read_bytes()
    with pytest.raises(DamagedDatabaseError, match="migrated, it would not verify \\(no\\)"):
        migrate(old, lambda _copy: "no")
    assert old.read_bytes() == before


@pytest.mark.parametrize("table", ["person", "event", "quarantine", "audit"])
def test_what_was_changed_before_is_found_by_the_old_chain(old: Path, table: str) -> None:
    column = {"person": "ref", "event": "channel", "quarantine": "message", "audit": "detail"}[table]
    with closing(sqlite3.connect(old)) as db:
        db.execute(f"UPDATE {table} SET {column} = 'x' WHERE rowid = 3")
        db.commit()
    with pytest.raises(DamagedDatabaseError, match=f"block 1 of the {table} chain"):
        migrate(old, sound)


def test_a_newer_schema_is_refused_with_a_word_that_fits(old: Path) -> None:
    with closing(sqlite3.connect(old)) as db:
        db.execute("UPDATE setting SET value = '99' WHERE name = 'schema'")
        db.execute("PRAGMA user_version = 99")
        db.commit()
    with pytest.raises(DatabaseError, match="has schema 99, which can't be migrated"):
        migrate(old, sound)
    with pytest.raises(SchemaError, match="use the version that made it, or a later one"):
        open_readonly(old)


def test_what_is_only_in_the_write_ahead_log_is_migrated_too(old: Path) -> None:
    script = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('PRAGMA wal_autocheckpoint = 0')\n"
        "db.execute(\"INSERT INTO setting VALUES ('late', '1')\")\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(old)], check=True)
    assert old.with_name("old.db-wal").stat().st_size
    assert migrate(old, sound) is not None
    with closing(open_readonly(old)) as db:
        assert db.execute("SELECT value FROM setting WHERE name = 'late'").fetchone() == ("1",)
