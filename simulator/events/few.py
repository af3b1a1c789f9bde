"""Turn a few messages into columns, one by one.

What a single post brings is judged with few others: there each call of Polars costs as much as a hundred messages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import polars as pl

FEW: Final = 256  # messages: for twice as many both ways take as long
_NAME: Final = r"[0-9]*[A-Za-z_][A-Za-z0-9_.\-]*"
SURE: Final[Mapping[str, str | None]] = {
    "text": _NAME,
    "id": rf"[0-9]+|{_NAME}",
    "reference": r"[0-9]*[A-Za-z][A-Za-z0-9_.\-]*",
    "currency": r"[A-Z]{3}",
    "attributes": None,
    "program": None,
}
"""For each kind of text, what makes a value surely right: a pattern that all of it matches; None: no value is."""
_FITS: Final[Mapping[str, Callable[[str], object]]] = {
    kind: re.compile(pattern).fullmatch if pattern is not None else lambda _text: None
    for kind, pattern in SURE.items()
}


class FewColumns:
    """Makes frames of one schema from few rows; columns in which nothing is are made once."""

    def __init__(self, schema: Mapping[str, pl.DataType]) -> None:
        self._schema = schema

    @cached_property
    def _empty(self) -> pl.DataFrame:
        """The columns of nulls; making them starts the threads of Polars, which an import must not."""
        return pl.DataFrame(schema=self._schema).clear(FEW)

    def frame(self, columns: Mapping[str, Sequence[Any]], rows: int) -> pl.DataFrame:
        """Return a frame with all columns of the schema, of so many rows; those that are not given are null."""
        nulls = self._empty.head(rows)
        return pl.DataFrame(
            [
                pl.Series(name, columns[name], dtype=kind) if name in columns else nulls.get_column(name)
                for name, kind in self._schema.items()
            ]
        )


def doubtful(values: Sequence[str | None], kind: str) -> list[int]:
    """Return the places of values that are not surely right; null is."""
    fits = _FITS[kind]
    return [place for place, value in enumerate(values) if value is not None and not fits(value)]
