"""The audit chain: blocks of 1,024 rows, each with a SHA-256 over its rows and over the block before.

A block's hash is SHA-256(hash of the block before ‖ its rows), the hashes as 32 bytes, a row as JSON
array of its table's columns and a comma. No two different rows read the same, and nothing depends on how rows came
in batches: a block that is part full is a running hash, stored anew with each batch.

Chains: `person`, `event`, `quarantine`, `audit`. Events and entries name people by their place in `person`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from db.sqlite.rows import Row

BLOCK_ROWS: Final = 1024
CHAINS: Final = {"person": "id", "event": "seq", "quarantine": "number", "audit": "seq"}
"""Chained tables with the column that orders and counts their rows from 1 (persons: from 0)."""


@dataclass(frozen=True)
class Sealed:
    """A block as stored: its number from 1, how many rows it has so far, its hash in hexadecimal."""

    number: int
    rows: int
    hash: str


def genesis(chain: str, program_text: str) -> bytes:
    """What stands for the block before the first: a hash of the chain's name and of the log's first program."""
    return hashlib.sha256(b"\0".join((b"referral-tui", chain.encode(), program_text.encode()))).digest()


class Chain:
    """The open end of one chain."""

    def __init__(self, before: bytes, number: int = 1) -> None:
        self._hash = hashlib.sha256(before)
        self._number = number
        self._rows = 0

    def extend(self, rows: Sequence[Row]) -> list[Sealed]:
        """Add rows; gives every block that this changed, the last perhaps part full.

        Raises:
            TypeError: a value that no row of ours has (a blob, text that is not UTF-8).

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
