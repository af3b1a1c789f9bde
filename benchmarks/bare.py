"""Measure the bare write: rows that are ready as Python tuples, into SQLite, and nothing else.

This is the yardstick for the other figures, in two variants: Python's own `sqlite3` with many rows per INSERT, and the
faster module that the project writes through (`db.sqlite.connection`). Both get the same tables with their primary
keys, the same SQLite settings, and 20,000 rows per transaction; no secondary index, no chain, no rollup, and no time
for making rows from columns.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

from db.schema.ddl import columns, connect, definitions, tune
from db.sqlite import rows as quick

TRANSACTION = 20_000
WIDE = 32  # rows to one INSERT; 8 to 128 take the same time within 5 %

Rows = list[tuple[Any, ...]]
Table = tuple[list[str], list[Rows]]
"""A table's columns and its rows, a list for each transaction."""
Write = Callable[[Path, dict[str, Table]], float]


def read_rows(path: Path, table: str) -> Table:
    """Return all rows of one table of a database, as Python tuples."""
    with sqlite3.connect(path) as connection:
        names = columns(connection, table)
        found = connection.execute(f"SELECT * FROM {table}").fetchall()
    return names, [found[start : start + TRANSACTION] for start in range(0, len(found), TRANSACTION)]


def quick_seconds(path: Path, tables: dict[str, Table]) -> float:
    """Write prepared rows into a new database through `db.sqlite.connection`; return the seconds it took."""
    _make(path)
    connection = connect(path)
    tune(connection)
    started = time.perf_counter()
    for table, (names, transactions) in tables.items():
        for rows in transactions:
            connection.execute("BEGIN")
            quick.insert(connection, table, names, rows)
            connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


def plain_seconds(path: Path, tables: dict[str, Table]) -> float:
    """Write prepared rows through Python's `sqlite3`, many per INSERT; return the seconds it took."""
    _make(path)
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
    started = time.perf_counter()
    for table, (names, transactions) in tables.items():
        one = f"({', '.join('?' * len(names))})"
        wide = f"INSERT INTO {table} VALUES {', '.join([one] * WIDE)}"
        for rows in transactions:
            connection.execute("BEGIN")
            whole = len(rows) - len(rows) % WIDE
            for start in range(0, whole, WIDE):
                connection.execute(wide, list(chain.from_iterable(rows[start : start + WIDE])))
            connection.executemany(f"INSERT INTO {table} VALUES {one}", rows[whole:])
            connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


def _make(path: Path) -> None:
    connection = connect(path)
    connection.execute("PRAGMA page_size = 8192")
    tune(connection)
    for statement in definitions(tables=True):
        connection.execute(statement)
    connection.close()
