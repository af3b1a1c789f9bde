"""Decompressing bodies: the same bytes however they are cut, in bounded pieces."""

from __future__ import annotations

import gzip
import zlib
from random import Random

import pytest

from simulator.door.encodings import PIECE_BYTES, Decompressor, EncodingError

TEXT = b"".join(b"%d;" % (number * number) for number in range(5_000)) + b" " * (3 * PIECE_BYTES)
BARE = zlib.compressobj(wbits=-zlib.MAX_WBITS)
PACKED = {
    "gzip": gzip.compress(TEXT),
    "gzip of members": b"".join(gzip.compress(part) for part in (TEXT[:1], b"", TEXT[1:9], TEXT[9:]))
    + bytes(9),
    "deflate": zlib.compress(TEXT),
    "deflate without a header": BARE.compress(TEXT) + BARE.flush(),
}


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("most", [1, 50, 100_000, 10_000_000])
def test_a_body_is_decompressed_to_the_same_bytes_however_it_arrives(name: str, most: int) -> None:
    chance, packed = Random(most), PACKED[name]
    decoder = Decompressor(name.partition(" ")[0])
    found: list[bytes] = []
    at = 0
    while at < len(packed):
        size = chance.randint(1, most)
        found += decoder.feed(packed[at : at + size])
        at += size
    assert b"".join(found) == TEXT
    assert max(map(len, found)) <= PIECE_BYTES
    assert decoder.complete


@pytest.mark.parametrize("name", PACKED)
def test_a_body_is_complete_only_at_its_end(name: str) -> None:
    packed = PACKED[name].rstrip(b"\0")
    for cut in (1, 2, len(packed) // 2, len(packed) - 9, len(packed) - 1):
        decoder = Decompressor(name.partition(" ")[0])
        assert len(b"".join(decoder.feed(packed[:cut]))) <= len(TEXT)
        assert not decoder.complete
    assert Decompressor("gzip").complete  # nothing at all is an empty body


def test_what_is_not_in_its_encoding_is_told_apart_from_what_is_cut() -> None:
    for name, body in (("gzip", b"{}"), ("deflate", b"\x08{}"), ("deflate", zlib.compress(b"a") + b"b")):
        with pytest.raises(EncodingError):
            list(Decompressor(name).feed(body))
