"""The audit chain: blocks of 1,024 rows, each with a SHA-256 over its rows and the block before.

A block's hash is SHA-256(hash of the block before ‖ SHA-256 of its rows ‖ SHA-256 of its commitments), each as 32
bytes. A row is a JSON array of those columns of its table that reveal nothing about a person, and a comma. Cells that
may reveal something, its personal cells, enter as a commitment: SHA-256(salt ‖ the row's number and the cells as JSON,
with a comma between each), with a salt of its own for each row; a row whose personal cells are all null has none.

So a person can be erased: once the salt is destroyed, nobody can tell from the commitment what the cells were, not even
by trying all possible values, while every other cell is still proven (`db.write.erasing`).

Different rows never serialise alike, and nothing depends on how rows are cut into batches: a block that is not full is
a running hash, stored again with each batch.

Chains: `person`, `event`, `quarantine`, `audit`. Events and audit entries refer to people by their `id` in `person`.
"""

from __future__ import annotations

import hashlib
import os
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from db.read.salts import NO_SALT, SALT_BYTES, BlockSalts, SaltSource, first_row
from db.schema.blocks import BLOCK_ROWS
from db.sqlite.rows import Row

_BETWEEN = b"],["
"""What stands between rows as JSON."""


@dataclass(frozen=True)
class Sealed:
    """A block as stored: its number from 1, the number of its rows so far, its hash in hexadecimal, its key.

    `salts` are those of its rows, one after the other (hexadecimal), where it has no key.
    """

    number: int
    rows: int
    hash: str
    key: str | None
    salts: str | None


def genesis(chain: str, program_text: str) -> bytes:
    """Return the hash that precedes the first block: of the chain's name and the log's first program."""
    return hashlib.sha256(b"\0".join((b"referral-tui", chain.encode(), program_text.encode()))).digest()


def commitment(salt: bytes, cells: Row) -> bytes:
    """Return the commitment to personal cells, which come after their row's number."""
    return hashlib.sha256(salt + orjson.dumps(cells)[1:-1]).digest()


def _texts(cells: Sequence[Row]) -> list[bytes]:
    """Return what is committed to of each row: serialised together, which takes half the time, and cut apart."""
    texts = orjson.dumps(cells)[2:-2].split(_BETWEEN) if cells else []
    # a text of somebody's may have it, too, so that there are more pieces than rows
    return texts if len(texts) == len(cells) else [orjson.dumps(one)[1:-1] for one in cells]


class Chain:
    """The open end of one chain."""

    def __init__(
        self, name: str, before: bytes, salts: SaltSource, number: int = 1, current: BlockSalts | None = None
    ) -> None:
        """Begin the block `number` after a block with the hash `before`; `current` are its salts if it has some."""
        self._name = name
        self._salts = salts
        self._begin(before, number, current)

    def _begin(self, before: bytes, number: int, current: BlockSalts | None = None) -> None:
        self._before, self._number = before, number
        self._rows = 0
        self._plain, self._commitments = hashlib.sha256(), hashlib.sha256()
        self._block = current  # if None, asked for with the first row

    def extend(self, rows: Sequence[Row], cells: Sequence[Row]) -> list[Sealed]:
        """Add rows, and return every block that they changed; the last may not be full.

        `rows` have the columns that tell nothing about a person. `cells` are the personal ones, after the row's number,
        of those rows in which one is not null, in order.

        Raises:
            TypeError: a value is of a type that no row of ours has (a blob, text that is not UTF-8).
            ValueError: the salts of a block are damaged, or a row is not numbered as it should be.

        """
        changed = []
        start = at = 0
        while start < len(rows):
            if self._block is None:
                self._block = self._salts(self._name, self._number)
            block = self._block
            part = rows[start : start + BLOCK_ROWS - self._rows]
            first = first_row(self._name, self._number) + self._rows
            until = bisect_left(cells, (first + len(part),), at)
            if until > at and cells[at][0] < first:
                raise ValueError(f"{self._name} {cells[at][0]} is not where its number says")
            self._plain.update(orjson.dumps(part)[1:-1] + b",")
            self._commitments.update(self._committed(block, cells[at:until], first, len(part)))
            self._rows += len(part)
            start, at = start + len(part), until
            digest = hashlib.sha256(self._before + self._plain.digest() + self._commitments.digest()).digest()
            salts = None if block.key is not None else b"".join(block.salts).hex()
            changed.append(Sealed(self._number, self._rows, digest.hex(), block.key, salts))
            if self._rows == BLOCK_ROWS:
                self._begin(digest, self._number + 1)
        if at < len(cells):
            raise ValueError(f"{self._name} {cells[at][0]} is not where its number says")
        return changed

    def renew(self, salts: SaltSource) -> None:
        """Read the salts of the open block again, after some of them were destroyed."""
        if self._block is not None:
            self._block = salts(self._name, self._number)

    def _committed(self, block: BlockSalts, cells: Sequence[Row], first: int, count: int) -> bytes:
        """Return the commitments of consecutive rows from `first` on, one after the other."""
        salts, start = block.salts, first_row(self._name, self._number)
        if block.key is None:  # a row was blanked, so that the later ones each get a salt of their own
            for number, *_ in cells:
                if number not in block.blanked and salts[number - start] == NO_SALT:
                    salts[number - start] = os.urandom(SALT_BYTES)
        if not block.blanked:
            sha256 = hashlib.sha256
            pairs = zip(cells, _texts(cells), strict=True)
            return b"".join([sha256(salts[one[0] - start] + text).digest() for one, text in pairs])
        found = {one[0]: commitment(salts[one[0] - start], one) for one in cells}
        found |= {row: was for row, was in block.blanked.items() if first <= row < first + count}
        return b"".join([found[row] for row in sorted(found)])
