"""Read the bodies of requests, in bounded memory and time: whole, or line by line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage

from simulator.door.problems import Problem, ProblemError, later
from simulator.files.messages import BYTE_ORDER_MARK, HeldMessage

MOST_HELD: Final = 256 * 1024 * 1024
"""Bytes of bodies that are being read, of all requests together."""
PIECE_LINES: Final = 2_000
PIECE_BYTES: Final = 1024 * 1024
"""Lines, and bytes, of a streamed body that are handed on together."""
_CHUNK: Final = 256 * 1024


@dataclass
class Bodies:
    """How bodies are read: at most `most` bytes of one that is held whole, and `patience_s` seconds of silence."""

    most: int
    patience_s: float = 30.0
    held: int = 0

    async def whole(self, request: web.Request) -> bytes:
        """Return the body of a request.

        Raises:
            ProblemError: it is too large, doesn't come in time or is cut, or too many others are being read.

        """
        if (request.content_length or 0) > self.most:
            raise self._too_large()
        pieces: list[bytes] = []
        size = 0
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

    async def lines(self, request: web.Request) -> AsyncIterator[list[bytes]]:
        """Yield the lines of a body of any size as they come, some together.

        Raises:
            ProblemError: the rest doesn't come in time, or is cut; what was yielded before was whole.

        """
        lines: list[bytes] = []
        size = 0
        cut = HeldMessage()
        first = True
        while piece := await self._piece(request):
            if first:
                piece, first = piece.removeprefix(BYTE_ORDER_MARK), False
            start = 0
            while (end := piece.find(b"\n", start) + 1) > 0:
                if cut:
                    cut.add(piece[start:end])
                    line = cut.take()
                else:
                    line = piece[start:end]
                lines.append(line)
                size += len(line)
                start = end
                if len(lines) >= PIECE_LINES or size >= PIECE_BYTES:
                    yield lines
                    lines, size = [], 0
            if start < len(piece):
                cut.add(piece[start:])
        if cut:
            lines.append(cut.take())
        if lines:
            yield lines

    async def _piece(self, request: web.Request) -> bytes:
        try:
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
                Problem.UNREADABLE, f"the body is cut or not well-formed ({error}); send it again"
            ) from None

    def _too_large(self) -> ProblemError:
        return ProblemError(
            Problem.TOO_LARGE,
            f"a body of more than {self.most:,} bytes; send fewer events at once, or any number of them as "
            "application/x-ndjson",
            headers={"Connection": "close"},
        )
