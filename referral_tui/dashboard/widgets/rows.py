"""What every widget with rows has in common: they can be saved as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Rowed(Protocol):
    """A widget that shows frozen rows of one kind."""

    @property
    def id(self) -> str | None:
        """The widget's name, which the file is called by."""

    @property
    def rows(self) -> Sequence[Any]:
        """The rows that are shown."""
