"""The bare write: rows that are ready as Python tuples, into SQLite, as fast as its Python module takes them.

This is the yardstick of the other figures. Nothing is left out that a table needs and nothing added: the same
tables with their primary keys, the same settings of SQLite, the same quick module (`db.writing`), one transaction for
20,000 rows; no secondary index, no chain, no rollup, no rows made from columns.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from db.rows import Row, insert
from db.schema import columns, connect, definitions, tune

TRANSACTION = 20_000

Table = tuple[list[str], list[list[Row]]]
"""A table's columns and its rows, a list for each transaction."""


def read_rows(path: Path, table: str) -> Table:
    """All rows of one table of a database, as Python tuples."""
    with sqlite3.connect(path) as connection:
        names = columns(connection, table)
        found = connection.execute(f"SELECT * FROM {table}").fetchall()
    return names, [found[start : start + TRANSACTION] for start in range(0, len(found), TRANSACTION)]


def write_seconds(path: Path, tables: dict[str, Table]) -> float:
    """Write prepared rows into a new database at `path`; gives the seconds it took."""
    connection = connect(path)
    tune(connection)
    for statement in definitions(tables=True):
        connection.execute(statement)
    started = time.perf_counter()
    for table, (names, transactions) in tables.items():
        for rows in transactions:
            connection.execute("BEGIN")
            insert(connection, table, names, rows)
            connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    return seconds
