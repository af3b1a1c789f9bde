"""Parse paths to values in a record, such as `data.object.lines[0].amount`, or a column of a CSV file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

Format = Literal["json", "csv"]
Read = Callable[[Any, Any, int], Any]
"""Reads a value of a record, of the item of its list that is at hand, and of the item's number (from 1)."""
ITEM: Final = "item"
ITEM_NUMBER: Final = "item_number"
_PART: Final = re.compile(r"""\[(-?[0-9]{1,6})\]|\["([^"]+)"\]|(?:^|\.)([^.\[\]"]+)""")
EXAMPLE: Final = 'data.object.lines[0].amount, or data["odd.name"]'


@dataclass(frozen=True)
class Path:
    """A path as written, and the function that reads it; `keys` are the names and indexes along it."""

    text: str
    keys: tuple[str | int, ...]
    of_item: bool
    read: Read

    def covers(self, leaf: tuple[str | int, ...]) -> bool:
        """Return whether a value at `leaf` of a record, or of an item, is what the path leads to, or is within it."""
        return leaf[: len(self.keys)] == self.keys


def parse_path(text: str, form: Format) -> Path | None:
    """Parse a path; None if it is invalid. In a CSV file a path is the full name of a column."""
    if not text.strip():
        return None
    if form == "csv":
        return Path(text, (text,), False, _by_names((text,), of_item=False))
    keys: list[str | int] = []
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None:
            return None
        place, quoted, name = found.groups()
        keys.append(int(place) if place is not None else quoted or name)
        at = found.end()
    if keys == [ITEM_NUMBER]:
        return Path(text, (), True, lambda _record, _item, number: number)
    of_item = keys[0] == ITEM
    way = tuple(keys[1:] if of_item else keys)
    names = tuple(key for key in way if isinstance(key, str))
    read = _by_names(names, of_item=of_item) if len(names) == len(way) else _by_keys(way, of_item=of_item)
    return Path(text, way, of_item, read)


def _by_names(names: tuple[str, ...], *, of_item: bool) -> Read:
    """Return what reads by names alone; of a record most paths have one name or three, at half the cost of a loop."""
    match names:
        case (name,) if not of_item:
            return _by_one(name)
        case (first, second, third) if not of_item:
            return _by_three(first, second, third)

    def read(record: Any, item: Any, _number: int) -> Any:
        found = item if of_item else record
        try:
            for name in names:
                found = found[name]
        except (KeyError, TypeError):
            return None
        return found

    return read


def _by_one(name: str) -> Read:
    def read(record: Any, _item: Any, _number: int) -> Any:
        try:
            return record[name]
        except (KeyError, TypeError):
            return None

    return read


def _by_three(first: str, second: str, third: str) -> Read:
    def read(record: Any, _item: Any, _number: int) -> Any:
        try:
            return record[first][second][third]
        except (KeyError, TypeError):
            return None

    return read


def _by_keys(keys: tuple[str | int, ...], *, of_item: bool) -> Read:
    def read(record: Any, item: Any, _number: int) -> Any:
        found: Any = item if of_item else record
        for key in keys:
            found = _step(found, key)
        return found

    return read


def _step(found: Any, key: str | int) -> Any:
    if isinstance(key, str):
        return found.get(key) if isinstance(found, dict) else None
    inside = isinstance(found, list) and -len(found) <= key < len(found)
    return found[key] if inside else None


def leaves(value: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the locations of the single values of a record; empty ones and null are passed over."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*at, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, (*at, place))
    elif value not in (None, ""):
        yield at


def path_text(keys: tuple[str | int, ...]) -> str:
    """Write a path."""
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        elif re.search(r'[.\[\]"]', key):
            text += f'["{key}"]'
        else:
            text += f".{key}" if text else key
    return text
