"""Compare the definitions stored in a database with those of the schema."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Final, NamedTuple

from db.schema.ddl import definitions
from db.sqlite.readonly import Database

_ALL: Final = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT IN ({})"
# SQLite's own, made by ANALYZE; they hold no data
_STATISTICS: Final = ("sqlite_stat1", "sqlite_stat3", "sqlite_stat4")

Definition = tuple[str, str, str, str | None]
"""Kind (table, index, trigger, view), name, table, and statement."""


class DefinitionDifference(NamedTuple):
    """A definition that is not as expected; `foreign` if nothing of ours has that name."""

    kind: str
    name: str
    foreign: bool


def first_difference(db: Database) -> DefinitionDifference | None:
    """Return the first definition, by name, that differs, is missing or should not be there (a trigger, a view).

    An index that is only made at the end of a run may be missing.
    """
    found = _definitions(db)
    with closing(sqlite3.connect(":memory:")) as made:
        for statement in definitions(tables=True):
            made.execute(statement)
        needed = _definitions(made)
        for statement in definitions(tables=False):
            made.execute(statement)
        known = _definitions(made)
    for name in sorted(needed.keys() | found.keys()):
        kind = (found.get(name) or known[name])[0]
        if found.get(name) != known.get(name):
            return DefinitionDifference(kind, name, foreign=name not in known)
    return None


def _definitions(db: Database) -> dict[str, Definition]:
    """Return all definitions by name; older databases have white space after some, which SQLite keeps."""
    marks = ", ".join("?" * len(_STATISTICS))
    found = db.execute(_ALL.format(marks), _STATISTICS)
    return {row[1]: (*row[:3], row[3] and str(row[3]).rstrip()) for row in found}
