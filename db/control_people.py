"""Find the commands in `NAME.control.db` that are about a person, and erase the arguments of those that name one.

Standard library only.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from db.control import CONTROL_APPLICATION_ID, connect, control_path, failed
from db.sqlite.beside import open_beside
from db.sqlite.readonly import in_words
from simulator.domain.naming import mentioning

_WHAT: Final = "a control database of referral-tui"
_COLUMNS: Final = ("id", "kind", "args", "issued_at", "taken")
_SELECT: Final = "SELECT id, CAST(kind AS TEXT), CAST(args AS TEXT), issued_at, taken FROM commands"
"""Anybody who can write to the file may have stored values other than text."""
_VERDICTS: Final = f"{_SELECT} WHERE instr(args, '\"decision\"') ORDER BY id"


def commands_about(
    path: Path, texts: Sequence[str], known_as: Sequence[str], decisions: Collection[int]
) -> list[dict[str, Any]]:
    """Return the commands that contain one of these texts, and the verdicts on decisions with these numbers.

    `known_as` are the names, e-mail addresses and phone numbers in the client's records, found as `mentioning` does.
    Commands are given column by column, in the order in which they were sent.

    Raises:
        DatabaseError: the control database can't be read.

    """
    if not control_path(path).exists():
        return []
    try:
        with closing(open_beside(control_path(path), _WHAT, CONTROL_APPLICATION_ID)) as db:
            found = {row[0]: row for row in _naming(db, mentioning(texts, known_as))}
            found |= {row[0]: row for row in db.execute(_VERDICTS) if decided(row[2]) in decisions}
    except sqlite3.Error as error:
        raise in_words(error, control_path(path)) from error
    return [dict(zip(_COLUMNS, found[number], strict=True)) for number in sorted(found)]


def decided(args: str) -> int | None:
    """Return the number of the decision that a verdict's arguments name, or None."""
    try:
        decision = json.loads(args).get("decision")
    except (ValueError, AttributeError, RecursionError):
        return None
    return decision if isinstance(decision, int) else None


def check_forgetting(path: Path) -> None:
    """Check that the control database of the database at `path` can be written.

    Raises:
        DatabaseError: it can't.

    """
    try:
        with closing(connect(path)) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise failed(path, error) from error


def forget(path: Path, texts: Sequence[str], known_as: Sequence[str]) -> int:
    """Erase the arguments of commands that contain one of these texts; return how many there were.

    `known_as` are the names, e-mail addresses and phone numbers in the client's records, found as `mentioning` does.

    `known_as` are names, e-mail addresses and phone numbers by which the client knows somebody.

    Raises:
        DatabaseError: the control database can't be written.

    """
    if not texts or not control_path(path).exists():
        return 0
    try:
        with closing(connect(path)) as db:
            db.execute("PRAGMA secure_delete = ON")
            named = mentioning(texts, known_as)
            found = [("" if named.search(kind) else kind, number) for number, kind, *_ in _naming(db, named)]
            db.executemany("UPDATE commands SET args = '{}', kind = ? WHERE id = ?", found)
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise failed(path, error) from error
    return len(found)


def _naming(db: sqlite3.Connection, named: re.Pattern[str]) -> list[tuple[Any, ...]]:
    """Return the commands in which a pattern finds somebody."""
    rows = db.execute(f"{_SELECT} ORDER BY id")
    return [row for row in rows if named.search(row[2]) or named.search(row[1])]
