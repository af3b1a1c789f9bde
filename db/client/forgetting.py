"""Erase people from the client's customer system, `NAME.crm.db`, for good.

The salt of a person's pseudonym is deleted with their row, so key and contact no longer yield the pseudonym. Only a
mark remains, a keyed hash of the pseudonym, from which a resumed simulation knows whom not to enter again.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from db.client.people import CRM_APPLICATION_ID, crm_path
from db.sqlite.beside import check_plain
from db.sqlite.connection import Connection
from db.sqlite.readonly import AMONG, in_words, listed
from db.sqlite.transactions import write_transaction
from simulator.domain.errors import DatabaseError

MAKE_ERASED: Final = "CREATE TABLE IF NOT EXISTS erased (mark TEXT PRIMARY KEY) WITHOUT ROWID"
ANEW_BYTES: Final = 64 * 2**20
"""Up to which size the file is made anew when somebody is erased from it."""


def mark(key: bytes, ref: str) -> str:
    """Return the mark that remains of a pseudonym after its erasure; it reveals nothing without the pseudonym."""
    return hashlib.blake2b(ref.encode(), digest_size=16, key=key, person=b"erased").hexdigest()


def erased_marks(db: Connection) -> frozenset[str]:
    """Return the marks of everybody who was erased; raises sqlite3.Error."""
    return frozenset(text for (text,) in db.execute("SELECT mark FROM erased"))


def check_forgetting(path: Path) -> None:
    """Check that people can be erased from the CRM beside the database at `path`.

    Raises:
        DatabaseError: they can't, since it is no CRM, has no key, can't be written, or is being written.

    """
    crm = crm_path(path)
    with _opened(crm) as db:
        _key(db, crm)
        db.execute("BEGIN IMMEDIATE")
        db.execute("ROLLBACK")


def forget(path: Path, refs: Sequence[str]) -> int:
    """Erase people from the CRM beside the database at `path`, if there is one; return how many it had.

    Raises:
        DatabaseError: the CRM can't be written, or is not a CRM.

    """
    crm = crm_path(path)
    if not refs or not crm.exists():
        return 0
    with _opened(crm) as db:
        db.execute("PRAGMA secure_delete = ON")
        count = _forget(db, _key(db, crm), listed(refs))
        if crm.stat().st_size <= ANEW_BYTES:
            db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return count


@contextmanager
def _opened(crm: Path) -> Iterator[Connection]:
    """Open a CRM for writing; raises DatabaseError, also for an error inside the context."""
    check_plain(crm, "a CRM database of referral-tui")
    try:
        with closing(Connection(crm)) as db:
            ((found,),) = db.execute("PRAGMA application_id")
            if found != CRM_APPLICATION_ID:
                raise DatabaseError(f"{crm}: is not a CRM database of referral-tui; move it away")
            yield db
    except sqlite3.Error as error:
        raise in_words(error, crm) from error


def _key(db: Connection, crm: Path) -> bytes:
    """Return the key of the pseudonyms; raises DatabaseError if there is none."""
    found = db.execute("SELECT value FROM setting WHERE name = 'key'").fetchone()
    try:
        return bytes.fromhex(found[0] if found is not None else "")
    except (TypeError, ValueError):
        raise DatabaseError(
            f"{crm}: its pseudonym key is invalid, so nobody can be erased from it; remove the file to erase everybody"
        ) from None


def _forget(db: Connection, key: bytes, wanted: str) -> int:
    db.execute(MAKE_ERASED)
    theirs = [ref for (ref,) in db.execute(f"SELECT ref FROM person WHERE ref {AMONG}", (wanted,))]
    marks = [(mark(key, ref),) for ref in theirs]
    with write_transaction(db):
        db.executemany("INSERT OR IGNORE INTO erased (mark) VALUES (?)", marks)
        db.execute(f"DELETE FROM person WHERE ref {AMONG}", (wanted,))
    return len(theirs)
