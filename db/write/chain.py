"""The audit chain: blocks of 1,024 rows, each with a SHA-256 over its rows and the block before.

A block's hash is SHA-256(hash of the block before ‖ its rows): the hash as 32 bytes, each row as a JSON array of its
table's columns and a comma. Different rows never serialise alike, and nothing depends on how rows are cut into batches:
a block that is not full is a running hash, stored anew with each batch.

Chains: `person`, `event`, `quarantine`, `audit`. Events and audit entries refer to people by their `id` in `person`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from db.schema.blocks import BLOCK_ROWS
from db.sqlite.rows import Row


@dataclass(frozen=True)
class Sealed:
    """A block as stored: its number from 1, the number of its rows so far, its hash in hexadecimal."""

    number: int
    rows: int
    hash: str


def genesis(chain: str, program_text: str) -> bytes:
    """Return the hash that precedes the first block: of the chain's name and the log's first program."""
    return hashlib.sha256(b"\0".join((b"referral-tui", chain.encode(), program_text.encode()))).digest()


class Chain:
    """The open end of one chain."""

    def __init__(self, before: bytes, number: int = 1) -> None:
        self._hash = hashlib.sha256(before)
        self._number = number
        self._rows = 0

    def extend(self, rows: Sequence[Row]) -> list[Sealed]:
        """Add rows, and return every block that they changed; the last may not be full.

        Raises:
            TypeError: a value is of a type that no row of ours has (a blob, text that is not UTF-8).

        """
        changed = []
        start = 0
        while start < len(rows):
            part = rows[start : start + BLOCK_ROWS - self._rows]
            self._hash.update(orjson.dumps(part)[1:-1] + b",")
            self._rows += len(part)
            start += len(part)
            digest = self._hash.digest()
            changed.append(Sealed(self._number, self._rows, digest.hex()))
            if self._rows == BLOCK_ROWS:
                self._hash = hashlib.sha256(digest)
                self._number += 1
                self._rows = 0
        return changed
