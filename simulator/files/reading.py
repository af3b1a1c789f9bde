"""Read event files in blocks of bounded memory: JSON Lines and CSV, and standard input.

Problems that can be seen before anything is read (a missing file, a folder, an unreadable or unknown kind of file) are
reported at once, for all files.
"""

from __future__ import annotations

import os
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from simulator.domain.errors import InputError
from simulator.files.messages import messages

if TYPE_CHECKING:
    from simulator.mapping.model import MappingFile

JSON_LINES: Final = (".jsonl", ".ndjson", ".json")
CSV: Final = ".csv"
STANDARD_INPUT: Final = Path("-")
BLOCK_BYTES = 64 * 1024 * 1024  # a block ends here even if it has fewer lines than asked for
_PIECE = 500  # lines taken at once while the bytes are counted


def check_files(
    paths: Sequence[Path], *, infer_time: bool = False, mapping: MappingFile | None = None
) -> None:
    """Check that every file exists, is readable and of a known kind, and that a CSV file has a valid header.

    With `infer_time` a header needs no column `time`; a `mapping` states the kind of its records itself, and needs none
    of our headers.

    Raises:
        InputError: a line for each file with a problem.

    """
    problems = [problem for path in paths if (problem := _problem(path, infer_time, mapping)) is not None]
    if paths.count(STANDARD_INPUT) > 1:
        problems.append("-: standard input can be read only once; name it once")
    if problems:
        raise InputError(*problems)


def _problem(path: Path, infer_time: bool, mapping: MappingFile | None) -> str | None:
    if path == STANDARD_INPUT:
        return None
    if not path.exists() or path.is_dir():
        return f"{path}: is a folder; name the files in it" if path.is_dir() else f"{path}: no such file"
    kind = path.suffix.lower()
    if mapping is None and kind not in (*JSON_LINES, CSV):
        return f"{path}: unknown kind of file; events come in .jsonl (JSON Lines) or .csv files"
    if not os.access(path, os.R_OK):
        return f"{path}: can't be read; check its permissions"
    if mapping is None and kind == CSV:
        return _header_problem(path, infer_time) if path.is_file() else None
    wide = f"{path}: not UTF-8 but UTF-16; save the file in UTF-8" if _begins_as_utf16(path) else None
    return wide or (None if mapping is None else _mismatch(path, kind, mapping))


def _mismatch(path: Path, kind: str, mapping: MappingFile) -> str | None:
    """Return that a file has another form than a mapping reads, if it has."""
    wrong = kind in (JSON_LINES if mapping.form == "csv" else (CSV,))
    return f"{path}: the mapping {mapping.name} reads {mapping.form.upper()}" if wrong else None


def _begins_as_utf16(path: Path) -> bool:
    """Return whether a regular file begins with the byte order mark of UTF-16, with which no line of it is JSON."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(2) in (BOM_UTF16_LE, BOM_UTF16_BE)


def _header_problem(path: Path, infer_time: bool) -> str | None:
    """Return what is wrong with a CSV file's header row, before a database is created for it."""
    from simulator.events.csvfile import read_csv

    try:
        with opened(path) as stream:
            read_csv(stream, str(path), infer_time=infer_time)
    except InputError as error:
        return str(error)
    return None


def size_of(paths: Sequence[Path]) -> int | None:
    """Return the size of all files together in bytes; None if standard input is among them."""
    return None if STANDARD_INPUT in paths else sum(path.stat().st_size for path in paths)


def name_of(path: Path) -> str:
    """Return a file's name as text; bytes that are not UTF-8, which no database or file accepts, are escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_csv(path: Path) -> bool:
    """Return whether a file is read as CSV; standard input is JSON Lines."""
    return path.suffix.lower() == CSV


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file, or standard input, for reading bytes.

    Raises:
        InputError: it can't be opened.

    """
    if path == STANDARD_INPUT:
        if sys.stdin is None:
            raise InputError("-: standard input is closed; name a file")
        yield sys.stdin.buffer
        return
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error
    with stream:
        yield stream


def blocks(stream: BinaryIO, size: int) -> Iterator[list[bytes]]:
    """Yield the stream's messages, complete, at most `size` at once and not much more than `BLOCK_BYTES`."""
    found = messages(stream)
    block: list[bytes] = []
    weight = 0
    while piece := list(islice(found, min(_PIECE, size - len(block)))):
        block += piece
        weight += sum(map(len, piece))
        if len(block) >= size or weight >= BLOCK_BYTES:
            yield block
            block, weight = [], 0
    if block:
        yield block
