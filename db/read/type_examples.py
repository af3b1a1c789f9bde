"""Read the latest events of one type, with all of their fields. Standard library only."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Final

TAIL: Final = 10_000  # newest events that are scanned: some 5 ms, however rare the type is
MOST: Final = 3
_ENVELOPE: Final = ("seq", "received_at", "occurred_at", "time_inferred", "type", "source", "id", "person")


@dataclass(frozen=True, slots=True)
class Example:
    """An event: its subject (a pseudonymous reference), times in milliseconds UTC, and its fields as stored.

    `time_inferred` is true if no time was stated: `occurred_at` is then the time of receipt.
    """

    seq: int
    received_at: int
    occurred_at: int
    source: str
    id: str
    subject: str | None
    fields: tuple[tuple[str, str], ...]
    time_inferred: bool = False


def examples(db: sqlite3.Connection, event_type: str, upto: int | None = None) -> tuple[Example, ...]:
    """Read the newest events of a type among the last `TAIL` of the log, up to the event `upto` (None for now)."""
    last = db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0] if upto is None else upto
    sql = (
        "SELECT event.*, person.ref AS subject FROM event LEFT JOIN person ON person.id = event.person "
        "WHERE event.seq IN (SELECT seq FROM event WHERE seq > ? AND seq <= ? AND type = ? ORDER BY seq DESC LIMIT ?) "
        "ORDER BY event.seq DESC"
    )
    with closing(db.execute(sql, (last - TAIL, last, event_type, MOST))) as rows:
        names = [column[0] for column in rows.description]
        return tuple(_example(dict(zip(names, row, strict=True))) for row in rows)


def _example(row: dict[str, object]) -> Example:
    fields = tuple(
        (name, str(value))
        for name, value in row.items()
        if value is not None and name not in _ENVELOPE and name != "subject"
    )
    subject = None if row["subject"] is None else str(row["subject"])
    return Example(
        int(str(row["seq"])),
        int(str(row["received_at"])),
        int(str(row["occurred_at"])),
        str(row["source"]),
        str(row["id"]),
        subject,
        fields,
        bool(row["time_inferred"]),
    )
