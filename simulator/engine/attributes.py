"""Keep the client's own attributes of people and conversions, under names that a program may declare.

All attributes of people are kept, whether declared or not, since a later version of the program may declare them. A
log without attributes costs nothing, and one with them a row for each person and name.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Columns, Ints
from simulator.engine.interner import Words
from simulator.engine.keys import KeyIndex, mix
from simulator.events.attributes import Value, as_text, as_values
from simulator.program.model import AttributeType

_TYPES: dict[AttributeType, pl.DataType] = {
    "text": pl.String(),
    "number": pl.Float64(),
    "bool": pl.Boolean(),
}


class Attributes:
    """The latest attributes of people: a row for each person and name, with the id of the value.

    Columns of `rows`: `value`, an index in `values`, and the `seq` of the event that said so.
    """

    def __init__(self) -> None:
        self.rows = Columns({"value": (np.int32, NONE), "seq": (np.uint32, 0)})
        self.values: list[Value] = []
        self._names = Words()
        self._ids: dict[str, int] = {}  # of values, by their canonical text
        self._index = KeyIndex()

    def enter(self, persons: Ints, texts: Iterable[str]) -> tuple[Ints, Ints, Ints]:
        """Add the people and names of these texts.

        Returns the place of each text, the row of person and name, and the value.
        """
        places, names, values = [], [], []
        for place, text in enumerate(texts):
            for name, value in as_values(text).items():
                places.append(place)
                names.append(name)
                values.append(self._value(value))
        at = np.array(places, np.int64)
        claim = self._index.get_or_insert(_keys(persons[at], self._names.assign(names)))
        new = int(claim.first.sum())
        self._index.put(claim.slots[claim.first], self.rows.append(value=np.full(new, NONE)))
        return at, self._index.get(claim.slots), np.array(values, np.int64)

    def find(self, name: str, persons: Ints) -> Ints:
        """Return the row of each person's attribute with a name, or NONE if no event mentioned it."""
        number = self._names.find([name])
        if number[0] == NONE:
            return np.full(len(persons), NONE, np.int64)
        return self._index.find(_keys(persons, number))

    def of_both(self, merged: int, into: int) -> tuple[Ints, Ints]:
        """Return the rows of one person's attributes, and of the same ones of another, adding missing rows."""
        numbers = np.arange(len(self._names.texts))
        theirs = self._index.find(_keys(np.full(len(numbers), merged), numbers))
        known = theirs != NONE
        claim = self._index.get_or_insert(_keys(np.full(int(known.sum()), into), numbers[known]))
        new = int(claim.first.sum())
        self._index.put(claim.slots[claim.first], self.rows.append(value=np.full(new, NONE)))
        return theirs[known], self._index.get(claim.slots)

    def column(self, values: Ints, kind: AttributeType) -> pl.Series:
        """Return values by their ids as a column; null for NONE and for values of another type."""
        known = {
            number: typed(self.values[number], kind) for number in np.unique(values[values != NONE]).tolist()
        }
        return pl.Series([known.get(number) for number in values.tolist()], dtype=_TYPES[kind])

    def _value(self, value: Value) -> int:
        text = as_text({"": value})
        number = self._ids.setdefault(text, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number


def _keys(persons: Ints, names: Ints) -> np.ndarray:
    return mix((names << 32) | persons)


def of_events(texts: pl.Series, name: str, kind: AttributeType) -> pl.Series:
    """Return an attribute of events as a column, given their attributes as texts."""
    given = texts.to_list()
    known = {text: typed(as_values(text).get(name), kind) for text in set(given)}
    return pl.Series([known[text] for text in given], dtype=_TYPES[kind])


def typed(value: Value | None, kind: AttributeType) -> str | bool | float | None:
    """Return a value as a fact, or None if its type is not the one that the program declares."""
    if isinstance(value, bool):
        return value if kind == "bool" else None
    if isinstance(value, (int, float)):
        return float(value) if kind == "number" else None
    return value if kind == "text" else None
