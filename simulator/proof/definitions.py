"""Check a database's definitions against the schema (its tables and indexes, nothing else), and the types of values."""

from __future__ import annotations

from collections.abc import Iterable

from db.read.proving import columns, mistyped_values
from db.schema.stored import first_difference
from db.sqlite.readonly import Database
from simulator.proof.compare import Comparison, DifferenceError


def check_definitions(stored: Database) -> None:
    """Compare each table and index with the schema; an index that is only made at the end of a run may be missing.

    Raises:
        DifferenceError: the first that differs, is missing, or should not be there (a trigger, a view).

    """
    found = first_difference(stored)
    if found is None:
        return
    if found.foreign:
        raise DifferenceError(f"{found.kind} {found.name}: not one of those that a database is made with")
    raise DifferenceError(
        f"{found.kind} {found.name}: its definition in the database is not the one it was made with"
    )


def check_kinds(stored: Database, tables: Iterable[Comparison]) -> None:
    """Check that each value in these tables has its column's type: a number, a text, or null if allowed.

    Raises:
        DifferenceError: the first value that is not, with its row and column.

    """
    for what in tables:
        for key, name, kind, kinds in mistyped_values(stored, what.table, what.key):
            names = ", ".join(columns(stored, what.table)[: what.key])
            raise DifferenceError(
                f"{what.table} with {names} {', '.join(map(str, key))}: {name} is "
                f"{kind}, it should be {' or '.join(kinds)}"
            )
