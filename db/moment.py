"""Looking back: the place in the log of a moment. Standard library only."""

from __future__ import annotations

import sqlite3


def seq_at(db: sqlite3.Connection, at: int) -> int:
    """Find the last event received by `at` (milliseconds UTC), 0 where there is none.

    By halving: the log is in the order of receipt, so this takes some 25 look-ups by primary key whatever its length.
    """
    low, high = 0, db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
    while low < high:
        middle = (low + high + 1) // 2
        row = db.execute("SELECT received_at FROM event WHERE seq = ?", (middle,)).fetchone()
        if row is not None and row[0] <= at:
            low = middle
        else:
            high = middle - 1
    return int(low)
