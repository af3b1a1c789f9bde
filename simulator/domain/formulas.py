"""Guard CSV cells that a spreadsheet would run as a formula (OWASP, "CSV injection")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

_BEGINNINGS: Final = ("=", "+", "-", "@", "\t", "\r")


def guarded(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the rows with an apostrophe before each text that would be a formula; numbers stay as they are."""
    return [tuple(map(guarded_cell, row)) for row in rows]


def guarded_cell(value: Any) -> Any:
    """Return a text with an apostrophe before it if it would be a formula; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_BEGINNINGS) else value
