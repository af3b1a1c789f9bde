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
from simulator.door.encodings import DEFLATE, GZIP, Decompressor, EncodingError
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
_CHUNK: Final = 256 * 1024


@dataclass
class Bodies:
    """Read bodies: a body held whole has at most `most` bytes, and may be silent for `patience_s` seconds.

    `reading` counts the bodies being read, and `held` their bytes in memory.
    """

    most: int
    patience_s: float
    held: int = 0
    reading: int = 0
    _read: News = field(default_factory=News)

    async def finished(self, most_s: float) -> None:
        """Wait until no body is being read any more, but at most `most_s` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(most_s):
                while self.reading:
                    await self._read.next.wait()

    @contextmanager
    def _at_hand(self) -> Iterator[None]:
        """Count a body as being read while the context lasts."""
        self.reading += 1
        try:
            yield
        finally:
            self.reading -= 1
            self._read.notify()

    async def whole(self, request: web.Request) -> bytes:
        """Return the body of a request.

        Raises:
            ProblemError: it is too large, too slow or truncated, or too many others are being read.

        """
        decoder = _decoder(request)
        if (request.content_length or 0) > self.most:
            raise self._too_large()
        pieces: list[bytes] = []
        size = 0
        with self._at_hand():
            try:
                async for piece in self._pieces(request, decoder):
                    size += len(piece)
                    self.held += len(piece)
                    if size > self.most:
                        raise self._too_large()
                    if self.held > MOST_HELD:
                        raise later(
                            Problem.BUSY, "the bodies of other requests fill the memory available for bodies"
                        )
                    pieces.append(piece)
            finally:
                self.held -= size
        return b"".join(pieces)

    async def lines(self, request: web.Request) -> AsyncGenerator[list[bytes], None]:
        """Yield the lines of a body of any size, in groups as they arrive.

        Raises:
            ProblemError: the rest is too slow or truncated; what was yielded before is complete.

        """
        decoder = _decoder(request)
        cutter = _Cutter(self)
        first = True
        with self._at_hand():
            try:
                async for piece in self._pieces(request, decoder):
                    text = piece.removeprefix(BYTE_ORDER_MARK) if first else piece
                    first = False
                    for lines in cutter.cut(text):
                        yield lines
                    if self.held > MOST_HELD:
                        raise later(
                            Problem.BUSY, "the bodies of other requests fill the memory available for bodies"
                        )
                if lines := cutter.rest():
                    yield lines
            finally:
                cutter.hold(0)

    async def _pieces(
        self, request: web.Request, decoder: Decompressor | None
    ) -> AsyncGenerator[bytes, None]:
        """Yield the body as it arrives, decompressed if there is a `decoder`."""
        while piece := await self._piece(request):
            if decoder is None:
                yield piece
                continue
            try:
                for part in decoder.feed(piece):
                    yield part
                    # a small piece may become a large body, and others must not wait for it
                    await asyncio.sleep(0)
            except EncodingError as error:
                raise ProblemError(
                    Problem.UNREADABLE,
                    f"the body is truncated, or not {decoder.encoding} ({error}); send it again",
                ) from None
        if decoder is not None and not decoder.complete:
            raise ProblemError(
                Problem.UNREADABLE,
                f"the body is truncated: its {decoder.encoding} stream has no end; send it again",
            )

    async def _piece(self, request: web.Request) -> bytes:
        try:
            # the whole body has arrived, as is usual; a timeout costs as much as reading it
            if request.content.is_eof():
                return await request.content.read(_CHUNK)
            async with asyncio.timeout(self.patience_s):
                return await request.content.read(_CHUNK)
        except TimeoutError:
            raise ProblemError(
                Problem.TOO_SLOW,
                f"no part of the body arrived for {self.patience_s:g} seconds; send it again",
                headers={"Connection": "close"},
            ) from None
        except (BadHttpMessage, web.RequestPayloadError, ConnectionError) as error:
            raise ProblemError(
                Problem.UNREADABLE,
                f"the body is truncated or not well-formed ({plain(str(error))}); send it again",
            ) from None

    def _too_large(self) -> ProblemError:
        return ProblemError(
            Problem.TOO_LARGE,
            f"the body has more than {self.most:,} bytes; send fewer events at once, or any number of them as "
            "application/x-ndjson",
            headers={"Connection": "close"},
        )


def _decoder(request: web.Request) -> Decompressor | None:
    """Return what decompresses the body of a request, or None if it isn't compressed.

    Raises:
        ProblemError: its encoding is not supported.

    """
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding in GZIP or encoding == DEFLATE:
        return Decompressor(encoding)
    if encoding not in ("", "identity"):
        raise unknown_encoding(encoding)
    return None


class _Cutter:
    """Split pieces of a body into lines, and count the bytes it holds in `bodies`."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self._held = 0
        self._lines: list[bytes] = []
        self._size = 0
        self._cut = HeldMessage()  # the line that is not complete yet
        self._cut_size = 0

    def cut(self, piece: bytes) -> Iterator[list[bytes]]:
        """Take a piece, and yield the complete lines once there are enough of them."""
        first, *lines = piece.split(b"\n")  # takes a third of the time of searching for each line feed
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
        """Return the remaining lines at the end of the body; the last one needs no line feed."""
        if self._cut:
            self._lines.append(self._cut.take())
        return self._take()

    def hold(self, size: int) -> None:
        """Record how many bytes are held now."""
        self._bodies.held += size - self._held
        self._held = size

    def _take(self) -> list[bytes]:
        lines, self._lines, self._size = self._lines, [], 0
        return lines
