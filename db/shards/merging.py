"""Merge the rollups of several databases of independent markets into one file, which the dashboard opens.

Events and rows stay in the shards, which the file's setting `shards` names; `export` and `verify` follow it to them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from db.schema import ddl as schema
from db.shards import leaders as merged_leaders
from db.sqlite.connection import Connection, Row
from db.sqlite.readonly import DamagedDatabaseError, in_words, open_readonly
from db.sqlite.transactions import write_transaction

SUMS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "total": (("metric",), ("count", "value")),
    "hour": (("hour", "metric"), ("count", "value")),
    "week": (("week", "metric"), ("count", "value")),
    "breakdown": (("metric", "part"), ("count", "value")),
    "breakdown_hour": (("hour", "metric", "part"), ("count", "value")),
    "breakdown_week": (("week", "metric", "part"), ("count", "value")),
    "lateness": (("type", "bucket"), ("count",)),
    "lateness_day": (("day", "type", "bucket"), ("count",)),
    "due": (("day", "reward", "expected"), ("count", "value")),
}
"""Rollup tables: their key columns, and the columns to add up. Of lateness, the worst is also kept."""

MOST: Final = 1000
"""The most databases that are merged into one."""


def merge(parts: Sequence[Path], into: Path, program_text: str, beat: Row | None) -> None:
    """Create the merged database of `parts` at `into`.

    `program_text` is the whole program; `beat` is a row of the table `meter` with the figures of all, or None.

    Raises:
        DatabaseError: a shard can't be read, or the file can't be created.

    """
    for part in parts:
        open_readonly(part).close()
    connection = schema.make(into)
    try:
        _fill(connection, parts, program_text, beat)
    except sqlite3.Error as error:
        connection.close()
        into.unlink(missing_ok=True)
        raise in_words(error, into) from error
    connection.close()


def parts_of(path: Path) -> list[Path]:
    """Return the shards of the merged database at `path`; empty if it is an ordinary database.

    Raises:
        DatabaseError: the database can't be read.
        DamagedDatabaseError: its setting `shards` names anything but ordinary databases beside it.

    """
    found = _setting(path)
    if found is None:
        return []
    parts = [path.with_name(name) for name in _names(path, found)]
    for part in parts:
        if part.exists() and _setting(part) is not None:
            raise DamagedDatabaseError(
                f"{path}: its setting 'shards' names {part.name}, which is itself of shards"
            )
    return parts


def _setting(path: Path) -> object:
    with closing(open_readonly(path)) as db:
        try:
            row = db.execute("SELECT value FROM setting WHERE name = 'shards'").fetchone()
        except sqlite3.Error as error:
            raise in_words(error, path) from error
    return None if row is None else row[0]


def _names(path: Path, text: object) -> list[str]:
    """Parse the setting `shards`: distinct names of files beside the database, and not its own."""
    try:
        names = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        names = None
    if (
        not isinstance(names, list)
        or not 1 <= len(names) <= MOST
        or not all(isinstance(name, str) and _is_beside(name) and name != path.name for name in names)
        or len(set(names)) < len(names)
    ):
        raise DamagedDatabaseError(
            f"{path}: its setting 'shards' is not a list of databases beside it, so nothing says where its rows are; "
            "a copy from before, or a new `load --shards`, replaces it"
        )
    return names


def _is_beside(name: str) -> bool:
    return name not in ("", ".", "..") and "\0" not in name and Path(name).name == name


def _fill(connection: Connection, parts: Sequence[Path], program_text: str, beat: Row | None) -> None:
    names = json.dumps([part.name for part in parts])
    connection.execute("INSERT INTO setting VALUES ('shards', ?)", (names,))
    connection.execute("INSERT INTO setting VALUES ('kind', 'shards')")
    if beat is not None:
        connection.execute(f"INSERT INTO meter VALUES ({', '.join('?' * len(beat))})", beat)
    connection.execute("COMMIT")
    for number, part in enumerate(parts):
        connection.execute("ATTACH ? AS part", (str(part),))
        with write_transaction(connection):
            for statement in _statements(first=number == 0):
                connection.execute(statement, (program_text,) if "?" in statement else ())
        connection.execute("DETACH part")
    people, leaders = merged_leaders.rows_of(merged_leaders.merge_boards(parts))
    with write_transaction(connection):
        connection.executemany("INSERT INTO person VALUES (?, ?)", people)
        connection.executemany("INSERT INTO leader VALUES (?, ?, ?, ?, ?, ?, ?, ?)", leaders)


def _statements(*, first: bool) -> Iterator[str]:
    """Yield the statements that add one shard to the merged file."""
    for table, (keys, sums) in SUMS.items():
        ways = [f"{name} = {name} + excluded.{name}" for name in sums]
        ways += ["worst = max(worst, excluded.worst)"] if table.startswith("lateness") else []
        yield (
            f"INSERT INTO main.{table} SELECT * FROM part.{table} WHERE TRUE "
            f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(ways)}"
        )
    if first:
        yield "INSERT INTO main.clock SELECT * FROM part.clock"
        yield "INSERT INTO main.program_version SELECT * FROM part.program_version WHERE version = 1"
        yield "UPDATE main.program_version SET text = ?"
    else:
        yield (
            "UPDATE main.clock SET sim_at = max(sim_at, (SELECT sim_at FROM part.clock)), "
            "ends_at = max(ends_at, (SELECT ends_at FROM part.clock))"
        )
        yield (
            "UPDATE main.program_version SET budget_minor = budget_minor + "
            "(SELECT budget_minor FROM part.program_version WHERE version = 1)"
        )
