"""Write a platform's database: each batch is one transaction, with its rollups, audit entries and chain blocks.

A batch is stored wholly or not at all; a killed process loses nothing that was committed.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import polars as pl

from db.read import log
from db.read.salts import SaltSource, stored_salts
from db.schema import ddl as schema
from db.schema.blocks import BLOCK_ROWS, CHAINS
from db.sqlite import rows
from db.sqlite.connection import Connection
from db.sqlite.lock import WriterLock
from db.sqlite.readonly import DamagedDatabaseError, LockedDatabaseError, Select, in_words, translated
from db.sqlite.rows import Row
from db.sqlite.transactions import write_transaction
from db.write import rollups
from db.write.chain import Chain, Sealed, genesis
from db.write.chain_columns import ChainColumns, chained_rows
from db.write.checkpoints import Checkpoints
from db.write.erasing import UPSERT_SALTS, Overwriting, overwrite
from db.write.salts import new_salts
from simulator.domain.errors import DatabaseError
from simulator.domain.stopwatch import OFF, Meter
from simulator.domain.write_set import WriteSet

_FRAMES = ("person", "event", "quarantine", "merge", "attribution", "decision", "reward", "audit")
_UPSERT_BLOCK = (
    "INSERT INTO block (chain, number, rows, hash, key) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (chain, number) DO UPDATE SET rows = excluded.rows, hash = excluded.hash"
)
_UPSERT_SETTING = (
    "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")

WAIT_FOR_READERS_MS = 5000  # until the write-ahead log can be emptied; a look of a dashboard takes less
BEATS_KEPT = 1800  # of the table `meter`: half an hour


class Upstream(Protocol):
    """Where everything that is written is committed first, so that others can follow it (`db.postgres`)."""

    def create(self, connection: Connection) -> None:
        """Commit what is in a new database, whose transaction is open. Raises DatabaseError."""

    def committing(
        self, connection: Connection, added: Mapping[str, pl.DataFrame]
    ) -> AbstractContextManager[None]:
        """Return a context that commits what it changes in the open transaction. Raises DatabaseError.

        `added` are the rows that are added to some tables, which change in no other way.
        """

    def make_anew(self) -> None:
        """Rewrite everything there, so that no trace remains of what was overwritten. Raises DatabaseError."""

    def close(self) -> None:
        """Release it."""


class Store:
    """An open database, made by `create` or `open`; no other process can write it until `close`."""

    def __init__(
        self, path: Path, connection: Connection, lock: WriterLock | None, upstream: Upstream | None = None
    ) -> None:
        self.path = path
        self._db = connection
        self._lock = lock
        self._upstream = upstream
        self._checkpoints: Checkpoints | None = None
        self.meter: Meter = OFF
        with translated(path):
            self._columns = {table: schema.columns(connection, table) for table in _FRAMES}
        self._chain_columns = {table: ChainColumns(table, self._columns[table]) for table in CHAINS}
        self._chains: dict[str, Chain] = {}

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        settings: Mapping[str, str],
        version: Row,
        clock: Mapping[str, int | float | str],
        scratch: bool = False,
        salts: SaltSource | None = None,
        upstream: Upstream | None = None,
    ) -> Store:
        """Create a database with its first program `version` (a row of `program_version`) in force.

        A `scratch` database is temporary: without a lock, and not safe against crashes. `salts` are those of another
        database, whose rows are derived again; by default they are new. With an `upstream`, the file is a copy of it.

        Raises:
            DatabaseError: there is something at the path already, or it can't be written.

        """
        lock = None if scratch else WriterLock(path)
        try:
            connection = schema.make(path)
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        store = cls(path, connection, lock, upstream)
        with store._closed_on_failure():
            store._insert_all("program_version", [version])
            store._db.execute(
                "INSERT INTO clock (id, status, sim_at, watermark, starts_at, ends_at, pace, heartbeat_at, pid) "
                "VALUES (1, 'running', 0, 0, 0, 0, 0, 0, ?)",
                (os.getpid(),),
            )
            store._set_clock(clock)
            store._db.executemany(_UPSERT_SETTING, sorted(settings.items()))
            if upstream is not None:
                upstream.create(connection)
            store._db.execute("COMMIT")
            if scratch:
                store._db.execute("PRAGMA journal_mode = OFF")
                store._db.execute("PRAGMA synchronous = OFF")
        source = new_salts(settings) if salts is None else salts
        text = str(version[-1])
        store._chains = {chain: Chain(chain, genesis(chain, text), source) for chain in CHAINS}
        return store

    @classmethod
    def open(cls, path: Path, upstream: Upstream | None = None) -> Store:
        """Open an existing database for writing; with an `upstream`, the file is a copy of it.

        Raises:
            DatabaseError: it is missing, damaged, of another schema, not one of ours, or in use by another writer.

        """
        schema.reopen(path).close()  # reports what is wrong with it before a lock file is created beside it
        lock = WriterLock(path)
        try:
            connection = schema.reopen(path)
        except BaseException:
            lock.release()
            raise
        store = cls(path, connection, lock, upstream)
        with store._closed_on_failure():
            text = store.versions()[0][-1]
            salts = new_salts(store.settings())
            store._chains = {chain: store._open_chain(chain, genesis(chain, text), salts) for chain in CHAINS}
        return store

    @contextmanager
    def _closed_on_failure(self) -> Iterator[None]:
        """Close the database if something in it fails; SQLite's errors are put in words."""
        try:
            yield
        except sqlite3.Error as error:
            self.close()
            raise in_words(error, self.path) from error
        except BaseException:
            self.close()
            raise

    # Writing

    def checkpoint_beside(self) -> None:
        """Make checkpoints on a thread of their own from now on, for those who wait for each commit.

        Raises:
            DatabaseError: the database can't be opened.

        """
        with translated(self.path):
            self._checkpoints = self._checkpoints or Checkpoints(self.path, self._db)

    def write(self, write_set: WriteSet) -> None:
        """Write a batch in one transaction.

        Raises:
            DatabaseError: nothing was written (a full disk, say).

        """
        self.meter.start()
        chained = chained_rows(write_set)
        with self._transaction(chained):
            self._write_all(write_set, chained)
            self.meter.record("rollup")
        self.meter.record("commit")

    def _write_all(self, write_set: WriteSet, chained: Mapping[str, pl.DataFrame]) -> None:
        self._write_rows(write_set, chained)
        self.meter.record("insert")
        rollups.write(self._db, write_set)
        self._set_clock(write_set.clock)
        if write_set.settings:
            self._db.executemany(_UPSERT_SETTING, sorted(write_set.settings.items()))

    @contextmanager
    def _transaction(self, added: Mapping[str, pl.DataFrame] | None = None) -> Iterator[None]:
        """Commit what is written inside the context, or nothing of it. Raises DatabaseError.

        `added` are the rows that are added to some tables, which change in no other way.
        """
        try:
            with (
                write_transaction(self._db),
                nullcontext() if self._upstream is None else self._upstream.committing(self._db, added or {}),
            ):
                yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
                raise DatabaseError(f"{self.path}: the disk is full; make room, then go on") from error
            raise in_words(error, self.path) from error

    def erase(self, seq: int, what: Overwriting, event: Callable[[str], WriteSet]) -> None:
        """Overwrite what is stored about a person, and write the event about it, in one transaction.

        `event` makes the erasure's event, which has the number `seq`, given the digest of what was done.

        Raises:
            DatabaseError: nothing was written.

        """
        try:
            with self._transaction():
                digest = overwrite(self._db, seq, what)
                for chain in self._chains.values():
                    chain.renew(stored_salts(self._query))
                written = event(digest)
                self._write_all(written, chained_rows(written))
        except (TypeError, ValueError) as error:
            raise DamagedDatabaseError(
                f"{self.path}: {error}; `referral-tui verify --db {self.path}` says where"
            ) from error

    def empty_log(self) -> None:
        """Bring everything from the write-ahead log into the file, and delete the log; nobody else may be reading.

        Raises:
            LockedDatabaseError: somebody has the database open.

        """
        self._db.execute(f"PRAGMA busy_timeout = {WAIT_FOR_READERS_MS}").fetchall()
        try:
            ((mode,),) = self._db.execute("PRAGMA journal_mode = DELETE").fetchall()
            self._db.execute("PRAGMA journal_mode = WAL").fetchall()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                raise in_words(error, self.path) from error
            mode = "wal"
        if mode == "wal":
            raise LockedDatabaseError(
                f"{self.path}: another process is reading it, and so keeps its log; close the dashboard, then retry"
            )

    def make_anew(self) -> None:
        """Rewrite the entire file, which takes a second for 100 MB.

        SQLite itself overwrites what is deleted (`secure_delete`), but a copy that it made in passing may be left in a
        free part of a page: only a rewritten file has none.
        """
        with translated(self.path):
            self._db.execute("VACUUM")
        if self._upstream is not None:
            self._upstream.make_anew()

    def index(self) -> None:
        """Create the indexes that don't exist yet; all at once at the end of a long run costs a quarter.

        Raises:
            DatabaseError: the indexes can't be written.

        """
        self.meter.start()
        try:
            for statement in schema.definitions(tables=False):
                self._db.execute(statement)
            self.meter.record("index")
        except sqlite3.Error as error:
            raise in_words(error, self.path) from error

    def _write_rows(self, write_set: WriteSet, chained: Mapping[str, pl.DataFrame]) -> None:
        for table in ("person", "event", "quarantine"):
            self._chained(table, chained[table])
        for table, frame in (
            ("merge", write_set.merges),
            ("attribution", write_set.attributions),
            ("decision", write_set.decisions),
            ("reward", write_set.rewards),
        ):
            if frame.height:
                for part in rows.slices(frame, self._columns[table]):
                    self.meter.record("rows")
                    rows.insert(self._db, table, self._columns[table], part)
                    self.meter.record("insert")
        if write_set.ended.height:
            self._db.executemany(
                "UPDATE attribution SET ended_at = ? WHERE seq = ?",
                write_set.ended.select("ended_at", "seq").rows(),
            )
        if write_set.settled.height:
            self._db.executemany(
                "UPDATE decision SET outcome = ?, reason = ?, decided_at = ? WHERE id = ?",
                write_set.settled.select("outcome", "reason", "decided_at", "id").rows(),
            )
        if write_set.changes.height:
            self._db.executemany(
                "UPDATE reward SET earned_minor = ?, value_minor = ?, kind = ?, state = ?, reason = ?, expected = ?, "
                "due_at = ?, state_at = ? WHERE id = ?",
                write_set.changes.select(
                    "earned_minor",
                    "value_minor",
                    "kind",
                    "state",
                    "reason",
                    "expected",
                    "due_at",
                    "state_at",
                    "id",
                ).rows(),
            )
        self._chained("audit", chained["audit"])
        self._insert_all("program_version", write_set.versions)
        self._insert_all("command", write_set.commands)
        self._insert_all("fault", write_set.faults)
        self._insert_all("reconciliation", write_set.reconciliations)
        if write_set.measurements:
            self._insert_all("meter", write_set.measurements)
            self._db.execute(
                "DELETE FROM meter WHERE number <= ?", (write_set.measurements[-1][0] - BEATS_KEPT,)
            )

    def _chained(self, table: str, frame: pl.DataFrame) -> None:
        sealed: dict[int, Sealed] = {}
        split = self._chain_columns[table]
        for part, plain, cells in rows.slices_apart(
            frame, self._columns[table], split.plain_names, split.cell_names
        ):
            self.meter.record("rows")
            rows.insert(self._db, table, self._columns[table], part)
            self.meter.record("insert")
            sealed |= {one.number: one for one in self._chains[table].extend(plain, cells)}
            self.meter.record("chain")
        blocks = [(table, one.number, one.rows, one.hash, one.key) for one in sealed.values()]
        self._db.executemany(_UPSERT_BLOCK, blocks)
        opened = [(table, one.number, one.salts) for one in sealed.values() if one.salts is not None]
        self._db.executemany(UPSERT_SALTS, opened)

    def _set_clock(self, values: Mapping[str, int | float | str]) -> None:
        if values:
            names = ", ".join(f"{name} = ?" for name in values)
            self._db.execute(f"UPDATE clock SET {names} WHERE id = 1", list(values.values()))

    def _insert_all(self, table: str, lines: Sequence[Row]) -> None:
        if lines:
            # of these tables, only faults and reconciliations are written again with an existing key
            self._db.executemany(
                f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(lines[0]))})", lines
            )

    # Reading back

    def events(self, after_seq: int = 0, rows: int = 100_000) -> Iterator[pl.DataFrame]:
        """Yield the log after `after_seq`, in frames of at most `rows` rows with the columns of `db.read.log.SCHEMA`.

        Raises:
            DatabaseError: a row can't be read; says which one.

        """
        try:
            yield from log.read(self._db, after_seq, rows)
        except sqlite3.Error as error:
            raise in_words(error, self.path) from error

    def events_at(self, seqs: Sequence[int]) -> pl.DataFrame:
        """Return the events with these numbers, in the order given; columns of `db.read.log.SCHEMA`."""
        try:
            return log.at(self._db, seqs)
        except sqlite3.Error as error:
            raise in_words(error, self.path) from error

    def settings(self) -> dict[str, str]:
        """Return all settings by name."""
        return dict(self._query("SELECT name, value FROM setting ORDER BY name"))

    def clock(self) -> dict[str, Any]:
        """Return the clock's row by column."""
        with translated(self.path):
            names = schema.columns(self._db, "clock")
        (row,) = self._query("SELECT * FROM clock WHERE id = 1")
        return dict(zip(names, row, strict=True))

    def versions(self) -> list[Row]:
        """Return the rows of the program's versions, in order; the last column is the text.

        Raises:
            DamagedDatabaseError: there are none.

        """
        found = self._query("SELECT * FROM program_version ORDER BY version")
        if not found:
            raise DamagedDatabaseError(f"{self.path}: no program in it; the database is damaged")
        return found

    def read(
        self,
        query: Callable[Concatenate[Select, _Given], _Found],
        *given: _Given.args,
        **named: _Given.kwargs,
    ) -> _Found:
        """Return what a function of `db.read` reads when called with the open database and the given arguments.

        Raises:
            DatabaseError: the database can't be read.

        """
        return query(self._query, *given, **named)

    def _query(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of a SELECT.

        Raises:
            DatabaseError: the database can't be read.

        """
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise in_words(error, self.path) from error

    def _open_chain(self, name: str, first: bytes, salts: SaltSource) -> Chain:
        """Restore the open end of a chain, by reading the rows of its last block again if it is not full.

        `salts` are for the blocks after that one.
        """
        last = self._query(
            "SELECT number, rows, hash FROM block WHERE chain = ? ORDER BY number DESC LIMIT 1", (name,)
        )
        if not last:
            return Chain(name, first, salts)
        number, count, digest = last[0]
        try:
            if count == BLOCK_ROWS:
                return Chain(name, bytes.fromhex(digest), salts, number + 1)
            before = self._query("SELECT hash FROM block WHERE chain = ? AND number = ?", (name, number - 1))
            current = stored_salts(self._query)(name, number)
            chain = Chain(name, bytes.fromhex(before[0][0]) if before else first, salts, number, current)
            found = self._query(f"SELECT * FROM {name} ORDER BY {CHAINS[name]} DESC LIMIT ?", (count,))[::-1]
            split = self._chain_columns[name]
            again = [one.hash for one in chain.extend(split.plain(found), split.filled_cells(found))]
        except (TypeError, ValueError) as error:
            raise DamagedDatabaseError(_broken(self.path, name, number)) from error
        if again != [digest]:
            raise DamagedDatabaseError(_broken(self.path, name, number))
        return chain

    def close(self) -> None:
        """Close the database and release its lock; closing twice is fine."""
        try:
            with translated(self.path):
                if self._checkpoints is not None:
                    self._checkpoints.close()
                    self._checkpoints = None
                self._db.close()
        finally:
            if self._lock is not None:
                self._lock.release()
            if self._upstream is not None:
                self._upstream.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def _broken(path: Path, chain: str, number: int) -> str:
    return (
        f"{path}: block {number} of the {chain} chain does not fit its rows; "
        f"`referral-tui verify --db {path}` says where, a copy from before replaces it"
    )
