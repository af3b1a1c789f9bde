"""Read the salts of a chain's blocks, which the commitments to each row's personal cells are made with.

An intact block has one key, from which the salts of all its rows follow. Once a row is blanked, the key is gone: the
salts of the other rows are stored one by one, and for the blanked row only its former commitment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from struct import Struct
from typing import Final

from db.schema.blocks import BLOCK_ROWS
from db.sqlite.readonly import Select

SALT_BYTES: Final = 16
KEY_BYTES: Final = 32
_SALTS: Final = Struct(f"{SALT_BYTES}s" * BLOCK_ROWS)  # a fifth of the time of slices
NO_SALT: Final = bytes(SALT_BYTES)
"""What replaces a salt that was destroyed."""


@dataclass(frozen=True)
class BlockSalts:
    """The salts of one block, by place; `key` (hexadecimal) is what they follow from, None if that was destroyed.

    `blanked` are the commitments of blanked rows, by the column that numbers the chain's rows.
    """

    key: str | None
    salts: list[bytes]
    blanked: Mapping[int, bytes] = field(default_factory=dict)


SaltSource = Callable[[str, int], BlockSalts]
"""A function that returns the salts of a block, given its chain and its number (from 1)."""


def of_key(key: bytes) -> BlockSalts:
    """Return the salts that follow from a key of `KEY_BYTES` bytes.

    They are consecutive parts of SHAKE128(key): without the key, knowing all others reveals nothing about one of them.
    """
    text = hashlib.shake_128(key).digest(SALT_BYTES * BLOCK_ROWS)
    return BlockSalts(key.hex(), apart(text))


def apart(text: bytes) -> list[bytes]:
    """Split the salts of a block.

    Raises:
        ValueError: they are not as many as a block has rows.

    """
    if len(text) != SALT_BYTES * BLOCK_ROWS:
        raise ValueError(f"salts of {len(text)} bytes, a block has {SALT_BYTES * BLOCK_ROWS}")
    return list(_SALTS.unpack(text))


def first_row(chain: str, number: int) -> int:
    """Return the number of the first row of a block."""
    return (number - 1) * BLOCK_ROWS + (0 if chain == "person" else 1)


def block_of(chain: str, row: int) -> int:
    """Return the number of the block that a row belongs to."""
    return (row - first_row(chain, 1)) // BLOCK_ROWS + 1


def stored_salts(query: Select) -> SaltSource:
    """Return a function that reads the salts of blocks from a database.

    It raises ValueError if a block has none, or what is stored is not a list of salts.
    """

    def read(chain: str, number: int) -> BlockSalts:
        found = query("SELECT key FROM block WHERE chain = ? AND number = ?", (chain, number))
        if not found:
            raise ValueError(f"no block {number} of the {chain} chain")
        if found[0][0] is not None:
            return of_key(bytes.fromhex(found[0][0]))
        opened = query("SELECT salts FROM opened_block WHERE chain = ? AND number = ?", (chain, number))
        if not opened:
            raise ValueError(f"no salts of block {number} of the {chain} chain")
        first = first_row(chain, number)
        blanked = query(
            "SELECT number, before_hash FROM blanked WHERE chain = ? AND number >= ? AND number < ?",
            (chain, first, first + BLOCK_ROWS),
        )
        return BlockSalts(
            None, apart(bytes.fromhex(opened[0][0])), {row: bytes.fromhex(text) for row, text in blanked}
        )

    return read
