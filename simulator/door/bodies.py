"""Read the bodies of requests, in bounded memory and time: whole, or line by line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage

from simulator.door.background import News
from simulator.door.problems import Problem, ProblemError, later, plain, unknown_encoding
from simulator.events.contract import MAX_LINE_BYTES
from simulator.files.messages import BYTE_ORDER_MARK, HeldMessage

MOST_HELD: Final = 256 * 1024 * 1024
"""Bytes of bodies that are being read, of all requests together."""
PIECE_LINES: Final = 5_000
PIECE_BYTES: Final = 3 * 1024 * 1024
"""Lines, and bytes, of a streamed body that are handed on together: 2,000 at a time cost half as much again of CPU.

Those of all streams together leave room for single events with the writer.
"""
_ENCODINGS: Final = frozenset({"", "identity", "gzip", "deflate", "br", "zstd"})
"""Of bodies that come through: those of the last two are refused before, where their libraries are not installed."""
_CHUNK: Final = 256 * 1024


@dataclass
class Bodies:
    """How bodies are read: at most `most` bytes of one that is held whole, and `patience_s` seconds of silence.

    So many bodies are being read (`reading`), of which so many bytes are `held`.
    """

    most: int
    patience_s: float
    held: int = 0
    reading: int = 0
    _read: News = field(default_factory=News)

    async def finished(self, most_s: float) -> None:
        """Wait until no body is being read any more, so many seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(most_s):
                while self.reading:
                    await self._read.next.wait()

    @contextmanager
    def _at_hand(self) -> Iterator[None]:
        """Count a body among those that are being read."""
        self.reading += 1
        try:
            yield
        finally:
            self.reading -= 1
            self._read.tell()

    async def whole(self, request: web.Request) -> bytes:
        """Return the body of a request.

        Raises:
            ProblemError: it is too large, doesn't come in time or is cut, or too many others are being read.

        """
        _check_encoding(request)
        if (request.content_length or 0) > self.most:
            raise self._too_large()
        pieces: list[bytes] = []
        size = 0
        with self._at_hand():
            try:
                while piece := await self._piece(request):
                    size += len(piece)
                    self.held += len(piece)
                    if size > self.most:
                        raise self._too_large()
                    if self.held > MOST_HELD:
                        raise later(Problem.BUSY, "the bodies of other requests fill the memory for them")
                    pieces.append(piece)
            finally:
                self.held -= size
        return b"".join(pieces)

    async def lines(self, request: web.Request) -> AsyncGenerator[list[bytes], None]:
        """Yield the lines of a body of any size as they come, some together.

        Raises:
            ProblemError: the rest doesn't come in time, or is cut; what was yielded before was whole.

        """
        _check_encoding(request)
        cutter = _Cutter(self)
        first = True
        with self._at_hand():
            try:
                while piece := await self._piece(request):
                    if first:
                        piece, first = piece.removeprefix(BYTE_ORDER_MARK), False
                    for lines in cutter.cut(piece):
                        yield lines
                    if self.held > MOST_HELD:
                        raise later(Problem.BUSY, "the bodies of other requests fill the memory for them")
                if lines := cutter.rest():
                    yield lines
            finally:
                cutter.hold(0)

    async def _piece(self, request: web.Request) -> bytes:
        try:
            if (
                request.content.is_eof()
            ):  # all of it is here, as with most; a timeout costs as much as reading it
                return await request.content.read(_CHUNK)
            async with asyncio.timeout(self.patience_s):
                return await request.content.read(_CHUNK)
        except TimeoutError:
            raise ProblemError(
                Problem.TOO_SLOW,
                f"nothing of the body came for {self.patience_s:g} seconds; send it again",
                headers={"Connection": "close"},
            ) from None
        except (BadHttpMessage, web.RequestPayloadError, ConnectionError) as error:
            raise ProblemError(
                Problem.UNREADABLE, f"the body is cut or not well-formed ({plain(str(error))}); send it again"
            ) from None

    def _too_large(self) -> ProblemError:
        return ProblemError(
            Problem.TOO_LARGE,
            f"a body of more than {self.most:,} bytes; send fewer events at once, or any number of them as "
            "application/x-ndjson",
            headers={"Connection": "close"},
        )


def _check_encoding(request: web.Request) -> None:
    """Refuse a body that is packed in a way that nobody has unpacked; what is read has been."""
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise unknown_encoding(encoding)


class _Cutter:
    """Cuts pieces of a body into lines, and tells `bodies` how many bytes it holds of them."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self._held = 0
        self._lines: list[bytes] = []
        self._size = 0
        self._cut = HeldMessage()  # of the line that is not whole yet
        self._cut_size = 0

    def cut(self, piece: bytes) -> Iterator[list[bytes]]:
        """Take a piece, and yield the lines that are whole, as soon as they are enough to be handed on."""
        first, *lines = piece.split(b"\n")  # a third of the time of looking for each end
        self._cut.add(first)
        self._cut_size = min(self._cut_size + len(first), MAX_LINE_BYTES)  # it keeps no more
        if lines:
            *whole, last = lines
            self._lines += [self._cut.take(), *whole]
            self._size += len(piece) - len(last) - len(first) + self._cut_size
            self._cut.add(last)
            self._cut_size = len(last)
        if len(self._lines) >= PIECE_LINES or self._size >= PIECE_BYTES:
            yield self._take()
        self.hold(self._size + self._cut_size)

    def rest(self) -> list[bytes]:
        """Return the lines that are left at the end of the body; the last one needs no line feed."""
        if self._cut:
            self._lines.append(self._cut.take())
        return self._take()

    def hold(self, size: int) -> None:
        """Tell how many bytes are held now."""
        self._bodies.held += size - self._held
        self._held = size

    def _take(self) -> list[bytes]:
        lines, self._lines, self._size = self._lines, [], 0
        return lines
