"""Write the client's customer system, `NAME.crm.db`: names, contacts, salts of pseudonyms, and who cheats.

Only the world writes it; the platform never opens it. Writing the same people again changes nothing, so a run that was
stopped at any point can simply write them once more; those erased in the meantime (`db.client.forgetting`) stay erased.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import polars as pl

from db.client.forgetting import MAKE_ERASED, erased_marks, mark
from db.client.people import CRM_APPLICATION_ID, crm_path
from db.sqlite.beside import check_plain
from db.sqlite.connection import Connection
from db.sqlite.readonly import in_words
from db.sqlite.transactions import write_transaction
from simulator.domain.errors import DatabaseError

CRM_VERSION: Final = 2
"""1 had no salts, and nobody was erased from it; the people of a run are written anew when it goes on."""
_COLUMNS = ("ref", "name", "email", "phone", "kind", "segment", "country", "joined", "label", "salt")
_MAKE = (
    "CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS person (ref TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, "
    "phone TEXT NOT NULL, kind TEXT NOT NULL, segment TEXT NOT NULL, country TEXT NOT NULL, "
    "joined INTEGER NOT NULL, label TEXT, salt TEXT) WITHOUT ROWID",
    MAKE_ERASED,
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
        self._key = key
        self._writer = ThreadPoolExecutor(1, "crm")
        self._writing: Future[None] | None = None
        check_plain(self.path, "a CRM database of referral-tui")
        try:
            self._db = Connection(self.path)
        except sqlite3.Error as error:
            raise in_words(error, self.path) from error
        try:
            self._open(key.hex())
            self._erased = erased_marks(self._db)
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
                f"{self.path}: is not a CRM database of referral-tui; move it away, or name another --db"
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
        if "salt" not in {row[1] for row in self._db.execute("PRAGMA table_info(person)")}:
            self._db.execute("ALTER TABLE person ADD COLUMN salt TEXT")

    def write(self, people: pl.DataFrame) -> None:
        """Store people, one row each; update those who are already there, and skip those who were erased.

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
        rows = people.select(_COLUMNS).rows()
        if self._erased:
            rows = [row for row in rows if mark(self._key, row[0]) not in self._erased]
        try:
            with write_transaction(self._db):
                self._db.executemany(_UPSERT, rows)
        except sqlite3.Error as error:
            raise in_words(error, self.path) from error

    def labels(self, refs: Sequence[str]) -> dict[str, str]:
        """Return how each of these people cheats, by reference; leave out honest and unknown people."""
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
