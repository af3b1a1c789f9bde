"""Databases in Postgres as commands use them: where their local copies are kept, and which commands accept them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from db.postgres.address import PostgresAddress


def copies() -> Path:
    """Return the folder of local copies of databases in Postgres."""
    from platformdirs import user_data_path

    return user_data_path("referral-tui", appauthor=False) / "postgres"


def readable(db: Path | PostgresAddress) -> Path:
    """Return the path of a database to read; for one in Postgres that is the local copy, brought up to date first.

    Raises:
        DatabaseError: the server can't be reached, or holds no such log.

    """
    if isinstance(db, Path):
        return db
    from db.postgres.copy import follow

    return follow(db, copies())


@contextmanager
def followed(db: Path | PostgresAddress) -> Iterator[Path]:
    """Yield the path of a database; for one in Postgres, of the local copy, which follows it while the context lasts.

    Raises:
        DatabaseError: the server can't be reached, or holds no such log.

    """
    path = readable(db)
    if isinstance(db, Path):
        yield path
        return
    from threading import Event, Thread

    from db.postgres.copy import keep_following

    over = Event()
    thread = Thread(target=keep_following, args=(db, copies(), over), name="follower", daemon=True)
    thread.start()
    try:
        yield path
    finally:
        over.set()
        thread.join()


@contextmanager
def fetched(db: Path | PostgresAddress) -> Iterator[Path]:
    """Yield the path of a database; for one in Postgres that is a temporary copy, fetched from scratch.

    Raises:
        DatabaseError: the server can't be reached, or holds no such log.

    """
    if isinstance(db, Path):
        yield db
        return
    from db.postgres.copy import fetch

    with TemporaryDirectory(prefix="referral-tui-") as folder:
        yield fetch(db, Path(folder))


def takers_of_addresses(commands: Mapping[str, Any]) -> list[str]:
    """Return those of these commands, by name, whose `--db` can be an address in Postgres, subcommands too."""
    return [words for name, command in commands.items() for words in _takers(command, name)]


def _takers(command: Any, words: str) -> Iterator[str]:
    for name, inner in getattr(command, "commands", {}).items():
        yield from _takers(inner, f"{words} {name}")
    if any(param.type_descriptor.annotation is PostgresAddress for param in command.params):
        yield words
