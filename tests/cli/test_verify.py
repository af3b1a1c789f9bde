"""Verify: a sound database passes; one changed value anywhere is found and named."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from nasty import START, Cli, nasty_lines

from simulator.proof.verify import verify

NOW = START + 60 * 86_400_000
TABLES = {
    "program_version": ("version", "from_seq", "name", "currency", "digits", "budget_minor", "text"),
    "person": ("id", "ref"),
    "event": (
        *(
            "seq",
            "received_at",
            "occurred_at",
            "type",
            "source",
            "id",
            "person",
            "code",
            "channel",
            "contact_ref",
        ),
        *(
            "contact_kind",
            "via",
            "referrer_kind",
            "segment",
            "community",
            "country",
            "device_ref",
            "reach",
            "eligible",
        ),
        *("amount_minor", "currency", "outcome", "new_customer", "reverses", "reason", "steering"),
    ),
    "quarantine": (
        "number",
        "received_at",
        "source",
        "id",
        "receipt",
        "field",
        "reason",
        "message",
        "sha256",
    ),
    "attribution": (
        "seq",
        "friend",
        "referrer",
        "code",
        "channel",
        "method",
        "touch_at",
        "attributed_at",
        "touch_seq",
        "generation",
    ),
    "decision": (
        *(
            "id",
            "seq",
            "milestone",
            "friend",
            "referrer",
            "outcome",
            "reason",
            "decided_at",
            "failed",
            "facts",
        ),
        "program_version",
    ),
    "reward": (
        *(
            "id",
            "decision",
            "seq",
            "reward",
            "role",
            "recipient",
            "community",
            "value_minor",
            "state",
            "due_at",
        ),
        "state_at",
    ),
    "audit": ("seq", "at", "kind", "person", "ref", "detail", "trigger", "program_version"),
    "block": ("chain", "number", "rows", "hash"),
    "total": ("metric", "count", "value"),
    "hour": ("hour", "metric", "count", "value"),
    "week": ("week", "metric", "count", "value"),
    "breakdown": ("metric", "part", "count", "value"),
    "breakdown_hour": ("hour", "metric", "part", "count", "value"),
    "breakdown_week": ("week", "metric", "part", "count", "value"),
    "lateness": ("type", "bucket", "count", "worst"),
    "lateness_day": ("day", "type", "bucket", "count", "worst"),
    "due": ("day", "reward", "count", "value"),
    "leader": (
        *("board", "place", "person", "community", "friends", "qualified", "issued_minor"),
        "generation",
    ),
}
KEYS = {"block": 2, "hour": 2, "week": 2, "breakdown": 2, "breakdown_hour": 3, "breakdown_week": 3} | {
    "lateness": 2,
    "lateness_day": 3,
    "due": 2,
    "leader": 2,
}  # columns of a key, where it is more than the first
CELLS = [(table, column) for table, columns in TABLES.items() for column in columns]


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small sound database, as bytes."""
    from nasty import PROGRAM  # noqa: PLC0415

    from referral_tui.cli.app import run  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("sound")
    hold, longer = 'hold = "1d"', 'hold = "90d"'  # so that something is pending at the end
    lines = b"".join(nasty_lines(5, 40))
    (folder / "p.toml").write_text(PROGRAM.replace(hold, longer))
    (folder / "a.jsonl").write_bytes(
        lines.replace(*(json.dumps(text)[1:-1].encode() for text in (hold, longer)))
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
    ran = cli("verify", "--db", db, "--json")
    assert ran.json["verified"] is True
    assert ran.json["difference"] is None
    assert set(ran.json["chain"]) == {"audit", "event", "person", "quarantine"}


def test_every_column_of_every_table_is_tried(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        for table, columns in TABLES.items():
            assert tuple(row[1] for row in connection.execute(f"PRAGMA table_info({table})")) == columns


@pytest.mark.parametrize(("table", "column"), CELLS, ids=[".".join(cell) for cell in CELLS])
def test_one_changed_value_is_found(db: Path, table: str, column: str) -> None:
    luck = random.Random(f"{table}.{column}")
    key = ", ".join(TABLES[table][: KEYS.get(table, 1)])
    with closing(sqlite3.connect(db)) as connection:
        rows = connection.execute(
            f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL"
        ).fetchall()
        if not rows:
            rows = connection.execute(f"SELECT {key}, {column} FROM {table}").fetchall()
        row = luck.choice(rows)
        connection.execute(
            f"UPDATE {table} SET {column} = ? WHERE ({key}) = ({', '.join('?' * (len(row) - 1))})",
            (_changed(row[-1], luck, column in key.split(", ")), *row[:-1]),
        )
        connection.commit()
    found = verify(db).difference
    assert found is not None
    assert table.split("_", maxsplit=1)[0] in found or table in ("total", "hour", "week", "block")


def _changed(value: object, luck: random.Random, is_key: bool) -> object:
    """The value with one byte or bit of it changed; a key becomes one that no other row of this database has."""
    if value is None:
        return "x"
    if isinstance(value, int):
        return value ^ 1 << (luck.randrange(20, 40) if is_key else luck.randrange(20))
    text = str(value)
    place = luck.randrange(len(text))
    return text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1 :]


@pytest.mark.parametrize(
    "table",
    [
        *("event", "quarantine", "attribution", "decision", "reward", "audit", "person", "hour", "week"),
        *("breakdown", "breakdown_hour", "breakdown_week", "lateness", "lateness_day", "leader"),
    ],
)
def test_a_row_taken_out_is_found(db: Path, table: str) -> None:
    with closing(sqlite3.connect(db)) as connection:
        key = TABLES[table][0]
        (middle,) = connection.execute(f"SELECT {key} FROM {table} LIMIT 1 OFFSET 3").fetchone()
        connection.execute(f"DELETE FROM {table} WHERE {key} = ?", (middle,))
        connection.commit()
    assert verify(db).difference is not None


def test_a_row_put_in_is_found_and_named(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute(
            "INSERT INTO reward SELECT 999999, decision, seq, reward, role, recipient, community, "
            "value_minor, state, due_at, state_at FROM reward WHERE id = 1"
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
    if column not in TABLES[table]:
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
