"""Read files of records through a mapping: each record becomes the rows of its events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO, Final, NamedTuple

import orjson

from simulator.domain.errors import InputError
from simulator.events.csvcells import CellRow, form_problem, read_cells
from simulator.events.csvfile import CsvRow
from simulator.events.lines import LongLine
from simulator.mapping.mapper import Made, Mapper
from simulator.program.nearest import shown

SKIPPED: Final = b""
"""The line of a record that no event takes and that the mapping skips: it has no receipt."""


class MappedRecord(NamedTuple):
    """A record, by its line in the file (from 1), and the rows that it becomes; None for one that can't be read."""

    number: int
    record: dict[str, Any] | None
    rows: list[CsvRow]


def rows_of_lines(
    mapper: Mapper, lines: Iterable[bytes], first: int, now: str | None = None
) -> Iterator[CsvRow]:
    """Yield the rows of records, a line each; `first` is the number of the first line. Blank lines are passed over.

    `now` is for `Mapper.of_record`.
    """
    for number, line in enumerate(lines, first):
        if isinstance(line, LongLine):
            yield CsvRow(line, line, None, number)  # it is refused for its length
        elif line.strip():
            made = mapper.of_text(line, now)
            for text, problem in made:
                yield CsvRow(text, text, problem, number)
            if not made:
                yield CsvRow(SKIPPED, SKIPPED, None, number)


def rows_of_csv(mapper: Mapper, stream: BinaryIO, file: str) -> Iterator[CsvRow]:
    """Read the header of a CSV file at once, and yield the rows of its records one by one.

    Raises:
        InputError: it has no header, or one with a column twice.

    """
    return (row for one in records_of_csv(mapper, stream, file) for row in one.rows)


def records_of_lines(mapper: Mapper, lines: Iterable[bytes]) -> Iterator[MappedRecord]:
    """Yield records, a line each, as `rows_of_lines` takes them."""
    for number, line in enumerate(lines, 1):
        rows = list(rows_of_lines(mapper, [line], number))
        if rows:
            yield MappedRecord(number, _object(line), rows)


def records_of_csv(
    mapper: Mapper, stream: BinaryIO, file: str, now: str | None = None
) -> Iterator[MappedRecord]:
    """Yield the records of a CSV file as `rows_of_csv` takes them; reads the header at once.

    `now` is for `Mapper.of_record`.

    Raises:
        InputError: it has no header, or one with a column twice.

    """
    header, rows = read_cells(
        stream, file, delimiter=mapper.mapping.delimiter, example="the names of the columns"
    )
    names = [name.strip() for name in header]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(f"{file}: line 1: column {shown(twice[0])} is there twice; keep one")
    return (_of_cells(mapper, row, names, now) for row in rows)


def _of_cells(mapper: Mapper, row: CellRow, names: Sequence[str], now: str | None) -> MappedRecord:
    cells, text, reason, number = row
    if cells is None and reason is None:
        return MappedRecord(number, None, [CsvRow(text, text, None, number)])  # it is refused for its length
    reason = reason if cells is None else form_problem(cells, text, len(names))
    if cells is None or reason is not None:
        return MappedRecord(number, None, _rows([mapper.refusal(text, None, reason or "")], number))
    record = dict(zip(names, cells, strict=True))
    return MappedRecord(number, record, _rows(mapper.of_record(record, text, now), number))


def _rows(made: Sequence[Made], number: int) -> list[CsvRow]:
    if not made:
        return [CsvRow(SKIPPED, SKIPPED, None, number)]
    return [CsvRow(line, line, problem, number) for line, problem in made]


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return record if isinstance(record, dict) else None


def is_skipped(row: CsvRow) -> bool:
    """Return whether a row stands for a record that is skipped."""
    return not row.line and row.problem is None
