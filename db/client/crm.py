"""Write the client's customer system, `NAME.crm.db`: names, contacts, and who cheats.

Only the world writes it; the platform never opens it. Writing the same people again changes nothing, so a run that was
stopped anywhere can simply write them once more.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final

import polars as pl

from db.client.people import CRM_APPLICATION_ID, crm_path
from db.sqlite.beside import check_plain
from db.sqlite.connection import Connection
from db.sqlite.readonly import in_words
from simulator.domain.errors import DatabaseError

CRM_VERSION: Final = 1
ANEW_BYTES: Final = 64 * 2**20
"""Up to which size the file is made anew when somebody is deleted from it."""
_COLUMNS = ("ref", "name", "email", "phone", "kind", "segment", "country", "joined", "label")
_MAKE = (
    "CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS person (ref TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, "
    "phone TEXT NOT NULL, kind TEXT NOT NULL, segment TEXT NOT NULL, country TEXT NOT NULL, "
    "joined INTEGER NOT NULL, label TEXT) WITHOUT ROWID",
)
_UPSERT = (
    f"INSERT INTO person ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
    f"ON CONFLICT (ref) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)
_AT_ONCE = 500  # values in one look-up; SQLite takes 32,766


class Crm:
    """The open CRM beside the database at `path`, created if there is none."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Open the CRM; `key` is the client's secret, from which pseudonyms are made, and is stored only here.

        Raises:
            DatabaseError: the CRM can't be written, is not a CRM, or belongs to another run.

        """
        self.path = crm_path(path)
        self._writer = ThreadPoolExecutor(1, "crm")
        self._writing: Future[None] | None = None
        check_plain(self.path, "a CRM database of referral-tui")
        try:
            self._db = Connection(self.path)
        except sqlite3.Error as error:
            raise in_words(error, self.path) from error
        try:
            self._open(key.hex())
        except sqlite3.Error as error:
            self._db.close()
            raise in_words(error, self.path) from error
        except BaseException:
            self._db.close()
            raise

    def _open(self, key: str) -> None:
        ((found,),) = self._db.execute("PRAGMA application_id")
        ((tables,),) = self._db.execute("SELECT COUNT(*) FROM sqlite_schema")
        if tables and found != CRM_APPLICATION_ID:
            raise DatabaseError(
                f"{self.path}: is no CRM database of referral-tui; move it away, or name another --db"
            )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(f"PRAGMA application_id = {CRM_APPLICATION_ID}")
        self._db.execute(f"PRAGMA user_version = {CRM_VERSION}")
        for statement in _MAKE:
            self._db.execute(statement)
        self._db.execute("INSERT OR IGNORE INTO setting (name, value) VALUES ('key', ?)", (key,))
        ((kept,),) = self._db.execute("SELECT value FROM setting WHERE name = 'key'")
        if kept != key:
            raise DatabaseError(
                f"{self.path}: belongs to a run with another seed; move it away, or name another --db"
            )

    def write(self, people: pl.DataFrame) -> None:
        """Store people, one row each; a person who is there already is updated.

        A background thread writes them.

        Raises:
            DatabaseError: the people given before could not be written; none of them is stored.

        """
        self._wait()
        if people.height:
            self._writing = self._writer.submit(self._write, people)

    def _wait(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def _write(self, people: pl.DataFrame) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany(_UPSERT, people.select(_COLUMNS).rows())
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise in_words(error, self.path) from error

    def labels(self, refs: Sequence[str]) -> dict[str, str]:
        """Return how each of these people cheats, by reference; the honest and the unknown are left out."""
        self._wait()
        found: dict[str, str] = {}
        try:
            for start in range(0, len(refs), _AT_ONCE):
                some = refs[start : start + _AT_ONCE]
                marks = ", ".join("?" * len(some))
                found.update(
                    self._db.execute(
                        f"SELECT ref, label FROM person WHERE label IS NOT NULL AND ref IN ({marks})", some
                    ).fetchall()
                )
        except sqlite3.Error as error:
            raise in_words(error, self.path) from error
        return found

    def close(self) -> None:
        """Finish writing and close the database; closing twice is fine."""
        try:
            self._wait()
        finally:
            self._writer.shutdown()
            self._db.close()

    def __enter__(self) -> Crm:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def forget(path: Path, refs: Sequence[str]) -> int:
    """Delete people from the CRM beside the database at `path`, if there is one; return how many it had.

    Raises:
        DatabaseError: the CRM can't be written, or is not a CRM.

    """
    crm = crm_path(path)
    if not refs or not crm.exists():
        return 0
    check_plain(crm, "a CRM database of referral-tui")
    try:
        with closing(Connection(crm)) as db:
            ((found,),) = db.execute("PRAGMA application_id")
            if found != CRM_APPLICATION_ID:
                raise DatabaseError(f"{crm}: is no CRM database of referral-tui; move it away")
            db.execute("PRAGMA secure_delete = ON")
            wanted = json.dumps(list(refs))
            among = "WHERE ref IN (SELECT value FROM json_each(?))"
            ((count,),) = db.execute(f"SELECT COUNT(*) FROM person {among}", (wanted,))
            db.execute(f"DELETE FROM person {among}", (wanted,))
            if crm.stat().st_size <= ANEW_BYTES:
                db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error as error:
        raise in_words(error, crm) from error
    return int(count)
