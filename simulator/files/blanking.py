"""Find what names people in event files, line by line, and overwrite it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from simulator.domain.errors import InputError
from simulator.domain.naming import naming

_ENDINGS: Final = (".jsonl", ".ndjson", ".csv")


def lines_naming(folder: Path, names: Iterable[str]) -> dict[str, list[int]]:
    """Return the numbers of the lines, from 1, that contain one of `names`, by event file in a folder."""
    found: dict[str, list[int]] = {}
    pattern = _pattern(names)
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


def blank_lines(folder: Path, names: Mapping[str, str]) -> int:
    """Replace `names` in all event files in a folder by other texts; return how many lines had one.

    Files are replaced atomically. A name that is only part of a longer word stays.
    """
    others = {one.encode(): other.encode() for one, other in names.items()}
    pattern = _pattern(names)
    count = 0
    for path in _files(folder) if names else ():
        lines = path.read_bytes().splitlines(keepends=True)
        new = [pattern.sub(lambda found: others[found[0]], line) for line in lines]
        changed = sum(one != other for one, other in zip(lines, new, strict=True))
        if changed:
            beside = path.with_name(f"{path.name}.erasing")
            beside.write_bytes(b"".join(new))
            beside.replace(path)
        count += changed
    return count


def _pattern(names: Iterable[str]) -> re.Pattern[bytes]:
    return re.compile(naming(names).pattern.encode())


def _files(folder: Path) -> Iterator[Path]:
    """Yield the event files in a folder, by name; links are not followed."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix in _ENDINGS and not path.is_symlink() and path.is_file():
            yield path
