"""Make pseudonyms (keyed BLAKE2b over the normalised value) and short texts from bits, all as byte matrices.

The key belongs to the client: it is made from the seed here and kept in the CRM database only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.world.draws import Ints, Keys, seed_key

Bytes = NDArray[np.uint8]

DIGEST = 12  # bytes of a reference: 96 bits, so that a billion people collide with a chance of 6e-12
_BASE32 = np.frombuffer(b"0123456789abcdefghijklmnopqrstuv", dtype=np.uint8)  # sorts as its bits do
_CODE = np.frombuffer(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", dtype=np.uint8)  # Crockford's: nothing to misread
_HEX = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode("ascii"), dtype=np.uint16)
_SHIFTS = np.arange(55, -1, -5, dtype=np.uint64)
_FEW = 500  # texts: fewer are made sooner by Python than by four calls of Polars
_FIVE = np.uint64(31)


def client_key(seed: int) -> bytes:
    """Return the client's secret of a run, 32 bytes."""
    return hashlib.blake2b(
        seed_key(seed).to_bytes(8, "big"), digest_size=32, person=b"referral client"
    ).digest()


def digests(
    keys: Sequence[bytes], values: Iterable[bytes], which: NDArray[np.integer], size: int = DIGEST
) -> Bytes:
    """Return the keyed BLAKE2b of each value, `size` bytes a row; `which` is the number of its key."""
    starts = [hashlib.blake2b(key=key, digest_size=size) for key in keys]
    found = []
    for value, number in zip(values, which.tolist(), strict=True):
        one = starts[number].copy()
        one.update(value)
        found.append(one.digest())
    return np.frombuffer(b"".join(found), dtype=np.uint8).reshape(-1, size)


def person_digests(keys: Sequence[bytes], people: Keys, which: NDArray[np.integer]) -> Bytes:
    """Return the references of people and of their own devices, side by side: 2 x `DIGEST` bytes a row.

    `which` is the number of each one's key among `keys`.
    """
    raw = people.astype(">u8").tobytes()
    return digests(keys, (raw[at : at + 8] for at in range(0, len(raw), 8)), which, 2 * DIGEST)


def salts(references: Bytes, contacts: Bytes) -> pl.Series:
    """Return people's salts in hexadecimal, by the digests of their references and of their contacts, a row each.

    A reference is a contact's digest XOR the salt. A salt that went into the hash would have to be hashed with the
    contact, but a visitor has a reference before a contact is known, and keeps it with every contact given later.
    Without the salt every reference is as likely as any other, whatever is known of key and contact.
    """
    return _hexadecimal(references ^ contacts)


def reference(prefix: str, digest: Bytes) -> pl.Series:
    """Return references as texts: a letter, so that none looks like a phone number, and the digest in hexadecimal."""
    return _hexadecimal(digest, prefix)


def _hexadecimal(digest: Bytes, prefix: str = "") -> pl.Series:
    rows, width = digest.shape
    first = len(prefix)
    text = np.empty((rows, first + 2 * width), dtype=np.uint8)
    text[:, :first] = np.frombuffer(prefix.encode("ascii"), dtype=np.uint8)
    text[:, first:] = _HEX[digest].view(np.uint8)
    return strings(text)


def ids(keys: Keys) -> pl.Series:
    """Return the upper 60 bits of keys as texts of 12 characters that sort as the bits do."""
    groups = ((keys >> np.uint64(4))[:, None] >> _SHIFTS) & _FIVE
    return strings(_BASE32[groups.view(np.int64)])


def marks(references: Bytes) -> Ints:
    """Return the upper 60 bits of people's digests: enough to tell ten million people apart."""
    first = np.ascontiguousarray(references[:, :8]).view(">u8")[:, 0]
    return (first.astype(np.uint64) >> np.uint64(4)).view(np.int64)


def text_marks(refs: pl.Series) -> Ints:
    """Return `marks` of references given as texts; 0 for those in another format."""
    if len(refs) < _FEW:
        return np.array([_mark(ref) for ref in refs.to_list()], dtype=np.int64)
    digits = refs.str.slice(1, 15).str.to_integer(base=16, strict=False, dtype=pl.Int64)
    return np.asarray(digits.fill_null(0).to_numpy(), dtype=np.int64)


def _mark(ref: str | None) -> int:
    digits = (ref or "")[1:16]
    try:
        return int(digits, base=16) if digits.isalnum() else 0
    except ValueError:
        return 0


def codes(keys: Keys) -> pl.Series:
    """Return the upper 50 bits of keys as referral codes of 10 letters and digits that can be read out loud."""
    groups = ((keys >> np.uint64(14))[:, None] >> _SHIFTS[2:]) & _FIVE
    return strings(_CODE[groups.view(np.int64)])


def strings(letters: Bytes) -> pl.Series:
    """Return rows of ASCII bytes as texts."""
    if len(letters) < _FEW:
        text, width = letters.tobytes().decode("ascii"), letters.shape[1]
        return pl.Series([text[at : at + width] for at in range(0, len(text), width)], dtype=pl.String)
    flat = pl.Series(np.ascontiguousarray(letters).reshape(-1))
    return flat.reshape(letters.shape).arr.to_list().cast(pl.Binary).cast(pl.String)
