"""Look up people's names in the client's CRM, `NAME.crm.db`, opened for reading only. Standard library only.

The platform never opens that file; screens do, to show the names that only the client knows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from urllib.parse import quote

from db.sqlite.beside import check_plain
from db.sqlite.readonly import in_words
from simulator.domain.errors import DatabaseError

CRM_APPLICATION_ID: Final = 0x52454643  # "REFC"
KEPT = 20_000  # names cached: a few megabytes
_AT_ONCE = 500  # values in one look-up; SQLite takes 32,766


def crm_path(path: Path) -> Path:
    """Return the path of the CRM beside the platform's database at `path`."""
    return path.with_name(path.name.removesuffix(".db") + ".crm.db")


class NameBook:
    """Looks up names, and caches them."""

    def __init__(self, path: Path, timeout_s: float = 0.2) -> None:
        """Open the CRM beside the platform's database at `path`; raises DatabaseError."""
        self.path = crm_path(path)
        self._known: dict[str, str] = {}
        if not self.path.exists():
            raise DatabaseError(f"{self.path.name} is not there: the names of people are the client's")
        check_plain(self.path, "a CRM database of referral-tui")
        uri = f"file:{quote(bytes(self.path.absolute()))}?mode=ro"
        try:
            self._db = sqlite3.connect(
                uri, uri=True, timeout=timeout_s, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise in_words(error, self.path) from error
        try:
            ((found,),) = self._db.execute("PRAGMA application_id")
            if found != CRM_APPLICATION_ID:
                raise DatabaseError(f"{self.path.name} is no CRM database of referral-tui")
        except sqlite3.Error as error:
            self._db.close()
            raise in_words(error, self.path) from error
        except DatabaseError:
            self._db.close()
            raise

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
