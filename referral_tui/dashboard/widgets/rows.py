"""What every widget with rows has in common: they can be saved as a table, and name people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from referral_tui.dashboard.query import MentionsPeople
from referral_tui.names import Names


@runtime_checkable
class HasRows(Protocol):
    """A widget that shows frozen rows of one kind."""

    @property
    def id(self) -> str | None:
        """The widget's name, used in the name of the file."""

    @property
    def rows(self) -> Sequence[Any]:
        """The rows that are shown."""


def called(row: object, names: Names) -> tuple[str, ...]:
    """Return the client's names for the people in a row, if it has any: with another name it is redrawn."""
    if not names.found or not isinstance(row, MentionsPeople):
        return ()
    return tuple(names.found.get(reference or "", "") for reference in row.references())
