"""Keep and read the status of a door: who calls, and how much waits to be sent. Standard library only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from db.door_file import DoorFile, door_path

MOST: Final = 50
"""How many callers and subscribers are reported."""
_MOST_WAYS: Final = 2_000
ELSEWHERE: Final = ""
UNKNOWN: Final = "(unknown)"
"""Stand in for a client if an event did not come from one, or if it is unknown which."""


@dataclass(frozen=True, slots=True)
class CallerRow:
    """A client that calls, and its messages by receipt, since the server was started."""

    name: str
    requests: int
    accepted: int
    duplicate: int
    conflict: int
    malformed: int


@dataclass(frozen=True, slots=True)
class SubscriberRow:
    """A subscriber: messages sent and given up, entries that wait, and what is wrong with it, or null."""

    name: str
    sent: int
    dead: int
    waiting: int
    wrong: str | None


@dataclass(frozen=True, slots=True)
class DoorStatus:
    """An open door: its address, since when (milliseconds UTC), who calls and who is subscribed.

    `questions` counts the rewards on which a veto holder has not answered yet.
    """

    address: str
    since: int
    callers: tuple[CallerRow, ...]
    subscribers: tuple[SubscriberRow, ...]
    questions: int


@dataclass(frozen=True, slots=True)
class WayRow:
    """How many events of a source were accepted from one client over the door, since there has been a door.

    ELSEWHERE counts those that came by other ways before the door was last opened; UNKNOWN those received by a door
    that was killed before it had recorded whose they were.
    """

    source: str
    client: str
    accepted: int


class StatusStore(DoorFile):
    """The stored status of a door; for one thread at a time."""

    def opened(self, address: str, since: int, accepted: Mapping[str, int]) -> None:
        """Record that a door is open at an address since a moment (milliseconds UTC), and nobody has called yet.

        `accepted` is the number of stored events by source. Those that no door has recorded came by other ways.
        """
        with self.transaction():
            killed = self.db.execute("SELECT 1 FROM door WHERE open = 1").fetchone() is not None
            counted = dict(self.db.execute("SELECT source, SUM(accepted) FROM way GROUP BY source"))
            rest = {source: count - _whole(counted.get(source)) for source, count in accepted.items()}
            self._came((source, UNKNOWN if killed else ELSEWHERE, n) for source, n in rest.items() if n > 0)
            self.db.execute("INSERT OR REPLACE INTO door VALUES (1, ?, ?, 1)", (address, since))
            self.db.execute("DELETE FROM caller")

    def called(self, rows: Sequence[CallerRow], came: Sequence[WayRow]) -> None:
        """Record who has called so far, and add how many events came from whom since the last call."""
        values = [
            (one.name, one.requests, one.accepted, one.duplicate, one.conflict, one.malformed) for one in rows
        ]
        with self.transaction():
            self.db.executemany("INSERT OR REPLACE INTO caller VALUES (?, ?, ?, ?, ?, ?)", values)
            self._came((one.source, one.client, one.accepted) for one in came)

    def _came(self, rows: Iterable[tuple[str, str, int]]) -> None:
        self.db.executemany(
            "INSERT INTO way VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET accepted = accepted + excluded.accepted",
            rows,
        )

    def closed(self) -> None:
        """Record that the door is closed."""
        with self.transaction():
            self.db.execute("UPDATE door SET open = 0")


def ways(path: Path) -> tuple[WayRow, ...]:
    """Return how many events of each source came from whom over the door of the database at `path`.

    It is empty if there was no door, or if its data can't be read.
    """
    try:
        with closing(_readonly(path)) as db:
            rows = db.execute(
                "SELECT source, client, accepted FROM way ORDER BY source, accepted DESC, client"
            )
            return tuple(
                WayRow(str(source), str(client), _whole(count))
                for source, client, count in rows.fetchmany(_MOST_WAYS)
            )
    except (sqlite3.Error, OSError, ValueError):
        return ()


def door_status(path: Path, last_entry: int) -> DoorStatus | None:
    """Return the status of the door of the database at `path`; `last_entry` is the newest of its audit trail.

    None if no door is open, or if its data can't be read.
    """
    try:
        with closing(_readonly(path)) as db:
            return _read(db, last_entry)
    except (sqlite3.Error, OSError, ValueError):
        return None


def _readonly(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{door_path(path).absolute().as_uri()}?mode=ro", uri=True, timeout=0.1)


def _read(db: sqlite3.Connection, last_entry: int) -> DoorStatus | None:
    row = db.execute("SELECT address, since FROM door WHERE open = 1").fetchone()
    if row is None:
        return None
    callers = db.execute(
        "SELECT name, requests, accepted, duplicate, conflict, malformed FROM caller ORDER BY name LIMIT ?",
        (MOST,),
    )
    subscribers = db.execute(
        "SELECT s.name, s.sent, (SELECT COUNT(*) FROM dead_letter d WHERE d.subscriber = s.id), s.reached, s.ended, "
        "s.error FROM subscriber s ORDER BY s.name LIMIT ?",
        (MOST,),
    )
    (questions,) = db.execute("SELECT COUNT(*) FROM question WHERE answered = 0").fetchone()
    return DoorStatus(
        str(row[0]),
        _whole(row[1]),
        tuple(CallerRow(str(name), *map(_whole, counts)) for name, *counts in callers),
        tuple(
            SubscriberRow(
                str(name),
                _whole(sent),
                dead,
                max(0, last_entry - _whole(reached)),
                _text(ended) or _text(error),
            )
            for name, sent, dead, reached, ended, error in subscribers
        ),
        questions,
    )


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
