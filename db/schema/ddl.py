"""Create and open the platform's database for its one writer: DDL from the models, identity, pragmas.

Everything is checked before anything is written; if the path is unusable, a one-line error says what would be right.
"""

from __future__ import annotations

import re
import sqlite3
from functools import cache
from pathlib import Path

from db.sqlite.connection import CHECKPOINT_PAGES, Connection
from db.sqlite.readonly import APPLICATION_ID, SCHEMA_VERSION, in_words, open_readonly
from simulator.domain.errors import DatabaseError

PAGE_BYTES = 8192  # 10 % more rows/s than 4096 on wide rows; larger pages gained nothing more
STATEMENTS = Path(__file__).with_name("tables.sql")
"""The statements that make a database; `db.schema.making` writes the file from the models."""


def make(path: Path) -> Connection:
    """Create a database file with all tables, and return a connection in an open transaction.

    Raises:
        DatabaseError: there is something at the path already, or its folder can't be written.

    """
    if path.name == ":memory:":
        raise DatabaseError(f"{path}: would keep nothing once the command has ended; name a file")
    if path.is_dir():
        raise DatabaseError(f"{path}: is a folder; name the database file inside it")
    if path.exists() and path.stat().st_size:
        raise DatabaseError(f"{path}: already exists; name another file, or remove this one first")
    if not path.parent.is_dir():
        raise DatabaseError(f"{path}: no folder {path.parent}; make it first, or name another file")
    connection = connect(path)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        tune(connection)
        connection.execute("BEGIN IMMEDIATE")
        for statement in definitions(tables=True):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("INSERT INTO setting VALUES ('schema', ?)", (str(SCHEMA_VERSION),))
    except sqlite3.Error as error:
        connection.close()
        raise in_words(error, path) from error
    return connection


def reopen(path: Path) -> Connection:
    """Open an existing database for writing, after checking that it is ours and of this schema.

    Raises:
        DatabaseError: it is missing, empty, damaged, of another schema or program, or can't be written.

    """
    open_readonly(path).close()
    connection = connect(path)
    try:
        tune(connection)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        connection.close()
        raise in_words(error, path) from error
    return connection


def connect(path: Path) -> Connection:
    """Open a connection for the writer's thread, with explicit transactions.

    Raises:
        DatabaseError: the file can't be opened or created.

    """
    try:
        return Connection(path)
    except UnicodeEncodeError:
        raise DatabaseError(
            f"{path}: the name is not UTF-8, as names of databases must be; rename it"
        ) from None
    except sqlite3.Error as error:
        raise in_words(error, path) from error


def tune(connection: Connection) -> None:
    """Switch to a write-ahead log, without an fsync at each commit.

    A killed process loses nothing that was committed, since the operating system has the log. A power cut may lose the
    last commits as a whole, and leaves the file consistent.
    """
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute("PRAGMA temp_store = MEMORY")
    # so that the old content of a changed row is not left in the file
    connection.execute("PRAGMA secure_delete = ON")


@cache
def definitions(*, tables: bool) -> tuple[str, ...]:
    """Return the CREATE statements of `tables.sql`.

    With `tables`, those of all tables and of the indexes that are kept from the start; without, those of all indexes.
    The statement does nothing for an index that exists. (Making them from the models would load SQLAlchemy, and take a
    third of a second, a quarter of what a new database takes.)
    """
    text = STATEMENTS.read_text(encoding="utf-8")
    ours, kept, later = (_statements(part) for part in re.split(r"^-- .*\n", text, flags=re.MULTILINE)[1:])
    return (*ours, *kept) if tables else (*kept, *later)


def _statements(part: str) -> list[str]:
    """Return the statements of a part of the file, with the spaces that databases have at the ends of lines."""
    found = (one.strip() for one in part.split(";\n"))
    return [one.replace(",\n", ", \n") for one in found if one]


def columns(connection: Connection | sqlite3.Connection, table: str) -> list[str]:
    """Return the names of a table's columns, in order."""
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
