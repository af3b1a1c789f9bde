"""Read event lines before they are decoded: each with its file and line, and the time it is ordered by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from operator import gt
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from simulator.events.csvfile import CsvRow, read_csv
from simulator.events.moment import parse_moments
from simulator.files.messages import messages
from simulator.files.reading import is_csv, name_of, opened
from simulator.mapping.mapper import Mapper
from simulator.mapping.rows import rows_of_csv, rows_of_lines

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_TIME: Final = re.compile(rb'"time"\s*:\s*"([^"\\]{1,64})"')
_RECEIVED: Final = re.compile(rb'"receivedat"\s*:\s*([0-9]{1,15})\b')
_AT_ONCE: Final = 500  # lines whose times are read together
BEGINNING: Final = -(2**62)
"""Before any time."""


class Line(NamedTuple):
    """A line of a file: as it was read, and the place in the file (a file's line number, from 1).

    `at` is the time that it is ordered by (milliseconds UTC): that of the previous line if it states none. Lines with
    the same time are ordered by file (`place`), then by line, as tuples compare.
    """

    at: int
    place: int
    number: int
    row: CsvRow
    file: str


def read(path: Path, place: int = 0, *, replay: bool = False, mapper: Mapper | None = None) -> Iterator[Line]:
    """Yield the lines of a file in order, with their times of occurrence, or of receipt with `replay`.

    `mapper` turns records of another form into events.

    Times of receipt never decrease along a file: `at` is the greatest so far.
    """
    file = name_of(path)
    for rows, times in _timed(path, replay=replay, mapper=mapper):
        for row, at in zip(rows, times, strict=True):
            yield Line(at, place, row.number, row, file)


def is_sorted(path: Path, mapper: Mapper | None = None) -> bool:
    """Return whether a file is in order of the times of occurrence."""
    newest = BEGINNING
    for _, times in _timed(path, replay=False, mapper=mapper):
        if times[0] < newest or any(map(gt, times, times[1:])):
            return False
        newest = times[-1]
    return True


def _timed(path: Path, *, replay: bool, mapper: Mapper | None) -> Iterator[tuple[list[CsvRow], list[int]]]:
    """Yield the rows of a file in chunks, with the time of each."""
    at = BEGINNING
    rows = _rows(path, mapper)
    while some := list(islice(rows, _AT_ONCE)):
        stated = (_received if replay else _occurred)([row.line for row in some])
        times: list[int] = []
        for time in stated:
            if time is not None:
                at = max(at, time) if replay else time
            times.append(at)
        yield some, times


def _rows(path: Path, mapper: Mapper | None) -> Iterator[CsvRow]:
    with opened(path) as stream:
        yield from file_rows(stream, path, mapper)


def file_rows(stream: BinaryIO, path: Path, mapper: Mapper | None = None) -> Iterator[CsvRow]:
    """Yield the rows of a file's events; `mapper` turns records of another form into them.

    Raises:
        InputError: a CSV file has no valid header.

    """
    if mapper is not None and mapper.mapping.form == "csv":
        return rows_of_csv(mapper, stream, str(path))
    if mapper is not None:
        return rows_of_lines(mapper, messages(stream), 1)
    if is_csv(path):
        return read_csv(stream, str(path), infer_time=True)  # intake judges a row without
    return (CsvRow(line, line, None, number) for number, line in enumerate(messages(stream), 1))


def _occurred(lines: list[bytes]) -> list[int | None]:
    """Return when events say that they happened, for ordering lines only: intake checks it exactly."""
    texts = [found[1].decode("latin-1") if (found := _TIME.search(line)) else "" for line in lines]
    moments, good = parse_moments(texts)
    return [
        moment if sure else _moment(text)
        for moment, sure, text in zip(moments.tolist(), good.tolist(), texts, strict=True)
    ]


def _moment(text: str) -> int | None:
    """Read a moment in any of the forms of ISO 8601 that Python knows."""
    if not text.isascii():
        return None
    try:
        return (datetime.fromisoformat(text) - _EPOCH) // _MILLISECOND
    except (ValueError, TypeError, OverflowError):
        return None


def _received(lines: list[bytes]) -> list[int | None]:
    return [int(found[1]) if (found := _RECEIVED.search(line)) else None for line in lines]
