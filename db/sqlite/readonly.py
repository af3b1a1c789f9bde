"""Open a platform's database for reading only, and say in words what is wrong with one.

    DatabaseError
    ├── MissingDatabaseError      there is no file
    ├── EmptyDatabaseError        the file is empty
    ├── UnfinishedDatabaseError   it is ours, and its tables are still being created
    ├── ForeignDatabaseError      it is not one of ours
    ├── SchemaError               it is ours, with an older or newer schema
    ├── LockedDatabaseError       another process holds it
    └── DamagedDatabaseError      SQLite can't read its content

Standard library only: the screens and the small commands import it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from simulator.domain.errors import DatabaseError

AMONG = "IN (SELECT value FROM json_each(?))"
"""The condition that a value is among any number of others; SQLite takes some 30,000 parameters at most."""
APPLICATION_ID = 0x52454655  # "REFU": tells our files from other SQLite databases
# of the tables in `db.schema.models`; raise it when they change, with a step in `db.migrations`
SCHEMA_VERSION = 8
OLDEST_SCHEMA = 6  # the first that `db.migrations` has a step from
TABLES = frozenset(
    {
        "setting",
        "program_version",
        "person",
        "event",
        "attribution",
        "decision",
        "reward",
        "audit",
        "total",
        "hour",
    }
    | {"clock", "command", "week", "breakdown", "breakdown_hour", "breakdown_week"}
    | {"lateness", "lateness_day", "due", "leader", "meter"}
)


Database = sqlite3.Connection
"""A database opened for reading; only modules of `db` send SQL to it."""

Select = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
"""A function that runs a SELECT with bound values on some open connection, and returns its rows."""


class MissingDatabaseError(DatabaseError):
    """There is no file at the path."""

    title: ClassVar[str] = "No database yet"


class EmptyDatabaseError(DatabaseError):
    """The file is empty."""

    title: ClassVar[str] = "The database is empty"


class UnfinishedDatabaseError(DatabaseError):
    """The file is ours, but its tables are not all there."""

    title: ClassVar[str] = "The database is still being made"


class ForeignDatabaseError(DatabaseError):
    """The file is not one of ours."""

    title: ClassVar[str] = "This is not a referral-tui file"


class SchemaError(DatabaseError):
    """The file is ours, but has another schema version."""

    title: ClassVar[str] = "The database has another schema version"


class LockedDatabaseError(DatabaseError):
    """Another process holds the file."""

    title: ClassVar[str] = "The database is locked"


class DamagedDatabaseError(DatabaseError):
    """SQLite can't read the file's content."""

    title: ClassVar[str] = "The database is damaged"


def open_readonly(path: Path, timeout_s: float = 0.5) -> sqlite3.Connection:
    """Open a read-only connection to one of our databases, waiting up to `timeout_s` seconds for locks.

    A finished database can also be opened in a folder that can't be written.

    Raises:
        DatabaseError: one of the errors above.

    """
    _check_file(path)
    uri = f"file:{quote(bytes(path.absolute()))}?mode=ro"
    db: sqlite3.Connection | None = None
    try:
        db = sqlite3.connect(uri, uri=True, timeout=timeout_s, isolation_level=None, check_same_thread=False)
        try:
            _check(db, path)
        except sqlite3.OperationalError as error:
            if not _cannot_write_beside(error) or _has_more_in_wal(path):
                raise
            db.close()  # SQLite can't create WAL files in this folder; a database at rest needs none
            db = sqlite3.connect(
                uri + "&immutable=1", uri=True, isolation_level=None, check_same_thread=False
            )
            _check(db, path)
    except sqlite3.Error as error:
        if db is not None:
            db.close()
        raise in_words(error, path) from error
    except UnicodeDecodeError as error:  # a definition so damaged that SQLite's own message can't be read
        if db is not None:
            db.close()
        raise DamagedDatabaseError(
            f"{path}: damaged (the definition of a table can't be read); a copy or a new run replaces it"
        ) from error
    except DatabaseError:
        if db is not None:
            db.close()
        raise
    return db


@contextmanager
def reading(path: Path) -> Iterator[Database]:
    """Open the database at `path` for reading, and close it at the end.

    Raises:
        DatabaseError: it is missing, damaged, of another schema, or not one of ours; also if reading fails later.

    """
    with closing(open_readonly(path)) as db, translated(path):
        yield db


@contextmanager
def snapshot(path: Path, *, any_text: bool = False) -> Iterator[Database]:
    """Open the database at `path` for reading it as it stands now, whatever a writer does meanwhile.

    With `any_text`, bytes of a text that are not UTF-8 are read as lone surrogates rather than refused.

    Raises:
        DatabaseError: as `reading`.

    """
    with reading(path) as db:
        if any_text:
            db.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        db.execute("BEGIN")
        yield db


@contextmanager
def snapshots(path: Path, parts: Sequence[Path]) -> Iterator[list[Database]]:
    """Open the databases `parts`, the shards of the one at `path` or that one alone, each as it stands now.

    Raises:
        DatabaseError: as `reading`; an error while reading names `path`.

    """
    with ExitStack() as stack:
        found = [stack.enter_context(closing(open_readonly(part))) for part in parts]
        stack.enter_context(translated(path))
        for db in found:
            db.execute("BEGIN")
        yield found


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise SQLite's errors inside the context as DatabaseError, with words that name the database at `path`."""
    try:
        yield
    except sqlite3.Error as error:
        raise in_words(error, path) from error


def listed(values: Iterable[int | str]) -> str:
    """Return the parameter for `AMONG`."""
    return json.dumps(list(values))


def select_on(db: Database) -> Select:
    """Return a function that runs a SELECT on this connection."""
    return lambda sql, values: db.execute(sql, values).fetchall()


def _check_file(path: Path) -> None:
    """Check that the file exists and is not empty."""
    if not path.exists():
        raise MissingDatabaseError(
            f"{path}: no such database; `referral-tui simulate --db {path}` makes one, "
            "`referral-tui demo` needs none"
        )
    if path.is_dir():
        raise ForeignDatabaseError(f"{path}: is a folder; name the database file inside it")
    if not path.is_file():
        raise ForeignDatabaseError(f"{path}: is not a file; name a database that referral-tui made")
    if path.stat().st_size == 0:
        raise EmptyDatabaseError(
            f"{path}: the file is empty; if nobody is making it just now, remove it and begin again"
        )


@contextmanager
def reporting_damage(path: Path) -> Iterator[None]:
    """Raise DamagedDatabaseError if what is read inside the context has the wrong type: a text in a count, say."""
    try:
        yield
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise DamagedDatabaseError(
            f"{path}: holds values that make no sense ({type(error).__name__}: {error}); "
            f"`referral-tui verify --db {path}` says where"
        ) from error


def in_words(error: sqlite3.Error, path: Path) -> DatabaseError:
    """Turn an SQLite error into one of ours, with a message that says what to do."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _IN_WORDS:
        kind, words = _IN_WORDS[code]
        return kind(f"{path}: {words.format(error=error, path=path)}")
    if str(error).startswith(("no such table", "no such column")):
        return UnfinishedDatabaseError(
            f"{path}: {error}; the database is being made, or was made by another version"
        )
    return DatabaseError(f"{path}: can't be read ({error})")


SAYS_WHERE = "`referral-tui verify --db {path}` says where; "
_LOCKED = (LockedDatabaseError, "locked by another process; try again once that has finished")
_DAMAGED = (
    DamagedDatabaseError,
    f"damaged ({{error}}); {SAYS_WHERE}a copy or a new run replaces it",
)
_DISK = (
    DatabaseError,
    "the disk failed or is full ({error}); make room and continue: what was committed is kept",
)
_CLOSED = (DatabaseError, "can't be opened ({error}); check that you may read it, and write to its folder")
_IN_WORDS: dict[int, tuple[type[DatabaseError], str]] = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_NOTADB: (
        ForeignDatabaseError,
        "not an SQLite database; name one that referral-tui made",
    ),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_FORMAT: _DAMAGED,
    sqlite3.SQLITE_IOERR: _DISK,
    sqlite3.SQLITE_FULL: _DISK,
    sqlite3.SQLITE_CANTOPEN: _CLOSED,
    sqlite3.SQLITE_PERM: _CLOSED,
    sqlite3.SQLITE_AUTH: _CLOSED,
    sqlite3.SQLITE_READONLY: (
        DatabaseError,
        "can't be written ({error}); check that you may write it and its folder, or copy it to another",
    ),
}


def schema_of(path: Path) -> int | None:
    """Return the schema of the database at `path`, whatever it is; None if the file does not say.

    Raises:
        DatabaseError: it is missing, empty, not one of ours, or can't be read.

    """
    _check_file(path)
    uri = f"file:{quote(bytes(path.absolute()))}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=2, isolation_level=None)) as db:
            _check_application(db, path)
            return _stated_schema(db)
    except sqlite3.Error as error:
        raise in_words(error, path) from error


def _stated_schema(db: Database) -> int | None:
    """Return the schema that both marks in a database state; None if they don't agree, or one is missing."""
    row = db.execute("SELECT value FROM setting WHERE name = 'schema'").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return version if row is not None and str(row[0]) == str(version) else None


def _cannot_write_beside(error: sqlite3.Error) -> bool:
    """Return whether SQLite failed because it can't create WAL files; which code it gives depends on its version."""
    code = error.sqlite_errorcode
    return code & 0xFF == sqlite3.SQLITE_CANTOPEN or code == sqlite3.SQLITE_READONLY_DIRECTORY


def _has_more_in_wal(path: Path) -> bool:
    """Return whether the write-ahead log holds anything; a reader may leave an empty one behind."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size > 0
    except FileNotFoundError:
        return False


def _check(db: sqlite3.Connection, path: Path) -> None:
    db.execute("PRAGMA query_only = ON")
    tables = _check_application(db, path)
    row = db.execute("SELECT value FROM setting WHERE name = 'schema'").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if row is not None and (odd := {str(row[0]), str(version)} - {str(SCHEMA_VERSION)}):
        raise SchemaError(f"{path}: of schema {min(odd)}, {_advice(_stated_schema(db), path)}")
    if row is None or not tables >= TABLES:
        raise UnfinishedDatabaseError(f"{path}: its tables are still being made")


def _advice(stated: int | None, path: Path) -> str:
    """Say what to do with a database of another schema."""
    works = f"this version of referral-tui works with schema {SCHEMA_VERSION}; "
    if stated is not None and OLDEST_SCHEMA <= stated < SCHEMA_VERSION:
        return works + f"`referral-tui migrate --db {path}` upgrades it, on a copy that is verified first"
    if stated is not None and stated > SCHEMA_VERSION:
        return works + "use the version that made it, or a later one"
    return works + (
        "export its events with the version that made it, and `ingest --replay` them into a new database"
    )


def _foreign(name: str) -> str:
    """Say what a database seems to be, by the name of its file, if it is not the platform's."""
    for ending, what in (
        (".crm.db", "the client's customer system"),
        (".control.db", "commands to a running simulation"),
        (".door.db", "the server's own database"),
    ):
        if name.endswith(ending):
            return f"holds {what}; name the platform's database, {name.removesuffix(ending)}.db"
    return "an SQLite database, but not of referral-tui; name one that it made"


def _check_application(db: Database, path: Path) -> set[str]:
    """Check that a database is one of ours, and return the names of its tables."""
    (application,) = db.execute("PRAGMA application_id").fetchone()
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if application != APPLICATION_ID:
        if application == 0 and not tables:
            raise EmptyDatabaseError(
                f"{path}: nothing in it yet; if nobody is making it just now, remove it and begin again"
            )
        raise ForeignDatabaseError(f"{path}: {_foreign(path.name)}")
    if "setting" not in tables:
        raise UnfinishedDatabaseError(f"{path}: its tables are still being made")
    return tables
