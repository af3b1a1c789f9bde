"""Compare two databases row by row: what is stored with what was derived again."""

from __future__ import annotations

from dataclasses import dataclass

from db.read.proving import Among, Row, columns, rows_in_order
from db.sqlite.readonly import Database


class DifferenceError(Exception):
    """The first difference found; its text is a line for a person."""


@dataclass(frozen=True)
class Comparison:
    """A table to compare: the number of key columns (they come first).

    With `only`, the rows in which a column holds one of some texts; with `without`, those in which it holds none.
    """

    table: str
    key: int
    only: Among | None = None
    without: Among | None = None


def compare(stored: Database, derived: Database, what: Comparison, source: str = "the log") -> int:
    """Compare a table of both databases, and return its number of rows.

    `source` names in messages what the rows were derived from.

    Raises:
        DifferenceError: the first row that is missing, extra or different, with the column.

    """
    names = columns(derived, what.table)
    ours, theirs = (
        rows_in_order(one, what.table, what.key, what.only, what.without) for one in (stored, derived)
    )
    count = 0
    while True:
        one, other = next(ours, []), next(theirs, [])
        if one != other:
            raise _first_difference(what, names, one, other, source)
        if not one:
            return count
        count += len(one)


def _first_difference(
    what: Comparison, names: list[str], stored: list[Row], derived: list[Row], source: str
) -> DifferenceError:
    for one, other in zip(stored, derived, strict=False):
        if one == other:
            continue
        if one[: what.key] != other[: what.key]:
            break
        place = next(place for place, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1])
        return DifferenceError(
            f"{_row(what, names, one)}: {names[place]} is {_shown(one[place])}, "
            f"derived again from {source} it is {_shown(other[place])}"
        )
    extra, missing = _only(what, stored, derived), _only(what, derived, stored)
    if missing is not None and (extra is None or _before(what, missing, extra)):
        return DifferenceError(f"{_row(what, names, missing)}: is missing, {source} gives one")
    return DifferenceError(f"{_row(what, names, extra or stored[0])}: is stored, {source} gives none")


def _only(what: Comparison, rows: list[Row], others: list[Row]) -> Row | None:
    """Return the first row whose key the others lack, or None."""
    known = {other[: what.key] for other in others}
    return next((row for row in rows if row[: what.key] not in known), None)


def _before(what: Comparison, one: Row, other: Row) -> bool:
    try:
        return bool(one[: what.key] < other[: what.key])
    except TypeError:  # a key of the wrong type
        return False


def _row(what: Comparison, names: list[str], row: Row) -> str:
    """Name a row by its table and key."""
    key = ", ".join(f"{name} {value}" for name, value in zip(names[: what.key], row, strict=False))
    return f"{what.table} with {key}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:100]}… ({len(text)} characters)"
