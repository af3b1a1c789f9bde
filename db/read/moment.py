"""Look back: find the rows that existed at a moment. Standard library only."""

from __future__ import annotations

import sqlite3


def seq_at(db: sqlite3.Connection, at: int) -> int:
    """Return the number of the last event received before `at` (milliseconds UTC), 0 if there is none."""
    return _last_before(db, "event", "received_at", at)


def audit_at(db: sqlite3.Connection, at: int) -> int:
    """Return the number of the last audit entry made before `at` (milliseconds UTC), 0 if there is none."""
    return _last_before(db, "audit", "at", at)


def simulated_now(db: sqlite3.Connection) -> int:
    """Return the writer's last simulated or real time (milliseconds UTC), 0 if it has none."""
    found = db.execute("SELECT sim_at FROM clock LIMIT 1").fetchone()
    return int(found[0]) if found else 0


def _last_before(db: sqlite3.Connection, table: str, column: str, at: int) -> int:
    """Bisect the rows, which are in order of time: some 25 look-ups by primary key, however long the table is."""
    low, high = 0, db.execute(f"SELECT coalesce(max(seq), 0) FROM {table}").fetchone()[0]
    while low < high:
        middle = (low + high + 1) // 2
        row = db.execute(f"SELECT {column} FROM {table} WHERE seq = ?", (middle,)).fetchone()
        if row is not None and row[0] < at:
            low = middle
        else:
            high = middle - 1
    return int(low)
