"""From schema 7 to 8: reasons that somebody wrote move to `steering`, which an erasure can overwrite.

What schema 7 had is written out here, and stays so: a later schema has a step of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

import orjson

from db.sqlite.connection import Connection
from db.sqlite.readonly import DamagedDatabaseError

_CHAINS: Final = {"person": "id", "event": "seq", "quarantine": "number", "audit": "seq"}
_PERSONAL: Final = {
    "person": ("ref",),
    "event": (
        *("code", "contact_ref", "segment", "community", "country", "device_ref"),
        *("attributes", "steering"),
    ),
    "quarantine": ("reason", "message", "sha256"),
    "audit": ("detail",),
}
"""The columns whose cells are committed to with a salt."""
_BLOCK_ROWS: Final = 1024
_SALT_BYTES: Final = 16
_WRITTEN: Final = (
    *("customer.closed", "customer.reopened", "conversion.reinstated", "conversion.adjusted"),
    *("reward.vetoed", "person.erased"),
)
_MOVE: Final = (
    "UPDATE event SET steering = json_set(coalesce(steering, '{}'), '$.reason', reason), reason = NULL "
    f"WHERE reason IS NOT NULL AND type IN {_WRITTEN}"
)


def step(connection: Connection) -> None:
    """Check the chains as schema 7 made them, keep their newest hashes as a setting, and move the reasons.

    Raises:
        DamagedDatabaseError: a row was changed since it was chained; names the block.

    """
    heads = {name: head for name in _CHAINS if (head := _check(connection, name)) is not None}
    if heads:
        connection.execute(
            "INSERT OR REPLACE INTO setting (name, value) VALUES ('schema_7_hashes', ?)", (json.dumps(heads),)
        )
    connection.execute(_MOVE)


def _check(connection: Connection, chain: str) -> str | None:
    """Recompute a chain of schema 7, and return its newest hash; None without blocks."""
    key = _CHAINS[chain]
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({chain})").fetchall()]
    plain = [names.index(name) for name in names if name not in _PERSONAL[chain]]
    personal = [names.index(name) for name in (key, *_PERSONAL[chain])]
    (text,) = connection.execute("SELECT text FROM program_version WHERE version = 1").fetchone() or ("",)
    head = hashlib.sha256(b"\0".join((b"referral-tui", chain.encode(), str(text).encode()))).hexdigest()
    found = None
    rows = connection.execute(f"SELECT * FROM {chain} ORDER BY {key}")
    for number, count, digest, salts, blanked in _blocks(connection, chain):
        part = rows.fetchmany(count)
        outer = hashlib.sha256(orjson.dumps([[row[at] for at in plain] for row in part])[1:-1] + b",")
        inner = hashlib.sha256()
        for place, row in enumerate(part):
            cells = [row[at] for at in personal]
            if cells[0] in blanked:
                inner.update(bytes.fromhex(blanked[cells[0]]))
            elif any(cell is not None for cell in cells[1:]):
                salt = salts[place * _SALT_BYTES :][:_SALT_BYTES]
                inner.update(hashlib.sha256(salt + orjson.dumps(cells)[1:-1]).digest())
        head = hashlib.sha256(bytes.fromhex(head) + outer.digest() + inner.digest()).hexdigest()
        if len(part) != count or head != digest:
            first = (number - 1) * _BLOCK_ROWS
            raise DamagedDatabaseError(
                f"block {number} of the {chain} chain (about {chain} with {key} {first} to {first + _BLOCK_ROWS}) "
                "does not fit its rows: one of them was changed; a copy from before replaces it"
            )
        found = head
    return found


def _blocks(connection: Connection, chain: str) -> Iterator[tuple[int, int, str, bytes, dict[int, str]]]:
    """Yield the blocks of a chain: number, rows, hash, the salts of the rows, and what overwritten rows had been."""
    stored: list[tuple[Any, ...]] = connection.execute(
        "SELECT b.number, b.rows, b.hash, b.key, o.salts FROM block b LEFT JOIN opened_block o "
        "ON o.chain = b.chain AND o.number = b.number WHERE b.chain = ? ORDER BY b.number",
        (chain,),
    ).fetchall()
    blanked: dict[int, str] = dict(
        connection.execute("SELECT number, before_hash FROM blanked WHERE chain = ?", (chain,)).fetchall()
    )
    for number, count, digest, key, opened in stored:
        salts = (
            bytes.fromhex(opened or "")
            if key is None
            else hashlib.shake_128(bytes.fromhex(key)).digest(_SALT_BYTES * _BLOCK_ROWS)
        )
        yield number, count, digest, salts, blanked
