"""Migrate a database on a copy beside it, which replaces the original only once it has been verified.

If the migration is killed at any moment, the old file is intact, and at most a copy beside it is left for the next
migration to remove.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from db.migrations import to_7, to_8
from db.read.salts import BlockSalts, SaltSource, stored_salts
from db.schema.blocks import CHAINS
from db.schema.ddl import columns, connect, tune
from db.sqlite.beside import check_plain
from db.sqlite.connection import Connection
from db.sqlite.lock import WriterLock
from db.sqlite.readonly import (
    SCHEMA_VERSION,
    DamagedDatabaseError,
    LockedDatabaseError,
    in_words,
    schema_of,
    translated,
)
from db.sqlite.rows import Row
from db.write.chain import Chain, genesis
from db.write.chain_columns import ChainColumns
from db.write.salts import new_salts
from simulator.domain.errors import DatabaseError

STEPS: Final[dict[int, Callable[[Connection], None]]] = {6: to_7.step, 7: to_8.step}
"""The step from each version to the next; each runs inside a transaction and leaves the hashes of blocks to be made."""
_FETCH: Final = 8192


@dataclass(frozen=True)
class Migration:
    """What a migration did: from which schema to which."""

    from_schema: int
    to_schema: int


def migrate(path: Path, check: Callable[[Path], str | None]) -> Migration | None:
    """Migrate the database at `path` to the current schema; return None if it already has it.

    `check` verifies the migrated copy, and returns what is wrong with it, or None.

    Raises:
        DatabaseError: its schema can't be migrated, or it is in use or damaged; nothing has changed.

    """
    found = schema_of(path)
    if found == SCHEMA_VERSION:
        return None
    if found not in STEPS:
        raise DatabaseError(
            f"{path}: has schema {found}, which can't be migrated; there are steps from "
            f"{', '.join(map(str, STEPS))} to {SCHEMA_VERSION}"
        )
    lock = WriterLock(path)
    copy = path.with_name(f"{path.name}.migrating")
    try:
        check_plain(copy, "a copy that a migration was making")
        _remove(copy)
        _settle(path)
        _copy(path, copy)
        _step(copy, found, path)
        wrong = check(copy)
        if wrong is not None:
            raise DamagedDatabaseError(
                f"{path}: unchanged, still at schema {found}: migrated, it would not verify ({wrong})"
            )
        _put_in_place(copy, path)
    finally:
        _remove(copy)
        lock.release()
    return Migration(found, SCHEMA_VERSION)


def _settle(path: Path) -> None:
    """Flush the write-ahead log into the file: if left behind, it would be mistaken for the new file's."""
    with closing(connect(path)) as connection, translated(path):
        ((busy, *_),) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    if busy:
        raise LockedDatabaseError(f"{path}: another process is reading it; close the dashboard, then migrate")


def _copy(path: Path, copy: Path) -> None:
    with closing(connect(path)) as connection, translated(path):
        connection.execute("VACUUM INTO ?", (str(copy),))


def _step(copy: Path, version: int, path: Path) -> None:
    """Bring the copy from one version to the current one."""
    connection = connect(copy)
    try:
        tune(connection)
        connection.execute("BEGIN IMMEDIATE")
        for number in range(version, SCHEMA_VERSION):
            STEPS[number](connection)
        _seal(connection)
        connection.execute("UPDATE setting SET value = ? WHERE name = 'schema'", (str(SCHEMA_VERSION),))
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise in_words(error, path) from error
    except DamagedDatabaseError as error:
        raise DamagedDatabaseError(f"{path}: {error}") from error
    except (TypeError, ValueError) as error:
        raise DamagedDatabaseError(f"{path}: holds values that make no sense ({error})") from error
    finally:
        connection.close()


def _seal(connection: Connection) -> None:
    """Rebuild the hashes of all blocks; a block without salts gets new ones. A merged database has no blocks."""
    settings: dict[str, str] = dict(connection.execute("SELECT name, value FROM setting").fetchall())
    if settings.get("kind") == "shards":
        return
    salts = _salts(connection, settings)
    (text,) = connection.execute("SELECT text FROM program_version WHERE version = 1").fetchone() or ("",)
    for name, key in CHAINS.items():
        chain = Chain(name, genesis(name, str(text)), salts)
        split = ChainColumns(name, columns(connection, name))
        rows = connection.execute(f"SELECT * FROM {name} ORDER BY {key}")
        while some := rows.fetchmany(_FETCH):
            sealed = {one.number: one for one in chain.extend(split.plain(some), split.filled_cells(some))}
            connection.executemany(
                "INSERT INTO block (chain, number, rows, hash, key) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (chain, number) DO UPDATE SET rows = excluded.rows, hash = excluded.hash",
                [(name, one.number, one.rows, one.hash, one.key) for one in sealed.values()],
            )
            connection.executemany(
                "UPDATE opened_block SET salts = ? WHERE chain = ? AND number = ?",
                [(one.salts, name, one.number) for one in sealed.values() if one.salts is not None],
            )


def _salts(connection: Connection, settings: Mapping[str, str]) -> SaltSource:
    """Return a function that reads the salts of a block, or makes them where there is no such block yet."""

    def query(sql: str, values: Sequence[object]) -> list[Row]:
        return connection.execute(sql, values).fetchall()

    stored, new = stored_salts(query), new_salts(settings)

    def find(chain: str, number: int) -> BlockSalts:
        there = query("SELECT 1 FROM block WHERE chain = ? AND number = ?", (chain, number))
        return stored(chain, number) if there else new(chain, number)

    return find


def _put_in_place(copy: Path, path: Path) -> None:
    """Let the copy replace the database in one atomic step."""
    with copy.open("rb+") as file:
        os.fsync(file.fileno())
    for ending in ("-wal", "-shm"):
        # of the copy: empty, since it was closed; of the old file: everything is in it
        copy.with_name(copy.name + ending).unlink(missing_ok=True)
        path.with_name(path.name + ending).unlink(missing_ok=True)
    copy.replace(path)


def _remove(copy: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        copy.with_name(copy.name + ending).unlink(missing_ok=True)
