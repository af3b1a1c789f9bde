"""Look up people in the client's CRM, `NAME.crm.db`, opened for reading only. Standard library only.

The platform never opens that file; screens do, to show the names that only the client knows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from db.sqlite.beside import open_beside
from db.sqlite.readonly import in_words
from simulator.domain.errors import DatabaseError

CRM_APPLICATION_ID: Final = 0x52454643  # "REFC"
_WHAT: Final = "a CRM database of referral-tui"
KEPT = 20_000  # names cached: a few megabytes
_AT_ONCE = 500  # values in one look-up; SQLite takes 32,766


def crm_path(path: Path) -> Path:
    """Return the path of the CRM beside the platform's database at `path`."""
    return path.with_name(path.name.removesuffix(".db") + ".crm.db")


RECORD: Final = ("ref", "name", "email", "phone", "kind", "segment", "country", "joined")
"""What the client's records say about a person. The salt is the client's secret, `label` the simulation's own note."""


def records_of(path: Path, references: Sequence[str]) -> list[dict[str, Any]]:
    """Return the client's records of people (`RECORD`) from the CRM beside the database at `path`, if there is one.

    Raises:
        DatabaseError: the CRM can't be read, or is not a CRM.

    """
    crm = crm_path(path)
    if not crm.exists():
        return []
    try:
        with closing(open_beside(crm, _WHAT, CRM_APPLICATION_ID)) as db:
            marks = ", ".join("?" * len(references))
            sql = f"SELECT {', '.join(RECORD)} FROM person WHERE ref IN ({marks}) ORDER BY joined, ref"
            return [dict(zip(RECORD, row, strict=True)) for row in db.execute(sql, references)]
    except sqlite3.Error as error:
        raise in_words(error, crm) from error


def known_as(path: Path, references: Sequence[str]) -> list[str]:
    """Return the names, e-mail addresses and phone numbers of people from the CRM beside the database at `path`.

    Raises:
        DatabaseError: the CRM can't be read, or is not a CRM.

    """
    records = records_of(path, references)
    return [
        text for one in records for name in ("name", "email", "phone") if isinstance(text := one[name], str)
    ]


class NameBook:
    """Looks up names, and caches them."""

    def __init__(self, path: Path, timeout_s: float = 0.2) -> None:
        """Open the CRM beside the platform's database at `path`; raises DatabaseError."""
        self.path = crm_path(path)
        self._known: dict[str, str] = {}
        if not self.path.exists():
            raise DatabaseError(
                f"{self.path.name} not found: only the client's customer system has people's names"
            )
        self._db = open_beside(self.path, _WHAT, CRM_APPLICATION_ID, timeout_s)

    def names(self, references: Iterable[str]) -> dict[str, str]:
        """Return the names of these people by reference, without those not in the CRM; raises DatabaseError."""
        wanted = set(references)
        if len(self._known) > KEPT:
            self._known.clear()
        todo = sorted(wanted - self._known.keys())
        try:
            for start in range(0, len(todo), _AT_ONCE):
                some = todo[start : start + _AT_ONCE]
                marks = ", ".join("?" * len(some))
                rows = self._db.execute(f"SELECT ref, name FROM person WHERE ref IN ({marks})", some)
                self._known.update((ref, name) for ref, name in rows if isinstance(name, str))
        except sqlite3.Error as error:
            raise in_words(error, self.path) from error
        return {ref: self._known[ref] for ref in wanted & self._known.keys()}

    def close(self) -> None:
        """Close the database; a second call does nothing."""
        self._db.close()
