"""Find what names people in event files, line by line, and overwrite it."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from simulator.domain.errors import InputError
from simulator.domain.naming import mentioning, naming
from simulator.domain.vocabulary import WRITTEN_REASONS

_ENDINGS: Final = (".jsonl", ".ndjson", ".csv")
_WRITTEN: Final = naming(map(str, WRITTEN_REASONS)).pattern.encode()
_REASON: Final = re.compile(rb'("reason"\s*:\s*)"(?:[^"\\]|\\.)*"')
_REASON_CELL: Final = "data.reason"


def lines_naming(folder: Path, names: Iterable[str], known_as: Iterable[str] = ()) -> dict[str, list[int]]:
    """Return the numbers of the lines, from 1, that contain one of `names` or `known_as`, by event file in a folder.

    `known_as` are found as `mentioning` does.
    """
    found: dict[str, list[int]] = {}
    pattern = re.compile(mentioning(names, known_as).pattern.encode())
    for path in _files(folder):
        lines = path.read_bytes().splitlines()
        if numbers := [number for number, line in enumerate(lines, 1) if pattern.search(line)]:
            found[path.name] = numbers
    return found


def check_blanking(folder: Path) -> None:
    """Check that files in a folder can be replaced.

    Raises:
        InputError: they can't.

    """
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(
            f"{folder}: can't be written, so nothing in its files can be erased; check its permissions"
        )


def blank_lines(folder: Path, names: Mapping[str, str], known_as: Mapping[str, str]) -> int:
    """Replace `names` in all event files in a folder by other texts; return how many lines had one.

    `known_as` are replaced likewise, found as `mentioning` does, and so are written reasons in the same lines. Files
    are replaced atomically. A name that is only part of a longer word stays.
    """
    blanker = _Blanker(names, known_as)
    count = 0
    for path in _files(folder) if names else ():
        lines = path.read_bytes().splitlines(keepends=True)
        cell = _reason_cell(lines[0]) if lines and path.suffix == ".csv" else None
        new = [blanker.blank(line, cell) for line in lines]
        changed = sum(one != other for one, other in zip(lines, new, strict=True))
        if changed:
            beside = path.with_name(f"{path.name}.erasing")
            beside.write_bytes(b"".join(new))
            beside.replace(path)
        count += changed
    return count


class _Blanker:
    """Overwrites what names people in a line."""

    def __init__(self, names: Mapping[str, str], known_as: Mapping[str, str]) -> None:
        self._others = {one.encode(): other.encode() for one, other in names.items()}
        self._names = re.compile(naming(names).pattern.encode())
        self._known = [
            (re.compile(mentioning((), [one]).pattern.encode()), other.encode())
            for one, other in known_as.items()
        ]
        self._written = re.compile(_WRITTEN)

    def blank(self, line: bytes, cell: int | None) -> bytes:
        """Return the line without what names somebody; `cell` is the one of a CSV row that holds a reason."""
        found = self._names.search(line)
        other = None if found is None else self._others[found[0]]
        new = self._names.sub(lambda named: self._others[named[0]], line)
        for pattern, pseudonym in self._known:
            new, count = pattern.subn(pseudonym, new)
            other = pseudonym if other is None and count else other
        if other is None or not self._written.search(line):
            return new
        if cell is None:
            return _REASON.sub(rb'\1"' + other + b'"', new)
        return _with_cell(new, cell, other)


def _reason_cell(header: bytes) -> int | None:
    """Return the place of the column of reasons in a CSV file, by its header; None where it has none."""
    names = next(csv.reader([header.decode("utf-8-sig", "replace")]), [])
    return names.index(_REASON_CELL) if _REASON_CELL in names else None


def _with_cell(line: bytes, cell: int, text: bytes) -> bytes:
    """Return a row of a CSV file with another text in a cell, if there is one in it."""
    row = next(csv.reader([line.decode("utf-8", "surrogateescape")]), [])
    if len(row) <= cell or not row[cell]:
        return line
    row[cell] = text.decode()
    written = io.StringIO()
    csv.writer(written, lineterminator=line[len(line.rstrip(b"\r\n")) :].decode()).writerow(row)
    return written.getvalue().encode("utf-8", "surrogateescape")


def _files(folder: Path) -> Iterator[Path]:
    """Yield the event files in a folder, by name; links are not followed."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix in _ENDINGS and not path.is_symlink() and path.is_file():
            yield path
