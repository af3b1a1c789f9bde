"""Verify: a sound database passes; one changed value anywhere is found and named."""

from __future__ import annotations

import json
import random
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from simulator.proof.verify import verify
from tests.cli.nasty import START, Cli, nasty_lines

NOW = START + 60 * 86_400_000


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small sound database, as bytes."""
    from referral_tui.cli.app import run
    from tests.cli.nasty import PROGRAM

    folder = tmp_path_factory.mktemp("sound")
    hold, longer = 'hold = "1d"', 'hold = "90d"'  # so that something is pending at the end
    lines = b"".join(nasty_lines(5, 40))
    (folder / "p.toml").write_text(PROGRAM.replace(hold, longer))
    (folder / "a.jsonl").write_bytes(
        lines.replace(json.dumps(hold)[1:-1].encode(), json.dumps(longer)[1:-1].encode())
    )
    arguments = ["ingest", "--db", folder / "a.db", "--program", folder / "p.toml", "--replay", "--now", NOW]
    assert run([*map(str, arguments), str(folder / "a.jsonl")]) == 0
    assert not (folder / "a.db-wal").exists()
    return (folder / "a.db").read_bytes()


@pytest.fixture
def db(tmp_path: Path, sound: bytes) -> Path:
    """A copy of the sound database."""
    path = tmp_path / "a.db"
    path.write_bytes(sound)
    return path


def test_a_sound_database_passes(cli: Cli, db: Path) -> None:
    ran = cli("verify", "--db", db)
    assert (ran.status, ran.err) == (0, "")
    assert "newest hash of the audit chain" in ran.out
    assert "ok  1 block of the person chain\n" in ran.out
    assert not re.search(r"\b1 (rows|blocks)\b|\(s\)", ran.out)
    ran = cli("verify", "--db", db, "--json")
    assert ran.json["verified"] is True
    assert ran.json["difference"] is None
    assert set(ran.json["chain"]) == {"audit", "event", "person", "quarantine"}


def test_a_file_cut_off_is_said_in_one_message_that_names_the_database_once(cli: Cli, db: Path) -> None:
    db.write_bytes(db.read_bytes()[:-40_000])
    ran = cli("verify", "--db", db)
    assert ran.status == 1
    assert ran.err.startswith(f"{db}: ")
    assert "damaged" in ran.err
    assert ran.err.count(str(db)) == 1


@pytest.mark.parametrize(
    "table",
    [
        *("event", "quarantine", "attribution", "decision", "reward", "audit", "person", "hour", "week"),
        *("breakdown", "breakdown_hour", "breakdown_week", "lateness", "lateness_day", "leader"),
    ],
)
def test_a_row_taken_out_is_found(db: Path, table: str) -> None:
    with closing(sqlite3.connect(db)) as connection:
        key = connection.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchone()[0]
        (middle,) = connection.execute(f"SELECT {key} FROM {table} LIMIT 1 OFFSET 3").fetchone()
        connection.execute(f"DELETE FROM {table} WHERE {key} = ?", (middle,))
        connection.commit()
    assert verify(db).difference is not None


def test_a_row_put_in_is_found_and_named(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute(
            "INSERT INTO reward SELECT 999999, decision, seq, reward, role, recipient, community, "
            "earned_minor, value_minor, kind, state, reason, expected, due_at, state_at FROM reward WHERE id = 1"
        )
        connection.commit()
    assert verify(db).difference == "reward with id 999999: is stored, the log gives none"


def test_the_first_difference_names_row_column_and_both_values(cli: Cli, db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("UPDATE reward SET value_minor = value_minor + 1 WHERE id = 7")
        connection.commit()
        (value,) = connection.execute("SELECT value_minor FROM reward WHERE id = 7").fetchone()
    ran = cli("verify", "--db", db)
    assert ran.status == 1
    expected = (
        f"{db}: reward with id 7: value_minor is {value}, derived again from the log it is {value - 1}\n"
    )
    assert ran.err == expected
    assert cli("verify", "--db", db, "--json").json["difference"] == expected.removeprefix(f"{db}: ").strip()


def test_an_event_and_its_block_rewritten_together_still_differ_from_a_hash_kept_elsewhere(db: Path) -> None:
    before = verify(db).heads["event"]
    with closing(sqlite3.connect(db)) as connection:
        connection.execute(
            "UPDATE event SET channel = 'sms' WHERE seq = (SELECT MIN(seq) FROM event WHERE channel = 'email')"
        )
        connection.commit()
    message = verify(db).difference
    assert message is not None
    assert "event chain, block 1 (event with seq 1 to 1024)" in message
    assert before in message


@pytest.mark.parametrize("seed", range(12))
def test_a_changed_byte_of_a_row_in_the_file_is_found(db: Path, sound: bytes, seed: int) -> None:
    luck = random.Random(seed)
    with closing(sqlite3.connect(db)) as connection:
        table, column = luck.choice(
            [
                ("event", "id"),
                ("event", "contact_ref"),
                ("audit", "detail"),
                ("person", "ref"),
                ("quarantine", "message"),
                ("decision", "facts"),
                ("reward", "reward"),
                ("attribution", "code"),
            ]
        )
        values = [
            row[0]
            for row in connection.execute(f"SELECT DISTINCT {column} FROM {table} WHERE LENGTH({column}) > 3")
        ]
    raw = bytearray(sound)
    needle = str(luck.choice(values)).encode()
    places = [at for at in range(len(raw)) if raw.startswith(needle, at)]
    at = luck.choice(places) + luck.randrange(len(needle))
    raw[at] ^= 1 << luck.randrange(8)
    db.write_bytes(raw)
    assert verify(db).difference is not None


@pytest.mark.parametrize("what", ["missing", "foreign", "text"])
def test_what_is_no_database_of_ours_is_wrong_use(cli: Cli, tmp_path: Path, what: str) -> None:
    path = tmp_path / "x.db"
    if what == "foreign":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE t (a)")
            connection.commit()
    if what == "text":
        path.write_text("no database at all, but long enough to be one" * 100)
    ran = cli("verify", "--db", path)
    assert ran.status == 2
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("column", ["hour", "metric", "count", "value", "part"])
@pytest.mark.parametrize("table", ["hour", "breakdown_hour"])
def test_duplicates_leave_only_counts_and_those_are_guarded_too(db: Path, table: str, column: str) -> None:
    if (table, column) == ("hour", "part"):
        return
    with closing(sqlite3.connect(db)) as connection:
        change = f"{column} = {column} || 's'" if column in ("metric", "part") else f"{column} = {column} + 1"
        connection.execute(
            f"UPDATE {table} SET {change} WHERE metric = 'receipt.duplicate' AND hour = "
            f"(SELECT MAX(hour) FROM {table} WHERE metric = 'receipt.duplicate')"
        )
        connection.commit()
    assert verify(db).difference is not None


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "UPDATE sqlite_master SET sql = replace(sql, 'detail', 'detaiL') WHERE name = 'audit'",
            "table audit",
        ),
        ("DELETE FROM clock", "clock with id 1"),
    ],
)
def test_a_changed_definition_and_a_missing_clock_are_named(
    cli: Cli, tmp_path: Path, program: Path, nasty_file: Path, sql: str, said: str
) -> None:
    db = tmp_path / "a.db"
    assert cli("ingest", "--db", db, "--program", program, "--replay", nasty_file).status == 0
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(sql)
        connection.commit()
    ran = cli("verify", "--db", db)
    assert ran.status == 1
    assert ran.err.count("\n") == 1
    assert said in ran.err


def test_a_definition_that_is_no_text_is_a_damaged_database(
    cli: Cli, tmp_path: Path, program: Path, nasty_file: Path
) -> None:
    db = tmp_path / "a.db"
    assert cli("ingest", "--db", db, "--program", program, "--replay", nasty_file).status == 0
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = db.read_bytes()
    db.write_bytes(raw.replace(b"CREATE TABLE event (", b"CREATE TABLE event \xad", 1))
    assert raw != db.read_bytes()
    ran = cli("verify", "--db", db)
    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert "damaged" in ran.err
    ran = cli("export", "events", "--db", db)
    assert (ran.status, ran.err.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("subject", "447700900123"),
        ("code", "john%40x.com"),
        ("outcome", "call +44 7700 900123"),
        ("id", "\x1b[2J"),
    ],
)
def test_a_raw_contact_that_went_round_the_door_is_found(tmp_path: Path, column: str, value: str) -> None:
    import polars as pl

    from simulator.events.columns import MESSAGE_SCHEMA
    from simulator.platform.platform import Platform
    from simulator.program.load import load_program
    from tests.cli.nasty import PROGRAM

    row = {
        "received_at": START,
        "source": "client/shop",
        "id": "ev-1",
        "type": "purchase.paid",
        "occurred_at": START,
        "subject": "f-1",
        column: value,
    }
    path = tmp_path / "a.db"
    with Platform.create(path, load_program(PROGRAM, "p.toml")) as platform:
        platform.receive_columns(pl.DataFrame([row], schema=MESSAGE_SCHEMA))
    assert "event with seq 1: one of its texts is a raw contact" in str(verify(path).difference)
