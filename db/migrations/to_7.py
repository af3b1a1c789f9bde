"""From schema 6 to 7: salted commitments in the hash chains, and the tables that erasing people needs.

The statements are those of schema 7, and stay so: a later schema has a step of its own.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

import orjson

from db.sqlite.connection import Connection
from db.sqlite.readonly import DamagedDatabaseError

_CHAINS: Final = {"person": "id", "event": "seq", "quarantine": "number", "audit": "seq"}
_BLOCK_ROWS: Final = 1024
_MAKE: Final = (
    "CREATE TABLE block (\n"
    "\tchain VARCHAR NOT NULL, \n"
    "\tnumber INTEGER NOT NULL, \n"
    "\trows INTEGER NOT NULL, \n"
    "\thash VARCHAR NOT NULL, \n"
    '\t"key" VARCHAR, \n'
    "\tPRIMARY KEY (chain, number)\n"
    ")\n"
    " WITHOUT ROWID\n\n",
    "CREATE TABLE opened_block (\n"
    "\tchain VARCHAR NOT NULL, \n"
    "\tnumber INTEGER NOT NULL, \n"
    "\tsalts VARCHAR NOT NULL, \n"
    "\tPRIMARY KEY (chain, number)\n"
    ")\n"
    " WITHOUT ROWID\n\n",
    "CREATE TABLE blanked (\n"
    "\tchain VARCHAR NOT NULL, \n"
    "\tnumber INTEGER NOT NULL, \n"
    "\terasure INTEGER NOT NULL, \n"
    "\tbefore_hash VARCHAR NOT NULL, \n"
    "\tafter_hash VARCHAR NOT NULL, \n"
    "\tsalt VARCHAR, \n"
    "\tPRIMARY KEY (chain, number, erasure)\n"
    ")\n"
    " WITHOUT ROWID\n\n",
    "CREATE TABLE kept_answer (\n"
    "\tseq INTEGER NOT NULL, \n"
    "\twhat VARCHAR NOT NULL, \n"
    "\tanswer VARCHAR NOT NULL, \n"
    "\terasure INTEGER NOT NULL, \n"
    "\tPRIMARY KEY (seq, what)\n"
    ")\n"
    " WITHOUT ROWID\n\n",
)


def step(connection: Connection) -> None:
    """Check the chains as schema 6 made them, keep their newest hashes as a setting, and create the new tables.

    Raises:
        DamagedDatabaseError: a row was changed since it was chained; names the block.

    """
    heads = {name: head for name in _CHAINS if (head := _check(connection, name)) is not None}
    connection.execute(
        "INSERT OR REPLACE INTO setting (name, value) VALUES ('schema_6_hashes', ?)", (json.dumps(heads),)
    )
    connection.execute("DROP TABLE block")
    for statement in _MAKE:
        connection.execute(statement)


def _check(connection: Connection, chain: str) -> str | None:
    """Recompute a chain of schema 6, SHA-256(hash before ‖ rows), and return its newest hash; None without blocks."""
    stored = connection.execute(
        "SELECT number, rows, hash FROM block WHERE chain = ? ORDER BY number", (chain,)
    ).fetchall()
    (text,) = connection.execute("SELECT text FROM program_version WHERE version = 1").fetchone() or ("",)
    before = hashlib.sha256(b"\0".join((b"referral-tui", chain.encode(), str(text).encode()))).digest()
    rows = connection.execute(f"SELECT * FROM {chain} ORDER BY {_CHAINS[chain]}")
    for number, count, digest in stored:
        part = rows.fetchmany(count)
        found = hashlib.sha256(before + orjson.dumps(part)[1:-1] + b",").hexdigest()
        if len(part) != count or found != digest:
            first = (number - 1) * _BLOCK_ROWS
            raise DamagedDatabaseError(
                f"block {number} of the {chain} chain (about {chain} with {_CHAINS[chain]} {first} to "
                f"{first + _BLOCK_ROWS}) does not fit its rows: one of them was changed; a copy from before replaces it"
            )
        before = bytes.fromhex(digest)
    return stored[-1][2] if stored else None
