"""Cells that a spreadsheet would take for a formula (OWASP, "CSV injection"): written so that it shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

_BEGINNINGS: Final = ("=", "+", "-", "@", "\t", "\r")


def guarded(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows whose texts begin with an apostrophe where they would be a formula; numbers stay."""
    return [tuple(map(guarded_cell, row)) for row in rows]


def guarded_cell(value: Any) -> Any:
    """Return a text that is no formula; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_BEGINNINGS) else value
