"""The writer's connection, through APSW because it binds rows five times as fast as Python's own sqlite3.

Measured for an event of 26 columns, 16 of them null: 90,000 rows/s through `sqlite3.executemany`, 290,000 with rows
grouped by the columns they fill and 16 to a statement, 500,000 through APSW one by one, 600,000 with 16 to a statement
(`db.sqlite.rows`). Its errors are raised as those of `sqlite3`, so that one function (`db.sqlite.readonly.in_words`)
puts them into words.

APSW brings its own SQLite. Two copies of SQLite in one process must not open the same file (closing one drops the
other's locks), so a process that writes a database reads it through this connection too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import apsw

Row = tuple[Any, ...]
CHECKPOINT_PAGES = 2048
"""Pages in the write-ahead log, 16 MB, at which SQLite brings them into the file: fewer fsyncs than with its 1,000."""


_STATEMENTS = 256  # kept prepared: a batch's, for each of its tables with 1, 2, 4, 8 and 16 rows


class Rows:
    """The result of a statement, with the interface of a `sqlite3` cursor."""

    def __init__(self, cursor: apsw.Cursor) -> None:
        self._cursor = cursor

    def __iter__(self) -> Iterator[Row]:
        with _as_sqlite3_errors():
            for row in self._cursor:  # noqa: UP028 - `yield from` would close the cursor with the generator
                yield row

    @property
    def description(self) -> tuple[tuple[str, ...], ...]:
        """The columns, the name of each first; nothing where there are no rows (left)."""
        try:
            return tuple((column[0],) for column in self._cursor.get_description())
        except apsw.ExecutionCompleteError:
            return ()

    def fetchone(self) -> Row | None:
        """Return the next row, or None after the last."""
        return next(iter(self), None)

    def fetchmany(self, count: int) -> list[Row]:
        """Return up to `count` more rows."""
        return list(islice(self, count))

    def fetchall(self) -> list[Row]:
        """Return all remaining rows."""
        return list(self)


class Connection:
    """A connection to a file, with explicit transactions; any thread may use it, one at a time."""

    def __init__(self, path: Path, wait_ms: int = 5000) -> None:
        """Open or create the file, waiting up to `wait_ms` for locks; raises sqlite3.Error."""
        with _as_sqlite3_errors():
            self._db = apsw.Connection(str(path), statementcachesize=_STATEMENTS)
            self._db.set_busy_timeout(wait_ms)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._db.in_transaction

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Rows:
        """Run a statement; raises sqlite3.Error."""
        with _as_sqlite3_errors():
            return Rows(self._db.execute(sql, values))

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row; raises sqlite3.Error."""
        with _as_sqlite3_errors():
            self._db.executemany(sql, rows)

    def session(self, tables: Iterable[str]) -> apsw.Session:
        """Return a session of SQLite's that records what changes in tables from now on; raises sqlite3.Error."""
        with _as_sqlite3_errors():
            session = apsw.Session(self._db, "main")
            for table in tables:
                session.attach(table)
            return session

    def on_commit(self, callback: Callable[[int], object] | None) -> None:
        """Call `callback` after each commit with the number of pages in the write-ahead log, in place of checkpoints.

        None has SQLite make them again. Raises sqlite3.Error.
        """
        with _as_sqlite3_errors():
            if callback is None:
                self._db.wal_autocheckpoint(CHECKPOINT_PAGES)
                return

            def hook(_connection: apsw.Connection, _name: str, pages: int) -> int:
                callback(pages)
                return int(apsw.SQLITE_OK)

            self._db.set_wal_hook(hook)

    def checkpoint(self) -> None:
        """Bring what is in the write-ahead log into the file, as far as nobody reads it; raises sqlite3.Error."""
        with _as_sqlite3_errors():
            self._db.wal_checkpoint()

    def close(self) -> None:
        """Close the connection; closing twice is fine."""
        with _as_sqlite3_errors():
            self._db.close()


@contextmanager
def _as_sqlite3_errors() -> Iterator[None]:
    """Raise APSW's errors as those of sqlite3, with the same code and message."""
    try:
        yield
    except (apsw.Error, UnicodeDecodeError) as error:
        code = (
            getattr(error, "extendedresult", None) or getattr(error, "result", None) or sqlite3.SQLITE_ERROR
        )
        words = str(error).removeprefix(f"{type(error).__name__}: ")
        translated = sqlite3.OperationalError(words)
        translated.sqlite_errorcode = code
        raise translated from error
