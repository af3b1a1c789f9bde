"""The local copy of a program's log: an ordinary SQLite database that follows what is in Postgres.

All reading is done on the copy, so that there is one SQL dialect, and what is read is the same, to the byte. The
engine's own copy is written with each batch; others fetch the rows of the transactions that they don't have yet.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID, uuid4

from db.postgres.address import PostgresAddress
from db.postgres.connection import connect, translated
from db.postgres.ddl import BATCH, DELETED, WITH_NUL, Table, quoted, tables, unescaped
from db.schema import ddl as schema
from db.sqlite.connection import Connection
from db.sqlite.lock import WriterLock
from db.sqlite.readonly import (
    SCHEMA_VERSION,
    LockedDatabaseError,
    MissingDatabaseError,
    SchemaError,
    in_words,
    open_readonly,
)
from simulator.domain.errors import DatabaseError

if TYPE_CHECKING:
    from db.postgres.connection import Server

BATCH_SETTING: Final = "postgres_batch"
"""The setting that holds the number of the newest transaction in a copy; it is written with it."""
_FETCHED: Final = 5_000  # rows at once
_PATIENCE_S: Final = 30.0  # for the process that holds the copy to write what is in Postgres already
_FOLLOWED_EACH_S: Final = 1.0
_LOOKS_S: Final = 0.005


class Standing(NamedTuple):
    """What is in Postgres: which program, its schema, and its newest transaction; 0 if there is nothing yet."""

    program_id: UUID
    schema_version: int
    batch: int


def standing(server: Server, address: PostgresAddress) -> Standing | None:
    """Return the state of a program's log, or None if there is none.

    Raises:
        SchemaError: it has another schema.

    """
    if server.execute("SELECT to_regclass('referral.program')").fetchone() == (None,):
        return None
    row = server.execute(
        "SELECT id, schema_version, batch FROM referral.program WHERE name = %s", (address.program,)
    ).fetchone()
    if row is None or row[2] == 0:
        return None
    found = Standing(*row)
    if found.schema_version != SCHEMA_VERSION:
        raise SchemaError(
            f"{address}: of schema {found.schema_version}, this version of referral-tui works with schema "
            f"{SCHEMA_VERSION}; use the version that made it, or export its events with that one and `ingest --replay` "
            "them into a new database"
        )
    return found


def copy_path(folder: Path, address: PostgresAddress, program_id: UUID) -> Path:
    """Return the path of a program's local copy, which is distinct for each server."""
    return folder / f"{address.program}-{program_id}.db"


class Follower:
    """Brings a program's copy in a folder up to date with Postgres whenever it is asked to; `path` is the copy.

    One thread at a time uses it.
    """

    def __init__(self, address: PostgresAddress, folder: Path) -> None:
        """Connect, and bring the copy up to date.

        Raises:
            MissingDatabaseError: there is no such program in Postgres.
            LockedDatabaseError: another process holds the copy and does not update it.
            DatabaseError: the server or the copy can't be read, or the copy can't be written.

        """
        self._address, self._folder = address, folder
        self._server: Server | None = None
        self.path = folder
        self.bring_up()

    def bring_up(self) -> None:
        """Bring the copy up to date; raises as the constructor does, and reconnects after an error."""
        try:
            if self._server is None:
                self._server = connect(self._address)
            with translated(self._address):
                found = standing(self._server, self._address)
                if found is None:
                    raise MissingDatabaseError(
                        f"{self._address}: no log of a program named {self._address.program!r}; "
                        "`referral-tui ingest --program FILE --db …` makes one"
                    )
                self.path = copy_path(self._folder, self._address, found.program_id)
                _bring_up(self._server, self._address, self.path, found.batch)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        server, self._server = self._server, None
        if server is not None:
            server.close()


def follow(address: PostgresAddress, folder: Path) -> Path:
    """Bring the copy in `folder` up to date with Postgres, and return its path; raises as `Follower`."""
    with closing(Follower(address, folder)) as follower:
        return follower.path


def keep_following(address: PostgresAddress, folder: Path, over: Event) -> None:
    """Update the copy every second until `over` is set; while the server is unavailable, keep trying."""
    while not over.is_set():
        with suppress(DatabaseError), closing(Follower(address, folder)) as follower:
            while not over.wait(_FOLLOWED_EACH_S):
                follower.bring_up()
        over.wait(_FOLLOWED_EACH_S)


def fetch(address: PostgresAddress, folder: Path) -> Path:
    """Fetch everything that is in Postgres into a new copy in `folder`, and return its path; raises as `follow`."""
    return follow(address, folder / str(uuid4()))


def _bring_up(server: Server, address: PostgresAddress, path: Path, batch: int) -> None:
    """Update a copy to at least the transaction `batch`, or wait until the process that holds it has done so."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    until = monotonic() + _PATIENCE_S
    while (there := batch_of(path)) < batch or (there > batch and _is_ahead(server, address, there)):
        try:
            lock = WriterLock(path)
        except LockedDatabaseError:
            if monotonic() > until:
                raise
            sleep(_LOOKS_S)
            continue
        try:
            bring_up(server, address, path)
        finally:
            lock.release()


def _is_ahead(server: Server, address: PostgresAddress, batch: int) -> bool:
    """Return whether a transaction is missing in Postgres, because it was restored from a backup."""
    found = standing(server, address)
    return found is not None and batch > found.batch


def batch_of(path: Path) -> int:
    """Return the number of the newest transaction in a copy; 0 if there is none yet."""
    if not path.exists() or not path.stat().st_size:
        return 0
    with closing(open_readonly(path, timeout_s=5)) as db:
        row = db.execute("SELECT value FROM setting WHERE name = ?", (BATCH_SETTING,)).fetchone()
    return int(row[0]) if row is not None else 0


def bring_up(server: Server, address: PostgresAddress, path: Path) -> None:
    """Fetch what a copy is missing; the caller holds its lock. Raises DatabaseError.

    An existing copy is written through Python's own SQLite, which readers in the same process also use. A copy that is
    ahead, since Postgres was restored from a backup, is rebuilt.
    """
    after = batch_of(path)
    if _is_ahead(server, address, after):
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        after = 0
    try:
        connection = (
            sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None) if after else schema.make(path)
        )
        with closing(connection):
            if after:
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute("BEGIN IMMEDIATE")
            with server.transaction():
                server.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                _fetch(server, address, connection, after)
            connection.execute("COMMIT")
            for statement in schema.definitions(tables=False):
                connection.execute(statement)
    except sqlite3.Error as error:
        raise in_words(error, path) from error


def _fetch(
    server: Server, address: PostgresAddress, connection: Connection | sqlite3.Connection, after: int
) -> None:
    """Write the rows of the transactions after `after` into a copy, inside transactions on both sides."""
    known = tables()
    if after:
        gone = f"SELECT name, key FROM {address.schema}.{DELETED} WHERE {BATCH} > %s"
        for name, key in server.execute(gone, (after,)):
            where = " AND ".join(f'"{column}" = ?' for column in known[name].key)
            connection.execute(f"DELETE FROM {name} WHERE {where}", key)
    for table in known.values():
        marks = ", ".join("?" * len(table.columns))
        into = f"INSERT OR REPLACE INTO {table.name} ({quoted(table.columns)}) VALUES ({marks})"
        for rows in _rows(server, address, table, after):
            connection.executemany(into, rows)


def _rows(
    server: Server, address: PostgresAddress, table: Table, after: int
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows that were written after a transaction, ordered by key, in chunks."""
    wanted = (
        f"SELECT {quoted(table.columns)} FROM {address.schema}.{table.name} WHERE {BATCH} > %s "
        f"ORDER BY {quoted(table.key)}"
    )
    with server.cursor(f"follow_{table.name}", binary=True) as cursor:
        cursor.itersize = _FETCHED
        cursor.execute(wanted, (after,))
        while rows := cursor.fetchmany(_FETCHED):
            yield [tuple(map(unescaped, row)) for row in rows] if table.name in WITH_NUL else rows
