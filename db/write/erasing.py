"""Overwrite what is stored about a person, and destroy the salts by which it could be proven.

The new content has commitments of its own: a digest of everything that an erasure did is part of its event, which is
chained like any other.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from db.read.erasures import blanked_rows, digest_of, rows_with_cells
from db.read.salts import NO_SALT, SALT_BYTES, block_of, first_row, stored_salts
from db.schema.blocks import BLOCK_ROWS, CHAINS, PERSONAL
from db.sqlite.connection import Connection
from db.sqlite.readonly import AMONG, listed
from db.sqlite.rows import Row
from db.write.chain import commitment

UPSERT_SALTS = (
    "INSERT INTO opened_block (chain, number, salts) VALUES (?, ?, ?) "
    "ON CONFLICT (chain, number) DO UPDATE SET salts = excluded.salts"
)
Cells = Mapping[str, str | None]
"""The personal cells of a row, by column."""
Kept = tuple[int, str, str]
"""A row of `kept_answer`: the seq of the event, the question, the answer."""


@dataclass(frozen=True, kw_only=True)
class Overwriting:
    """What one erasure overwrites.

    `blanked` are the new cells of rows of chained tables, by chain and number; columns that are left out stay.
    `codes` are the new codes of attributions by their seq, `facts` the new facts of decisions and `commands` the new
    arguments and refusals of commands, each by number; `kept` are rows of the table `kept_answer`.
    """

    blanked: Mapping[str, Mapping[int, Cells]]
    codes: Mapping[int, str] = field(default_factory=dict)
    facts: Mapping[int, str] = field(default_factory=dict)
    commands: Mapping[int, tuple[str, str | None]] = field(default_factory=dict)
    kept: Sequence[Kept] = ()


def overwrite(db: Connection, erasure: int, what: Overwriting) -> str:
    """Overwrite rows inside the caller's transaction, for the erasure whose event has the seq `erasure`.

    Returns the digest that its event must have. Raises sqlite3.Error.
    """
    done: list[tuple[str, int, str, str]] = []
    for chain, rows in what.blanked.items():
        done += _blank(db, erasure, chain, rows)
    db.executemany(
        "UPDATE attribution SET code = ? WHERE seq = ?", [(new, key) for key, new in what.codes.items()]
    )
    db.executemany(
        "UPDATE decision SET facts = ? WHERE id = ?", [(new, key) for key, new in what.facts.items()]
    )
    db.executemany(
        "UPDATE command SET args = ?, refused = ? WHERE id = ?",
        [(*new, key) for key, new in what.commands.items()],
    )
    seqs = listed(one[0] for one in what.kept)
    known = set(db.execute(f"SELECT seq, what FROM kept_answer WHERE seq {AMONG}", (seqs,)).fetchall())
    kept = [one for one in what.kept if one[:2] not in known]  # an earlier erasure's answer is the same
    db.executemany(
        "INSERT INTO kept_answer (seq, what, answer, erasure) VALUES (?, ?, ?, ?)",
        [(*one, erasure) for one in kept],
    )
    return digest_of(done, kept)


def _blank(
    db: Connection, erasure: int, chain: str, rows: Mapping[int, Cells]
) -> list[tuple[str, int, str, str]]:
    """Overwrite rows of one chain; return chain, number, and the commitments before and after."""

    def query(sql: str, values: Sequence[object]) -> list[Row]:
        return db.execute(sql, values).fetchall()

    names = PERSONAL[chain]
    before: dict[int, str] = {}
    for one in blanked_rows(query, chain, rows):
        before.setdefault(one.number, one.before_hash)
    salts = stored_salts(query)
    columns = ", ".join(f'"{name}"' for name in names)
    done = []
    for block in sorted({block_of(chain, number) for number in rows}):
        first, held = first_row(chain, block), salts(chain, block)
        there = set(rows_with_cells(query, chain, first, first + BLOCK_ROWS))
        # a row without personal cells has no commitment, and needs no salt
        theirs = [salt if first + place in there else NO_SALT for place, salt in enumerate(held.salts)]
        for number in sorted(one for one in rows if block_of(chain, one) == block):
            ((*old,),) = query(f"SELECT {columns} FROM {chain} WHERE {CHAINS[chain]} = ?", (number,))
            new = [rows[number].get(name, cell) for name, cell in zip(names, old, strict=True)]
            was = before.get(number) or commitment(theirs[number - first], (number, *old)).hex()
            salt = os.urandom(SALT_BYTES)
            after = commitment(salt, (number, *new)).hex()
            settings = ", ".join(f'"{name}" = ?' for name in names)
            db.execute(f"UPDATE {chain} SET {settings} WHERE {CHAINS[chain]} = ?", (*new, number))
            db.execute("UPDATE blanked SET salt = NULL WHERE chain = ? AND number = ?", (chain, number))
            db.execute(
                "INSERT INTO blanked (chain, number, erasure, before_hash, after_hash, salt) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (chain, number, erasure, was, after, salt.hex()),
            )
            theirs[number - first] = NO_SALT
            done.append((chain, number, was, after))
        db.execute(UPSERT_SALTS, (chain, block, b"".join(theirs).hex()))
        db.execute("UPDATE block SET key = NULL WHERE chain = ? AND number = ?", (chain, block))
    return done
