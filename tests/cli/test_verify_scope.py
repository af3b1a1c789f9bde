"""What verify proves and what it says it can't: every column of every table, in ordinary databases and shards."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import SQLModel

import db.schema.models  # noqa: F401 - fills the metadata
from db.schema.blocks import PERSONAL
from simulator.domain.errors import DatabaseError
from simulator.load import shards as sharding
from simulator.proof import verify as verifying
from simulator.proof.scope import OF_SHARDS, PROVEN, UNPROVEN
from simulator.proof.verify import Verdict, verify
from tests.cli.merged import write_merged
from tests.cli.nasty import PROGRAM, Cli, texts_of

TABLES = {table.name: table for table in SQLModel.metadata.sorted_tables}
ROW_NUMBERS = ("id", "seq", "version", "number")
CELLS = [(name, column.name) for name, table in TABLES.items() for column in table.columns]
UNPROVEN_NAMES = {one.table for one in UNPROVEN}
MEASURED = [cell for cell in CELLS if cell[0] in UNPROVEN_NAMES]
CHANGED = [
    *((table, (column,)) for table, column in CELLS if table not in UNPROVEN_NAMES),
    *((table, tuple(TABLES[table].columns.keys())) for table in sorted(UNPROVEN_NAMES)),
]
"""What is changed in a database before it is verified: a value that is proven, or one of each column that is not."""


def _kind(table: str, columns: tuple[str, ...]) -> tuple[object, ...]:
    """Return what decides how a column is compared: its table, whether it is of the key, and how it is hashed."""
    column = TABLES[table].columns[columns[0]]
    hashed = (str(column.type), column.name in PERSONAL[table]) if table in PERSONAL else ()
    return table, column.primary_key, hashed


ONE_OF_EACH_KIND = list({_kind(*one): one for one in reversed(CHANGED)}.values())
"""Of each table the first column of each kind, such as a number of its key, or a text that is hashed with a salt."""
VERIFIED: dict[str, Verdict] = {}
"""The verdicts on shards, by the SHA-256 of their files."""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A simulation with faults, lists, commands, measurements and erasures; and a database of two shards."""
    from referral_tui.cli.app import run

    folder = tmp_path_factory.mktemp("made")
    simulated = [
        "simulate",
        "--preset",
        "telecom",
        "--referrers",
        "60",
        "--days",
        "45",
        "--faults",
        "hostile",
    ]
    assert run([*simulated, "--db", str(folder / "one.db")]) == 0
    sharded = ["load", "--shards", "2", "--workers", "1", "--events", "500", "--referrers", "150"]
    with pytest.MonkeyPatch.context() as patch:  # a worker that is a thread does the same, and starts at once
        patch.setattr(sharding, "_executor", lambda _shards: lambda: ThreadPoolExecutor(1))
        assert run([*sharded, "--db", str(folder / "market.db")]) in (0, None)
    (folder / "program.toml").write_text(PROGRAM)
    ingested = ["ingest", str(write_merged(folder)), "--program", str(folder / "program.toml"), "--replay"]
    assert run([*ingested, "--db", str(folder / "merged.db")]) == 0
    with closing(sqlite3.connect(folder / "one.db")) as connection:
        connection.execute("INSERT INTO command VALUES (1, 'pause', '{}', 1, 1, 1, NULL)")
        connection.commit()
        members = connection.execute(
            "SELECT DISTINCT ref FROM event JOIN person ON person.id = person WHERE community IS NOT NULL "
            "AND person IN (SELECT referrer FROM attribution)"
        ).fetchall()
    erased = ["erase", *(ref for (ref,) in members), "--by", "dpo-1", "--basis", "asked"]
    assert run([*erased, "--db", str(folder / "one.db")]) == 0
    return {path.name: path.read_bytes() for path in folder.glob("*.db")}


@pytest.fixture
def folder(tmp_path: Path, made: dict[str, bytes]) -> Path:
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.fixture
def sound_shards(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Verify each shard once in all tests: they stay as they were made, and are asked about with each database."""

    def verify_part(path: Path, progress: Callable[[int, int], None] | None = None) -> Verdict:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest not in VERIFIED:
            VERIFIED[digest] = verify(path, progress)
        return VERIFIED[digest]

    monkeypatch.setattr(verifying, "verify", verify_part)


def tampered(path: Path, *statements: str) -> str | None:
    """The first difference after these statements."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    try:
        return verify(path).difference
    except DatabaseError as error:  # it is not even opened
        return str(error)


def test_it_is_decided_of_every_table_whether_it_is_proven() -> None:
    """A new table must be put in one of the lists, with the columns of its key."""
    for listed in ((*PROVEN, *UNPROVEN), (*PROVEN, *OF_SHARDS, *(set(UNPROVEN) - set(OF_SHARDS)))):
        keys = {one.table: one.key for one in listed}
        assert len(keys) == len(listed)
        assert keys == {name: len(table.primary_key.columns) for name, table in TABLES.items()}


def test_sound_databases_pass_and_list_what_is_not_proven(cli: Cli, folder: Path) -> None:
    ran = cli("verify", "--db", folder / "one.db")
    assert (ran.status, ran.err) == (0, "")
    said = [line for line in ran.out.splitlines() if line.startswith("not proven: ")]
    assert [line.split()[2] for line in said] == [one.table for one in UNPROVEN]
    assert "not proven: meter (measured)" in said
    assert [
        line.split()[0] for line in cli("verify", "--db", folder / "one.db", "--json").json["not_proven"]
    ] == [one.table for one in UNPROVEN]
    ran = cli("verify", "--db", folder / "market.db", "--json")
    assert ran.status == 0, ran.json["difference"]
    assert [line.split()[0] for line in ran.json["not_proven"]][:2] == [one.table for one in OF_SHARDS]


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        pytest.param(
            *one,
            id=f"{one[0]}.{'-'.join(one[1])}"[:40],
            marks=[] if one in ONE_OF_EACH_KIND else pytest.mark.long,
        )
        for one in CHANGED
    ],
)
def test_a_changed_value_is_found_or_its_table_said_not_to_be_proven(
    folder: Path, table: str, columns: tuple[str, ...]
) -> None:
    path = folder / ("merged.db" if table == "merge" else "one.db")
    key = ", ".join(one.name for one in TABLES[table].primary_key.columns)
    with closing(sqlite3.connect(path)) as connection:
        for column in columns:
            ordered = f"SELECT {key}, {column} FROM {table} ORDER BY {column} IS NULL"
            rows = connection.execute(ordered).fetchall()
            assert rows, "the database has no row of this table: the test would prove nothing"
            row = random.Random(f"{table}.{column}").choice(rows[: max(1, len(rows) // 2)])
            connection.execute(
                f"UPDATE {table} SET {column} = ? WHERE ({key}) = ({', '.join('?' * (len(row) - 1))})",
                (_changed(row[-1]), *row[:-1]),
            )
        connection.commit()
    try:
        verdict = verify(path)
    except DatabaseError:  # it is not even opened
        return
    said = {line.split()[0] for line in verdict.unproven}
    assert verdict.difference is not None or table in said
    assert said <= UNPROVEN_NAMES


@pytest.mark.parametrize(("table", "column"), MEASURED, ids=[".".join(cell) for cell in MEASURED])
def test_a_blob_in_a_number_or_a_text_is_found_even_where_nothing_is_proven(
    folder: Path, table: str, column: str
) -> None:
    if column in ROW_NUMBERS and TABLES[table].columns[column].primary_key and table != "block":
        pytest.skip("SQLite itself refuses anything but a number as a row's number")
    found = tampered(
        folder / "one.db",
        f"UPDATE {table} SET {column} = x'ff00' WHERE {column} = (SELECT {column} FROM {table} LIMIT 1)"
        if not _all_null(folder / "one.db", table, column)
        else f"UPDATE {table} SET {column} = x'ff00'",
    )
    assert found is not None


def _all_null(path: Path, table: str, column: str) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        first = connection.execute(f"SELECT {column} FROM {table} LIMIT 1").fetchone()
    return first is None or first[0] is None


@pytest.mark.usefixtures("sound_shards")
@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_forged_row_in_a_merged_database_is_found(folder: Path, table: str) -> None:
    """Rows that no shard has: an event, a decision, a reward, an order."""
    columns = TABLES[table].columns
    texts = texts_of(table)
    values = ", ".join("'forged'" if column in texts else "77" for column in columns)
    found = tampered(folder / "market.db", f"INSERT OR REPLACE INTO {table} VALUES ({values})")
    assert found is not None or table in {one.table for one in OF_SHARDS}
    if found is not None:
        assert table in found


@pytest.mark.usefixtures("sound_shards")
@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("total", "count = count + 1"),
        ("hour", "value = value + 1"),
        ("lateness", "worst = worst + 1"),
        ("lateness_day", "worst = worst + 1"),
        ("leader", "generation = 9"),
        ("person", "ref = 'x' || ref"),
        ("clock", "ends_at = ends_at + 1"),
        ("program_version", "budget_minor = budget_minor + 1"),
        ("program_version", "text = replace(text, 'Northwind', 'Southwind')"),
        ("program_version", "name = 'Southwind'"),
        ("setting", "value = '3' WHERE name = 'schema'"),
        ("setting", "value = 'simulate' WHERE name = 'kind'"),
    ],
)
def test_a_changed_row_of_a_merged_database_is_found(folder: Path, table: str, change: str) -> None:
    assert tampered(folder / "market.db", f"UPDATE {table} SET {change}") is not None


@pytest.mark.parametrize("name", ["one.db", "market.db", "market-1.db"])
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM reward; END",
            "trigger t: not one of those",
        ),
        ("CREATE VIEW v AS SELECT * FROM reward", "view v: not one of those"),
        ("CREATE INDEX i ON reward (value_minor)", "index i: not one of those"),
        ("CREATE TABLE extra (a)", "table extra: not one of those"),
        ("DROP INDEX attribution_friend", "index attribution_friend: its definition"),
    ],
)
def test_a_trigger_a_view_an_index_or_a_table_too_many_is_found(
    folder: Path, name: str, statement: str, said: str
) -> None:
    found = tampered(folder / name, statement)
    assert found is not None
    assert said in found


@pytest.mark.parametrize("name", ["one.db", "market.db", "market-1.db"])
def test_a_database_that_was_analyzed_still_verifies(folder: Path, name: str) -> None:
    assert tampered(folder / name, "ANALYZE") is None


def test_a_shard_that_was_changed_is_named(folder: Path) -> None:
    tampered(folder / "market-2.db", "UPDATE reward SET value_minor = value_minor + 1 WHERE id = 1")
    found = verify(folder / "market.db").difference
    assert found is not None
    assert found.startswith("market-2.db: reward with id 1: value_minor is")


def test_a_database_disguised_as_one_of_shards_is_found(folder: Path) -> None:
    """Forged rewards, and a setting that sends `verify` to honest databases."""
    names = json.dumps(["market-1.db", "market-2.db"])
    for kind in ("", "UPDATE setting SET value = 'shards' WHERE name = 'kind'"):
        found = tampered(
            folder / "one.db",
            "UPDATE reward SET value_minor = 1000000",
            f"INSERT OR REPLACE INTO setting VALUES ('shards', '{names}')",
            *([kind] if kind else []),
        )
        assert found is not None


BAD_SHARDS = [
    *("7", "notjson", "[]", "{}", '["market.db"]', '["../market-1.db"]', '[""]', "[1]", "[" * 100_000),
    '["market-1.db", "market-1.db"]',
    '["/etc/passwd"]',
    json.dumps(["a\x00b"]),
]


def _commands(path: Path) -> Iterator[tuple[object, ...]]:
    yield ("verify", "--db", path)
    yield ("export", "events", "--db", path)


@pytest.mark.parametrize("value", BAD_SHARDS, ids=[value[:20] for value in BAD_SHARDS])
def test_a_setting_of_shards_that_names_none_is_one_line(cli: Cli, folder: Path, value: str) -> None:
    path = folder / "market.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE setting SET value = ? WHERE name = 'shards'", (value,))
        connection.commit()
    for arguments in _commands(path):
        ran = cli(*arguments)
        assert ran.status in (1, 2)
        assert ran.err.count("\n") == 1
        assert "its setting 'shards' is not a list of databases beside it" in ran.err


def test_shards_of_shards_and_shards_that_are_gone_are_one_line(cli: Cli, folder: Path) -> None:
    path = folder / "market.db"
    (folder / "other.db").symlink_to("market.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE setting SET value = '[\"other.db\"]' WHERE name = 'shards'")
        connection.commit()
    for arguments in _commands(path):
        ran = cli(*arguments)
        assert (ran.status in (1, 2), ran.err.count("\n")) == (True, 1)
        assert "names other.db, which is itself of shards" in ran.err
    (folder / "other.db").unlink()
    for arguments in _commands(path):
        ran = cli(*arguments)
        assert (ran.status, ran.err.count("\n")) == (2, 1)
        assert "other.db: no such database" in ran.err


def _changed(value: object) -> object:
    if isinstance(value, int | float):
        return value + 1_000_000
    return "x" if value is None else f"x{value}"
