"""Run several statements as one write transaction. Standard library only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from db.sqlite.connection import Connection


@contextmanager
def write_transaction(db: Connection | sqlite3.Connection) -> Iterator[None]:
    """Begin a write transaction, and commit it at the end of the context; roll it back after any error.

    The connection must have no transaction of its own (`isolation_level=None`).

    Raises:
        sqlite3.Error: it can't begin, or can't be committed.

    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
