"""Commit what a batch changed in the local copy to Postgres first, under the lease.

If that fails, the copy keeps nothing either. If a process dies between the two commits, its copy is behind, and fetches
the rest when it is opened again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from db.postgres.address import PostgresAddress
from db.postgres.connection import connect, translated
from db.postgres.copy import BATCH_SETTING, batch_of, bring_up, copy_path, standing
from db.postgres.ddl import (
    WITH_NUL,
    make_tables,
    set_up,
    tables,
)
from db.postgres.lease import LEASE_S, Lease
from db.postgres.pushing import push
from db.sqlite.changes import Changes, Recording
from db.sqlite.connection import Connection
from db.sqlite.lock import WriterLock
from simulator.domain.errors import DatabaseError

if TYPE_CHECKING:
    from db.postgres.connection import Server

_COUNT: Final = (
    "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)

_COUNTED: Final = "SELECT value FROM setting WHERE name = ?"


class PostgresUpstream:
    """A program's log in Postgres, whose engine this process is from `take` until `close`.

    `path` is the local copy, `begun` whether a log exists already.
    """

    def __init__(self, address: PostgresAddress, server: Server, lease: Lease, folder: Path) -> None:
        self.address = address
        self._server, self._lease = server, lease
        self._keys = {table.name: table.key for table in tables().values()}
        with translated(address):
            found = standing(server, address)
        self.begun = found is not None
        self._batch = found.batch if found is not None else 0
        self.path = copy_path(folder, address, lease.program_id)

    @classmethod
    def take(cls, address: PostgresAddress, folder: Path, lease_s: float = LEASE_S) -> PostgresUpstream:
        """Take the lease of a program, and bring its copy in `folder` up to date.

        Raises:
            LockedDatabaseError: another engine holds the lease.
            DatabaseError: the server can't be reached, or the log has another schema.

        """
        server = connect(address)
        try:
            with translated(address):
                standing(server, address)  # one of another schema is refused before anything is written
                set_up(server)
            lease = Lease.take(server, address, lease_s)
            try:
                found = cls(address, server, lease, folder)
                found._bring_up()
            except BaseException:
                lease.release()
                raise
        except BaseException:
            server.close()
            raise
        return found

    def _bring_up(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = WriterLock(self.path)
        try:
            if not self.begun:  # what an attempt to make it has left
                self.path.unlink(missing_ok=True)
            elif batch_of(self.path) != self._batch:
                bring_up(self._server, self.address, self.path)
        finally:
            lock.release()

    @contextmanager
    def committing(self, connection: Connection, added: Mapping[str, pl.DataFrame]) -> Iterator[None]:
        """Commit in Postgres what the context changes on a connection, if it ends without an error.

        The caller's transaction is open, and is committed after it. `added` are the rows that are added to some tables,
        which change in no other way: columns go to Postgres in a fraction of the time of recorded rows.

        Raises:
            FencedOffError: another engine has taken the lease; nothing was written.
            DatabaseError: Postgres failed.

        """
        if connection.execute(_COUNTED, (BATCH_SETTING,)).fetchall() != [(str(self._batch),)]:
            raise DatabaseError(
                f"{self.address}: the last batch is stored there, and could not be written into {self.path}; repeat "
                "the command: it fetches what is missing"
            )
        frames = {name: frame for name, frame in added.items() if name not in WITH_NUL}
        recording = Recording(
            connection, {name: key for name, key in self._keys.items() if name not in frames}
        )
        try:
            yield
            batch = self._batch + 1
            connection.execute(_COUNT, (BATCH_SETTING, str(batch)))
            changes = recording.changes()
        finally:
            recording.close()
        self._commit(batch, changes, frames)

    def create(self, connection: Connection) -> None:
        """Create the tables in Postgres and commit the rows that are in a new database; its transaction is open.

        Raises:
            FencedOffError: another engine has taken the lease; nothing was written.
            DatabaseError: Postgres failed.

        """
        connection.execute(_COUNT, (BATCH_SETTING, "1"))
        rows = {name: Changes(connection.execute(f"SELECT * FROM {name}").fetchall()) for name in self._keys}
        self._commit(1, rows, {}, new=True)

    def _commit(
        self,
        batch: int,
        changes: Mapping[str, Changes],
        added: Mapping[str, pl.DataFrame],
        *,
        new: bool = False,
    ) -> None:
        with translated(self.address), self._server.transaction():
            self._lease.fence(self._server, batch)
            if new:
                make_tables(self._server, self.address)
            push(self._server, self.address.schema, batch, changes, added)
        self._batch, self.begun = batch, True

    def make_anew(self) -> None:
        """Rewrite the program's tables, since Postgres keeps old versions of rows until then.

        Raises:
            DatabaseError: Postgres failed.

        """
        with translated(self.address):
            names = [f"{self.address.schema}.{name}" for name in self._keys]
            self._server.execute(f"VACUUM (FULL) {', '.join(names)}")

    def close(self) -> None:
        """Release the lease and close the connection."""
        self._lease.release()
        self._server.close()
