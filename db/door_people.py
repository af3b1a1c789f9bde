"""Find what the door keeps about a person, in `NAME.door.db`. Standard library only.

The file holds only numbers of audit entries and rewards: no reference, code or contact ever gets there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from db.door_file import DOOR_APPLICATION_ID, door_path
from db.sqlite.beside import open_beside
from db.sqlite.readonly import AMONG, in_words, listed

POINTING: Final = {"dead_letter": "entry", "question": "reward"}
"""The column that points to an entry of the audit trail, or to a reward, by table."""
NAMING_NOBODY: Final = {
    "subscriber": "who is sent webhooks",
    "replay": "what is sent again, from which entry to which",
    "door": "where it listens",
    "caller": "who calls, and how many messages",
    "way": "from which client the events of a source came, and how many",
    "old_secret": "secrets that sign beside the new ones for a while",
    "asker": "who may veto, and how far they were asked",
}
"""The other tables, and what is in them."""


def door_rows_about(path: Path, entries: Collection[int], rewards: Collection[int]) -> list[dict[str, Any]]:
    """Return the messages given up about entries of the audit trail, and the questions about rewards, by number.

    Raises:
        DatabaseError: the door's database can't be read.

    """
    door = door_path(path)
    if not door.exists():
        return []
    numbers = {"dead_letter": entries, "question": rewards}
    found: list[dict[str, Any]] = []
    try:
        with closing(open_beside(door, "a database of a door of referral-tui", DOOR_APPLICATION_ID)) as db:
            for table, column in POINTING.items():
                cursor = db.execute(
                    f"SELECT * FROM {table} WHERE {column} {AMONG} ORDER BY {column}",
                    (listed(sorted(numbers[table])),),
                )
                names = [one[0] for one in cursor.description]
                found += [{"table": table, **dict(zip(names, row, strict=True))} for row in cursor]
    except sqlite3.Error as error:
        raise in_words(error, door) from error
    return found
