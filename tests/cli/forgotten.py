"""Helpers for tests of erasing people: who is in a database, what identifies them, and which files contain it."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

BY = ("--by", "dpo-1", "--basis", "request of 3 May")


def select(db: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql, values).fetchall()


def people(db: Path) -> list[str]:
    return [ref for (ref,) in select(db, "SELECT ref FROM person ORDER BY id")]


def texts_of(db: Path, ref: str) -> list[str]:
    """The reference, codes and contacts of a person."""
    rows = select(
        db,
        "SELECT code, contact_ref, type FROM event WHERE person = (SELECT id FROM person WHERE ref = ?)",
        ref,
    )
    codes = [code for code, _, kind in rows if kind == "link.created"]
    return list(dict.fromkeys([ref, *codes, *(contact for _, contact, _ in rows if contact)]))


def occurrences(text: str, where: Path) -> list[str]:
    """The files of a folder in which a text occurs, or the file itself."""
    files = sorted(where.rglob("*")) if where.is_dir() else [where]
    return [path.name for path in files if path.is_file() and text.encode() in path.read_bytes()]


def pseudonym(key: bytes, salt: str, contact: str) -> str:
    """The pseudonym that a client with this key derives from a normalised contact, with a person's salt."""
    digest = hashlib.blake2b(contact.encode(), key=key, digest_size=12).digest()
    return "p" + bytes(one ^ other for one, other in zip(digest, bytes.fromhex(salt), strict=True)).hex()
