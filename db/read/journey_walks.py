"""Walk the candidates of a journey search in slices, in orders that cost nothing: the log backwards, or an index.

Standard library only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final, Protocol

from db.read.journeys import FRIENDS_ONLY

Namer = Callable[[str], str]
"""A function from a person's reference to the name that a search text may mention."""

SLICE: Final = 150  # events or rows walked at once: some 3 ms with the look-ups
WINDOW: Final = 8_000  # newest events that are walked if there are no indexes


class Walk(Protocol):
    """An order of candidates, taken in slices."""

    def take(self, db: sqlite3.Connection) -> list[int] | None:
        """Return the next people, or None at the end."""

    @property
    def done(self) -> float:
        """The share that was walked, 0 to 1."""


class ByNewestEvent:
    """Friends by their newest event, newest first: walks the log from its end."""

    def __init__(self, top: int, floor: int = 0) -> None:
        self._top, self._next, self._floor = top, top, floor

    def take(self, db: sqlite3.Connection) -> list[int] | None:
        """Return the next people, or None at the end."""
        if self._next <= self._floor:
            return None
        low = max(self._floor, self._next - SLICE)
        sql = f"SELECT person FROM event WHERE seq > ? AND seq <= ? AND {FRIENDS_ONLY} ORDER BY seq DESC"
        people = [person for (person,) in db.execute(sql, (low, self._next)) if person is not None]
        self._next = low
        return people

    @property
    def done(self) -> float:
        """The share that was walked, 0 to 1."""
        span = self._top - self._floor
        return (self._top - self._next) / span if span > 0 else 1.0


class ByKey:
    """People in the order of a key, by a SELECT with parameters for the key and the number of rows."""

    def __init__(self, sql: str, values: tuple[object, ...], start: int, end: int) -> None:
        self._sql, self._values = sql, values
        self._start, self._at, self._end = start, start, end
        self._over = False

    def take(self, db: sqlite3.Connection) -> list[int] | None:
        """Return the next people, or None at the end."""
        if self._over:
            return None
        rows = db.execute(self._sql, (*self._values, self._at, SLICE)).fetchall()
        self._over = len(rows) < SLICE
        if rows:
            self._at = rows[-1][0]
        return [person for _, person in rows]

    @property
    def done(self) -> float:
        """The share that was walked, 0 to 1."""
        span = abs(self._end - self._start)
        return 1.0 if self._over or not span else min(1.0, abs(self._at - self._start) / span)


class ByName:
    """People whose name or reference contains a word, the latest to appear first; looks up the name of each person."""

    def __init__(self, word: str, last: int, name: Namer) -> None:
        self._word, self._name, self._last, self._next = word, name, last, last

    def take(self, db: sqlite3.Connection) -> list[int] | None:
        """Return the next people, or None at the end."""
        if self._next < 0:
            return None
        sql = "SELECT id, ref FROM person WHERE id <= ? AND id > ? ORDER BY id DESC"
        low = self._next - 5 * SLICE
        found = [
            person
            for person, ref in db.execute(sql, (self._next, low))
            if self._word in ref.lower() or self._word in self._name(ref).lower()
        ]
        self._next = low
        return found

    @property
    def done(self) -> float:
        """The share that was walked, 0 to 1."""
        return (self._last - max(-1, self._next)) / (self._last + 1)


class Recent:
    """Friends among the newest events, newest first, if there are no indexes; read once, all together."""

    def __init__(self, db: sqlite3.Connection, top: int) -> None:
        sql = f"SELECT person FROM event WHERE seq > ? AND seq <= ? AND {FRIENDS_ONLY} ORDER BY seq DESC"
        found = (person for (person,) in db.execute(sql, (top - WINDOW, top)) if person is not None)
        self._people = list(dict.fromkeys(found))
        self._next = 0

    def take(self, db: sqlite3.Connection) -> list[int] | None:  # noqa: ARG002 -- as the others do
        """Return the next people, or None at the end."""
        people = self._people[self._next : self._next + SLICE]
        self._next += SLICE
        return people or None

    @property
    def done(self) -> float:
        """The share that was walked, 0 to 1."""
        return min(1.0, self._next / len(self._people)) if self._people else 1.0
