"""Keep who is sent webhooks, how far each has got, and what could not be delivered: `NAME.hooks.db` beside `NAME.db`.

None of it follows from the log, so it can't be in the platform's database, all of which is derived again by `verify`;
and that one is handed around, while this one holds secrets. What is to be sent is not stored at all: it is what the
audit trail holds after a subscriber's cursor. Standard library only, so that screens may import it.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from db.sqlite.beside import check_plain
from simulator.domain.errors import DatabaseError, InputError

HOOKS_APPLICATION_ID: Final = 0x52454648  # "REFH"
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
)
_DEFINITIONS: Final = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
)
_SUBSCRIBERS: Final = """
SELECT s.id, s.name, s.url, s.secret, s.types, s.reached, s.reached_id, s.ended, s.sent, s.tries, s.tried_at,
  s.next_at, s.error, r.id, r.reached, r.until,
  (SELECT COUNT(*) FROM dead_letter d WHERE d.subscriber = s.id)
FROM subscriber s LEFT JOIN replay r ON r.id = (SELECT MIN(id) FROM replay WHERE subscriber = s.id)
"""


@dataclass(frozen=True, slots=True)
class Replay:
    """A span of entries that is sent again: those after `reached` and not after `until`."""

    id: int
    reached: int
    until: int


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A subscriber, and how far it has got.

    It is sent the entries of the audit trail after `reached`, whose webhook had the id `reached_id`, but those of
    `replay` first. `types` are those wanted, none for all. `ended` says why it is sent nothing more. `tries` is how
    often the next message was tried in vain, at `tried_at` last, with `error`; it is tried again at `next_at`. Times
    are of the wall clock, milliseconds UTC. `sent` counts messages, `dead` those that were given up.
    """

    id: int
    name: str
    url: str
    secret: str
    types: tuple[str, ...]
    reached: int
    reached_id: str
    ended: str | None
    sent: int
    tries: int
    tried_at: int
    next_at: int
    error: str | None
    replay: Replay | None
    dead: int

    @property
    def head(self) -> int:
        """The entry after which the next message is."""
        return self.reached if self.replay is None else self.replay.reached


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up after `tries`, the last one at `at` (milliseconds UTC) with `error`."""

    entry: int
    webhook_id: str
    type: str
    tries: int
    at: int
    error: str


def hooks_path(path: Path) -> Path:
    """Return the path of the database of subscribers beside the database at `path`."""
    return path.with_name(path.name.removesuffix(".db") + ".hooks.db")


class HookStore:
    """The open database of subscribers; for one thread at a time."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Open the database of subscribers beside the database at `path`, or make it, readable by its owner alone.

        With `create=False` one that is not there is taken for an empty one, and nothing is written.

        Raises:
            DatabaseError: it can't be opened, or is something else.

        """
        self.path = hooks_path(path)
        self._seen = -1
        check_plain(self.path, "a database of subscribers of referral-tui")
        with self._in_words():
            if create:
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            where = self.path if self.path.exists() else ":memory:"
            self._db = sqlite3.connect(where, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def close(self) -> None:
        """Close the database; a second call does nothing."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    # --- by people ----------------------------------------------------------------------------------------------

    def add(
        self, name: str, url: str, secret: str, types: tuple[str, ...], reached: int, reached_id: str
    ) -> None:
        """Add a subscriber that is sent what comes after the entry `reached`, whose webhook has the id `reached_id`.

        Raises:
            InputError: there is one of this name.
            DatabaseError: it can't be stored.

        """
        row = (name, url, secret, json.dumps(types), reached, reached_id)
        with self._in_words():
            try:
                self._db.execute(
                    "INSERT INTO subscriber (name, url, secret, types, reached, reached_id) VALUES (?, ?, ?, ?, ?, ?)",
                    row,
                )
            except sqlite3.IntegrityError:
                raise InputError(
                    f"{name}: a subscriber of this name is there already; remove it first, or take another name"
                ) from None

    def remove(self, name: str) -> bool:
        """Remove a subscriber with what it was still to be sent, and return whether it was there."""
        with self._transaction():
            found = self._db.execute("DELETE FROM subscriber WHERE name = ? RETURNING id", (name,)).fetchall()
            for table in ("replay", "dead_letter"):
                self._db.executemany(f"DELETE FROM {table} WHERE subscriber = ?", found)
        return bool(found)

    def replay(self, name: str, spans: list[tuple[int, int]]) -> None:
        """Have spans of entries sent again, each given as the entry before it and its last one.

        An ended subscription goes on, and what is waiting is tried at once; without spans that alone is done.
        """
        with self._transaction():
            self._db.executemany(
                "INSERT INTO replay (subscriber, reached, until) SELECT id, ?, ? FROM subscriber WHERE name = ?",
                [(after, until, name) for after, until in spans],
            )
            self._db.execute(
                "UPDATE subscriber SET ended = NULL, tries = 0, next_at = 0, error = NULL WHERE name = ?",
                (name,),
            )

    def subscribers(self) -> list[Subscriber]:
        """Return all subscribers, by name."""
        with self._in_words():
            rows = self._db.execute(f"{_SUBSCRIBERS} ORDER BY s.name").fetchall()
        return [_subscriber(*row) for row in rows]

    def named(self, name: str) -> Subscriber | None:
        """Return the subscriber of this name, or None."""
        with self._in_words():
            row = self._db.execute(f"{_SUBSCRIBERS} WHERE s.name = ?", (name,)).fetchone()
        return None if row is None else _subscriber(*row)

    def dead_letters(self, number: int, most: int) -> list[DeadLetter]:
        """Return at most `most` messages that were given up for the subscriber with this id, in the log's order."""
        with self._in_words():
            rows = self._db.execute(
                "SELECT entry, webhook_id, type, tries, at, error FROM dead_letter WHERE subscriber = ? "
                "ORDER BY entry LIMIT ?",
                (number, most),
            ).fetchall()
        return [DeadLetter(*row) for row in rows]

    # --- by the sender ------------------------------------------------------------------------------------------

    def changed(self) -> bool:
        """Return whether another connection has changed something since the last call; true at the first."""
        with self._in_words():
            (version,) = self._db.execute("PRAGMA data_version").fetchone()
        self._seen, before = version, self._seen
        return bool(version != before)

    def numbered(self, number: int) -> Subscriber | None:
        """Return the subscriber with this id, or None."""
        with self._in_words():
            row = self._db.execute(f"{_SUBSCRIBERS} WHERE s.id = ?", (number,)).fetchone()
        return None if row is None else _subscriber(*row)

    def pass_over(self, one: Subscriber, entry: int, webhook_id: str) -> Subscriber | None:
        """Record that nothing up to this entry is left for a subscriber, and return it as it is now."""
        with self._transaction():
            self._move(one, entry, webhook_id)
        return self.numbered(one.id)

    def delivered(self, one: Subscriber, entry: int, webhook_id: str) -> Subscriber | None:
        """Record that a subscriber has taken the message of an entry, and return it as it is now."""
        with self._transaction():
            self._move(one, entry, webhook_id)
            self._db.execute("UPDATE subscriber SET sent = sent + 1 WHERE id = ?", (one.id,))
            self._db.execute("DELETE FROM dead_letter WHERE subscriber = ? AND entry = ?", (one.id, entry))
        return self.numbered(one.id)

    def failed(self, one: Subscriber, at: int, next_at: int, error: str) -> Subscriber | None:
        """Record that the next message was tried in vain, and when it is tried again; return the subscriber.

        What was changed about the subscriber meanwhile, such as a replay, stands.
        """
        with self._transaction():
            self._db.execute(
                "UPDATE subscriber SET tries = tries + 1, tried_at = ?, next_at = ?, error = ? "
                "WHERE id = ? AND tries = ? AND next_at = ?",
                (at, next_at, error, one.id, one.tries, one.next_at),
            )
        return self.numbered(one.id)

    def give_up(self, one: Subscriber, letter: DeadLetter) -> Subscriber | None:
        """Record that a message is tried no more, so that the next one has its turn, and return the subscriber."""
        with self._transaction():
            self._move(one, letter.entry, letter.webhook_id)
            self._db.execute(
                "INSERT OR REPLACE INTO dead_letter SELECT ?, ?, ?, ?, ?, ?, ? "
                "WHERE EXISTS (SELECT 1 FROM subscriber WHERE id = ?)",
                (
                    one.id,
                    letter.entry,
                    letter.webhook_id,
                    letter.type,
                    letter.tries,
                    letter.at,
                    letter.error,
                    one.id,
                ),
            )
        return self.numbered(one.id)

    def end(self, one: Subscriber, why: str) -> None:
        """Record that a subscriber is sent nothing more."""
        with self._transaction():
            self._db.execute("UPDATE subscriber SET ended = ? WHERE id = ?", (why, one.id))

    def restart(self, one: Subscriber) -> None:
        """Have a subscriber sent everything: the database is another one than that in which it had got so far."""
        with self._transaction():
            self._db.execute(
                "UPDATE subscriber SET reached = 0, reached_id = '', tries = 0, next_at = 0, error = NULL WHERE id = ?",
                (one.id,),
            )
            for table in ("replay", "dead_letter"):
                self._db.execute(f"DELETE FROM {table} WHERE subscriber = ?", (one.id,))

    def _move(self, one: Subscriber, entry: int, webhook_id: str) -> None:
        """Move a subscriber, or the replay that it is in, on to an entry."""
        self._db.execute("UPDATE subscriber SET tries = 0, next_at = 0, error = NULL WHERE id = ?", (one.id,))
        if one.replay is None:
            self._db.execute(
                "UPDATE subscriber SET reached = ?, reached_id = ? WHERE id = ?", (entry, webhook_id, one.id)
            )
        elif entry < one.replay.until:
            self._db.execute("UPDATE replay SET reached = ? WHERE id = ?", (entry, one.replay.id))
        else:
            self._db.execute("DELETE FROM replay WHERE id = ?", (one.replay.id,))

    # --- the file -----------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Make the tables if there are none, after a check that the file is empty or ours."""
        ((found,),) = self._db.execute("PRAGMA application_id")
        tables = self._db.execute(_DEFINITIONS).fetchall()
        if found not in (0, HOOKS_APPLICATION_ID) or (tables and tables != _right()):
            raise DatabaseError(
                f"{self.path}: is no database of subscribers of referral-tui; move it away, or name another database"
            )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(
            "PRAGMA synchronous = NORMAL"
        )  # a message that a power cut makes forgotten is sent again
        if not tables:
            with self._transaction():
                if not self._db.execute(_DEFINITIONS).fetchall():
                    for one in _MAKE:
                        self._db.execute(one)
                    self._db.execute(f"PRAGMA application_id = {HOOKS_APPLICATION_ID}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._in_words():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise DatabaseError(
                f"{self.path}: subscribers can't be read or stored there ({error})"
            ) from error


def _right() -> list[tuple[object, ...]]:
    """Return the definitions that the database has."""
    with closing(sqlite3.connect(":memory:")) as made:
        for one in _MAKE:
            made.execute(one)
        return made.execute(_DEFINITIONS).fetchall()


def _subscriber(
    number: int,
    name: str,
    url: str,
    secret: str,
    types: str,
    reached: int,
    reached_id: str,
    ended: str | None,
    sent: int,
    tries: int,
    tried_at: int,
    next_at: int,
    error: str | None,
    replay: int | None,
    replay_reached: int | None,
    until: int | None,
    dead: int,
) -> Subscriber:
    span = None if replay is None else Replay(replay, replay_reached or 0, until or 0)
    wanted = tuple(str(one) for one in json.loads(types))
    return Subscriber(
        *(
            number,
            name,
            url,
            secret,
            wanted,
            reached,
            reached_id,
            ended,
            sent,
            tries,
            tried_at,
            next_at,
            error,
        ),
        span,
        dead,
    )
