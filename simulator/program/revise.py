"""Change single values of a program file in its text, so that its comments and its layout stay.

A path is that of `source.py`: names of tables and keys, and indexes from 0 in arrays, such as ("reward", 1, "value")
or ("reward", 1, "caps", 0, "count").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.program.source import Path, Scan


@dataclass
class ValuePositions:
    """Where things stand in a text: the start and the end of each value, and the end of each table's own lines."""

    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    tables: dict[Path, int] = field(default_factory=dict)
    names: dict[Path, int] = field(default_factory=dict)
    """By table, the width of its widest key, so that the equal sign of a new one stands below those before it."""


def find_positions(text: str) -> ValuePositions:
    """Find where the values and tables of a valid TOML text stand; what is not understood is left out."""
    scan = _ValueScan(text)
    scan.run()
    return scan.spots


def revise(text: str, values: Mapping[Path, str]) -> str:
    """Return the text with values, written as in TOML, in place of those at some paths.

    A key that a table does not have yet is added below its other keys, a table that is missing at the end. The caller
    checks the result by loading it.
    """
    spots = find_positions(text)
    edits: list[tuple[int, int, str]] = []
    new: dict[Path, list[str]] = {}
    for path, value in values.items():
        *table, key = path
        if path in spots.values:
            start, end = spots.values[path]
            edits.append((start, end, value))
        elif tuple(table) in spots.tables:
            at = spots.tables[tuple(table)]
            edits.append((at, at, f"\n{key!s:<{spots.names.get(tuple(table), 0)}} = {value}"))
        else:
            new.setdefault(tuple(table), []).append(f"{key} = {value}")
    for start, end, value in sorted(edits, key=lambda one: one[0], reverse=True):
        text = text[:start] + value + text[end:]
    for path, lines in new.items():
        text = "\n".join([text.rstrip("\n"), "", f"[{'.'.join(map(str, path))}]", *lines, ""])
    return text


class _ValueScan(Scan):
    """A scan that notes where values begin and end, those inside of lists and inline tables too."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.spots = ValuePositions()

    def note(self, path: Path, position: int) -> None:
        """Note the end of a table's header, where its keys would begin."""
        super().note(path, position)
        if self.text[position] == "[":
            line = self.text.find("\n", position)
            self.spots.tables[path] = len(self.text) if line < 0 else line

    def skip_value(self, path: Path) -> None:
        """Move behind the value, noting it and all that it contains, and go on to the end of its line."""
        equal = self.text.find("=", self.at)
        width = equal - self.text.rfind("\n", 0, equal) - 2
        self._value(path)
        self.to_next_line()
        table = path[:-1]
        if table in self.spots.tables:
            self.spots.tables[table] = self.at
            self.spots.names[table] = max(self.spots.names.get(table, 0), width)

    def _value(self, path: Path) -> None:
        self._blank()
        if self.text.startswith("=", self.at):
            self.at += 1
            self._blank()
        start = self.at
        sign = self.text[start : start + 1]
        if sign == "[":
            super().note(path, start)
            self._members(path, "]")
        elif sign == "{":
            super().note(path, start)
            self._members(path, "}")
        else:
            self.skip_plain()
        self.spots.values[path] = (start, self.at)

    def _members(self, path: Path, closing: str) -> None:
        """Move behind a list or an inline table."""
        self.at += 1
        place = 0
        while self.at < len(self.text):
            self._blank()
            if self.text.startswith(closing, self.at):
                self.at += 1
                return
            if self.text.startswith(",", self.at):
                self.at += 1
                continue
            before = self.at
            self._value((*path, *(self.names() if closing == "}" else (place,))))
            place += 1
            if self.at == before:  # not understood
                self.at = len(self.text)

    def _blank(self) -> None:
        blank = self.blank.match(self.text, self.at)
        self.at = blank.end() if blank else self.at
