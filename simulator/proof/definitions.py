"""Check a database's definitions against the schema (its tables and indexes, nothing else), and the types of values."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing

from db.schema.ddl import definitions
from simulator.proof.compare import Comparison, DifferenceError

_ALL = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT IN ({})"
_STATISTICS = (
    "sqlite_stat1",
    "sqlite_stat3",
    "sqlite_stat4",
)  # SQLite's own, made by ANALYZE; they hold no data
_STORED_AS = {"INTEGER": ("integer",), "BIGINT": ("integer",), "BOOLEAN": ("integer",)} | {
    "VARCHAR": ("text",),
    "FLOAT": ("real", "integer"),
}
"""The storage classes that values of a declared type may have in SQLite."""

Definition = tuple[str, str, str, str | None]


def check_definitions(stored: sqlite3.Connection) -> None:
    """Compare each table and index with the schema; an index that is only made at the end of a run may be missing.

    Raises:
        DifferenceError: the first that differs, is missing, or should not be there (a trigger, a view).

    """
    found = _definitions(stored)
    with closing(sqlite3.connect(":memory:")) as made:
        for statement in definitions(tables=True):
            made.execute(statement)
        needed = _definitions(made)
        for statement in definitions(tables=False):
            made.execute(statement)
        known = _definitions(made)
    for name in sorted(needed.keys() | found.keys()):
        kind = (found.get(name) or known[name])[0]
        if name not in known:
            raise DifferenceError(f"{kind} {name}: nothing that made this database makes one")
        if found.get(name) != known[name]:
            raise DifferenceError(
                f"{kind} {name}: its definition in the database is not the one it was made with"
            )


def _definitions(connection: sqlite3.Connection) -> dict[str, Definition]:
    marks = ", ".join("?" * len(_STATISTICS))
    return {row[1]: row for row in connection.execute(_ALL.format(marks), _STATISTICS)}


def check_kinds(stored: sqlite3.Connection, tables: Iterable[Comparison]) -> None:
    """Check that each value of these tables is of its column's type: a number, a text, or null where that is allowed.

    Raises:
        DifferenceError: the first value that is not, with its row and column.

    """
    for what in tables:
        columns = stored.execute(f"PRAGMA table_info({what.table})").fetchall()
        key = ", ".join(f'"{row[1]}"' for row in columns[: what.key])
        for _, name, declared, needed, _, _ in columns:
            kinds = (*_STORED_AS[declared], *(() if needed else ("null",)))
            marks = ", ".join("?" * len(kinds))
            row = stored.execute(
                f'SELECT typeof("{name}"), {key} FROM {what.table} WHERE typeof("{name}") NOT IN ({marks}) LIMIT 1',
                kinds,
            ).fetchone()
            if row is not None:
                raise DifferenceError(
                    f"{what.table} with {key.replace(chr(34), '')} {', '.join(map(str, row[1:]))}: {name} is "
                    f"{row[0]}, it should be {' or '.join(kinds)}"
                )
