"""Read lines of bounded length: only the beginning and the hash of a message over `MAX_LINE_BYTES` are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO, Final

from simulator.events.contract import MAX_LINE_BYTES

KEPT: Final = 1_000
"""How many bytes are kept of a line that is too long."""
_LIMIT: Final = MAX_LINE_BYTES + 2  # with the end of the line


class LongLine(bytes):
    """The beginning of a message that is too long to be read, with its total length in bytes and its SHA-256 (hex).

    An `unclosed` one extends to the end of the file, since a bracket in it is never closed.
    """

    length: int
    sha256: str
    unclosed: bool = False


class StandInLine(bytes):
    """What is kept in place of a record in another form, which may contain raw contacts.

    Its SHA-256 is that of the record.
    """

    record: bytes

    @property
    def sha256(self) -> str:
        """The SHA-256 of the record, without the end of its line."""
        return _sha256_of(self.record)

    @classmethod
    def of(cls, kept: bytes, record: bytes) -> StandInLine:
        """Return a line of what may be kept of a record."""
        line = cls(kept)
        line.record = record
        return line


@lru_cache(maxsize=1)  # a record of a megabyte may become 100,000 refused lines, one after the other
def _sha256_of(record: bytes) -> str:
    return hashlib.sha256(record.rstrip(b"\r\n")).hexdigest()


class LongLineReader:
    """Reads a line that is too long piece by piece, and keeps only its beginning and its hash."""

    def __init__(self) -> None:
        self._beginning = b""
        self._length = 0
        self._hash = hashlib.sha256()
        self._held = b""  # line feeds that may be the end of the line, which is not part of the message

    def add(self, piece: bytes) -> None:
        """Add the next piece."""
        if len(self._beginning) < KEPT:
            self._beginning += piece[: KEPT - len(self._beginning)]
        message = piece.rstrip(b"\r\n")
        if message:
            self._hash.update(self._held + message)
            self._length += len(self._held) + len(message)
            self._held = piece[len(message) :]
        else:
            self._held += piece

    def line(self) -> LongLine:
        """Return what is kept of the line."""
        line = LongLine(self._beginning)
        line.length, line.sha256 = self._length, self._hash.hexdigest()
        return line


def bounded(message: bytes) -> bytes:
    """Return a message, or a `LongLine` in place of one that is too long."""
    if len(message) <= MAX_LINE_BYTES:
        return message
    long = LongLineReader()
    long.add(message)
    return long.line()


def bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a stream with their ends; one that is too long as a `LongLine`, in bounded memory."""
    read = stream.readline
    while line := read(_LIMIT):
        if len(line) < _LIMIT or line.endswith(b"\n"):
            yield line
            continue
        long = LongLineReader()
        while line:
            long.add(line)
            if line.endswith(b"\n"):
                break
            line = read(_LIMIT)
        yield long.line()
