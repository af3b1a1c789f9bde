"""Lines of events before they are decoded: each with the file and line that it came from, and its place in time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from simulator.events.csvfile import CsvRow, read_csv
from simulator.files.messages import messages
from simulator.files.reading import is_csv, name_of, opened

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_TIME: Final = re.compile(rb'"time"\s*:\s*"([^"\\]{1,64})"')
_RECEIVED: Final = re.compile(rb'"receivedat"\s*:\s*([0-9]{1,15})\b')
BEGINNING: Final = -(2**62)
"""Before any time."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file: as it was read, and the place in the file (a file's line number, from 1).

    `at` is the time by which it is put in order (milliseconds UTC): that of the line before where it states none.
    """

    row: CsvRow
    file: str
    number: int
    at: int = BEGINNING


def read(path: Path, *, replay: bool = False) -> Iterator[Line]:
    """Yield the lines of a file in its order, with the times of occurrence; with `replay` those of receipt.

    Times of receipt never decrease along a file: `at` is the greatest so far.
    """
    file, at = name_of(path), BEGINNING
    for row, number in _rows(path):
        stated = _stated(row.line, _RECEIVED) if replay else _occurred(row.line)
        if stated is not None:
            at = max(at, stated) if replay else stated
        yield Line(row, file, number, at)


def _rows(path: Path) -> Iterator[tuple[CsvRow, int]]:
    with opened(path) as stream:
        if is_csv(path):
            for row in read_csv(stream, str(path), infer_time=True):  # intake judges a row without
                yield row, row.number
            return
        for number, line in enumerate(messages(stream), 1):
            yield CsvRow(line, line, None, number), number


def _occurred(line: bytes) -> int | None:
    """Find when an event says that it happened; only what puts lines in order, for intake judges it exactly."""
    found = _TIME.search(line)
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(found[1].decode("ascii"))
        return (moment - _EPOCH) // _MILLISECOND
    except (ValueError, TypeError, OverflowError):
        return None


def _stated(line: bytes, pattern: re.Pattern[bytes]) -> int | None:
    found = pattern.search(line)
    return int(found[1]) if found else None
