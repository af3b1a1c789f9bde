"""Read a database in the same process that writes it.

Two copies of SQLite in one process must not open the same file (`db.sqlite.connection` says why), so a reader in the
writer's process reads through the writer's copy. Functions of `db.read` accept such a connection like any other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import cast

from db.sqlite.connection import Connection
from db.sqlite.readonly import Database, in_words, translated


@contextmanager
def snapshot_beside_writer(path: Path) -> Iterator[Database]:
    """Open the database at `path` for reading it as it stands now, whatever this process writes meanwhile.

    Raises:
        DatabaseError: it can't be opened; also if reading fails later.

    """
    try:
        connection = Connection(path)
    except sqlite3.Error as error:
        raise in_words(error, path) from error
    with closing(connection), translated(path):
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        yield cast("Database", connection)
