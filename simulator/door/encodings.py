"""Decompress the body of a request piece by piece, in bounded memory, and tell whether it is complete.

aiohttp could do it, too, but takes a gzip stream that was cut off for a complete one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

PIECE_BYTES: Final = 256 * 1024
"""The most bytes that are decompressed at a time, however little they were compressed to."""
GZIP: Final = frozenset({"gzip", "x-gzip"})
"""Two names of the same encoding (RFC 9110, 8.4.1.3)."""
DEFLATE: Final = "deflate"
_GZIP_BITS: Final = 16 + zlib.MAX_WBITS
_DEFLATE_METHOD: Final = 8  # in the low half of the first byte of a zlib header


class EncodingError(ValueError):
    """A body is not in the encoding that it claims to be in."""


class Decompressor:
    """Decompress a body in `gzip`, possibly of several members, or in `deflate`, with or without a zlib header."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self._gzip = encoding in GZIP
        self._stream = zlib.decompressobj(_GZIP_BITS)
        self._begun = False

    @property
    def complete(self) -> bool:
        """Whether the body may end here: its stream has ended, or nothing has arrived at all."""
        return self._stream.eof or not self._begun

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take a part of the body, and yield what it decompresses to, at most `PIECE_BYTES` at a time.

        Raises:
            EncodingError: it is not in this encoding, or its checksum is wrong.

        """
        full = False  # if the last piece was full, the stream may hold more than it has yielded
        while data or full:
            if not self._begun or (self._stream.eof and data):
                data = self._begin(data)
                if not data:
                    return
            try:
                piece = self._stream.decompress(data, PIECE_BYTES)
            except zlib.error as error:
                raise EncodingError(str(error).rpartition(": ")[2]) from None
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            full = len(piece) == PIECE_BYTES and not self._stream.eof
            if piece:
                yield piece

    def _begin(self, data: bytes) -> bytes:
        """Begin the stream, or the next member of a gzip file, and return its data."""
        if self._begun and not self._gzip:
            raise EncodingError("there is something after its end")
        if self._begun:
            data = data.lstrip(b"\0")  # gzip files may be padded
        if data:
            bits = _GZIP_BITS
            if not self._gzip:
                bits = zlib.MAX_WBITS if data[0] & 0xF == _DEFLATE_METHOD else -zlib.MAX_WBITS
            self._stream, self._begun = zlib.decompressobj(bits), True
        return data
