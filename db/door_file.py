"""Keep the door's own database beside the platform's, `NAME.door.db`: callers, subscribers, and vetoes asked for.

None of this follows from the log, so it can't be in the platform's database, which `verify` derives from the log as a
whole. That file is also passed around, while this one holds secrets. Standard library only, so that screens may import
it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, Self

from db.sqlite.beside import check_plain
from db.sqlite.transactions import write_transaction
from simulator.domain.errors import DatabaseError

DOOR_APPLICATION_ID: Final = 0x52454644  # "REFD"
_WAIT_S: Final = 5.0  # longer than any transaction on this file
_MAKE: Final = (
    """
CREATE TABLE subscriber (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    types TEXT NOT NULL,
    reached INTEGER NOT NULL,
    reached_id TEXT NOT NULL,
    ended TEXT,
    sent INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    tried_at INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL DEFAULT 0,
    error TEXT
)
""",
    """
CREATE TABLE replay (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subscriber INTEGER NOT NULL,
    reached INTEGER NOT NULL,
    until INTEGER NOT NULL
)
""",
    """
CREATE TABLE dead_letter (
    subscriber INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    webhook_id TEXT NOT NULL,
    type TEXT NOT NULL,
    tries INTEGER NOT NULL,
    at INTEGER NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (subscriber, entry)
)
""",
    """
CREATE TABLE question (
    reward INTEGER PRIMARY KEY,
    entry INTEGER NOT NULL,
    answered INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    tried_at INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL DEFAULT 0,
    error TEXT
)
""",
    """
CREATE TABLE door (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    address TEXT NOT NULL,
    since INTEGER NOT NULL,
    open INTEGER NOT NULL
)
""",
    """
CREATE TABLE caller (
    name TEXT PRIMARY KEY,
    requests INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    duplicate INTEGER NOT NULL,
    conflict INTEGER NOT NULL,
    malformed INTEGER NOT NULL
)
""",
    "CREATE INDEX question_next ON question (next_at) WHERE answered = 0",
    """
CREATE TABLE way (
    source TEXT NOT NULL,
    client TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    PRIMARY KEY (source, client)
)
""",
    """
CREATE TABLE old_secret (
    subscriber INTEGER NOT NULL,
    secret TEXT NOT NULL,
    until INTEGER NOT NULL
)
""",
    """
CREATE TABLE asker (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    secret TEXT NOT NULL,
    reached INTEGER NOT NULL,
    reached_id TEXT NOT NULL
)
""",
)
_DEFINITIONS: Final = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
)


def door_path(path: Path) -> Path:
    """Return the path of the door's database beside the database at `path`."""
    return path.with_name(path.name.removesuffix(".db") + ".door.db")


class DoorFile:
    """The open database; for one thread at a time."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Open the door's database beside the database at `path`, or create it, readable only by its owner.

        With `create=False` a missing file counts as an empty one, and nothing is written.

        Raises:
            DatabaseError: it can't be opened, or is something else.

        """
        self.path = door_path(path)
        check_plain(self.path, "a database of a door of referral-tui")
        with self.in_words():
            if create:
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            where = self.path if self.path.exists() else ":memory:"
            self.db = sqlite3.connect(where, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self.db.close()
                raise

    def close(self) -> None:
        """Close the database; a second call does nothing."""
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _prepare(self) -> None:
        """Create the missing tables, after checking that the file is empty or ours."""
        ((found,),) = self.db.execute("PRAGMA application_id")
        tables = set(self.db.execute(_DEFINITIONS))
        right = {definition: making for making, definition in _right()}
        if found not in (0, DOOR_APPLICATION_ID) or not tables <= set(right):
            raise DatabaseError(
                f"{self.path}: is not a door's database of referral-tui; move it away, or name another database"
            )
        self.db.execute("PRAGMA journal_mode = WAL")
        # a message that a power cut makes forgotten is sent again
        self.db.execute("PRAGMA synchronous = NORMAL")
        if tables != set(right):  # it is new, or was made before there was this table
            with self.transaction():
                tables = set(self.db.execute(_DEFINITIONS))
                for definition, making in right.items():
                    if definition not in tables:
                        self.db.execute(making)
                self.db.execute(f"PRAGMA application_id = {DOOR_APPLICATION_ID}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the body of the context as one transaction.

        Raises:
            DatabaseError: it can't be stored; nothing of it was.

        """
        with self.in_words(), write_transaction(self.db):
            yield

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """Raise SQLite's errors, and those from values that somebody tampered with, in words.

        Raises:
            DatabaseError: one occurred.

        """
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, TypeError) as error:
            raise DatabaseError(
                f"{self.path}: the door's data can't be read or stored there ({error})"
            ) from error


def _right() -> list[tuple[str, tuple[object, ...]]]:
    """Return for each table and index how to create it and how its definition then reads, in order of creation."""
    found: list[tuple[str, tuple[object, ...]]] = []
    with closing(sqlite3.connect(":memory:")) as made:
        for one in _MAKE:
            before = set(made.execute(_DEFINITIONS))
            made.execute(one)
            ((definition),) = set(made.execute(_DEFINITIONS)) - before
            found.append((one, definition))
    return found
