"""Read rows of cells from CSV, whatever the columns: each with its text as received, and any problem with its form."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

from simulator.domain.errors import InputError
from simulator.events.contract import MAX_LINE_BYTES
from simulator.events.lines import LongLine, bounded_lines

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_CELL = 2 * MAX_LINE_BYTES  # characters: a row ends before


class CellRow(NamedTuple):
    """A row: its cells, its text as received, and its line in the file (its first one, from 1).

    For a broken row `cells` is None, and `reason` says why. A row that is too long has a `LongLine` as its text, and no
    reason: whoever reads the message reports that.
    """

    cells: list[str] | None
    text: bytes
    reason: str | None
    number: int


def read_cells(
    stream: BinaryIO, file: str, *, delimiter: str = ",", example: str
) -> tuple[list[str], Iterator[CellRow]]:
    """Read the header at once, and return it with the rows, which are read one by one; blank lines are skipped.

    `example` is a header row as it should be, for messages.

    Raises:
        InputError: there is no header row, or it can't be read.

    """
    recorder = _Recorder(stream)
    reader = csv.reader(recorder, strict=True, delimiter=delimiter)
    try:
        header = _cells(reader)
    except StopIteration:
        raise InputError(f"{file}: empty; a CSV file begins with a header row ({example})") from None
    except csv.Error as error:
        raise InputError(f"{file}: line 1: the header row can't be read: {_why(error)}") from None
    recorder.take()
    return header, _rows(reader, recorder, delimiter)


def form_problem(cells: Sequence[str], text: bytes, columns: int) -> str | None:
    """Return what is wrong with the form of a row under a header of so many columns; None if nothing is."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"not UTF-8: byte 0x{text[error.start]:02x} at position {error.start}; save the file as UTF-8"
    if len(cells) == columns:
        return None
    more = "; a comma inside a cell needs quotes" if len(cells) > columns else "; is the row cut short?"
    cells_words = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
    return f"{cells_words}, where the header has {columns} columns{more}"


class _Recorder:
    """The lines of a stream as text, of which those of the current row are remembered as they came."""

    def __init__(self, stream: BinaryIO) -> None:
        self._lines = bounded_lines(stream)
        self._taken: list[bytes] = []
        self._size = 0
        self._first = True
        self.number = 1  # of the first line that was not taken yet

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if self._first:
            self._first = False
            line = line if isinstance(line, LongLine) else line.removeprefix(_BYTE_ORDER_MARK)
        self._taken.append(line)
        self._size += len(line)
        if isinstance(line, LongLine) or self._size > MAX_LINE_BYTES:
            raise _RowTooLongError
        return line.decode("utf-8", "surrogateescape")

    def take(self) -> bytes:
        """Return the bytes read since the last call."""
        return b"".join(self.take_lines())

    def take_lines(self) -> list[bytes]:
        """Return the lines read since the last call."""
        taken = self._taken
        self.number += len(taken)
        self._taken, self._size = [], 0
        return taken


class _RowTooLongError(csv.Error):
    """A row that does not end within the length of a message."""


def _rows(reader: Any, recorder: _Recorder, delimiter: str) -> Iterator[CellRow]:
    while True:
        number = recorder.number
        try:
            cells = _cells(reader)
        except StopIteration:
            return
        except csv.Error as error:
            lines = recorder.take_lines()
            if len(lines) == 1 or not (isinstance(error, _RowTooLongError) or _unclosed(error)):
                yield _broken(b"".join(lines) if len(lines) > 1 else lines[0], error, number)
            else:
                yield from _rest(lines, number, delimiter)
            continue
        text = recorder.take()
        if cells:
            yield CellRow(cells, text, None, number)


def _rest(lines: list[bytes], number: int, delimiter: str) -> Iterator[CellRow]:
    """Refuse the line in which an unclosed quote opens, and read those after it one by one.

    Reading them one by one keeps the time linear whatever quotes they have, at the price of losing cells of several
    lines.
    """
    reason = f"not CSV: the quote that opens a cell in line {number:,} is never closed"
    yield CellRow(None, lines[0], reason, number)
    for place, line in enumerate(lines[1:], number + 1):
        if isinstance(line, LongLine):
            yield _broken(line, _RowTooLongError(), place)
            continue
        try:
            text = line.decode("utf-8", "surrogateescape")
            cells = _cells(csv.reader([text], strict=True, delimiter=delimiter))
        except csv.Error as error:
            yield _broken(line, error, place)
        except StopIteration:
            continue
        else:
            if cells:
                yield CellRow(cells, line, None, place)


def _broken(text: bytes, error: csv.Error, number: int) -> CellRow:
    if isinstance(text, LongLine):
        return CellRow(None, text, None, number)
    return CellRow(None, text, f"not CSV: {_why(error)}", number)


def _unclosed(error: csv.Error) -> bool:
    return str(error).startswith("unexpected end")


def _cells(reader: Any) -> list[str]:
    """Read the next row, allowing longer cells than the 131,072 characters that are `csv`'s own limit.

    That limit belongs to the module, not the reader: it is restored before anybody else can see it.
    """
    usual = csv.field_size_limit(_LONGEST_CELL)
    try:
        cells: list[str] = next(reader)
    finally:
        csv.field_size_limit(usual)
    return cells


def _why(error: csv.Error) -> str:
    """Explain in words why a row can't be read."""
    message = str(error)
    if _unclosed(error):
        return "a quote that opens a cell is never closed"
    if message.startswith("new-line"):
        return "a carriage return stands alone outside of quotes; end lines with LF or CR LF"
    if message.startswith("field larger"):
        return f"a cell has more than {_LONGEST_CELL:,} characters; is a quote never closed?"
    if isinstance(error, _RowTooLongError):
        return f"a row of more than {MAX_LINE_BYTES:,} bytes (1 MiB); is a quote never closed?"
    return f"{message}; put quotes around a whole cell only"
