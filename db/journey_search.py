"""Finding journeys: the newest ones, or those that match a text, in slices that never hold the reader up.

A search walks candidates in an order that costs nothing (the log backwards, attributions, an index where one serves)
and keeps those that match until a page is full. It goes on where it was at the next look, and says how far it has
come. Standard library only.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from db.journeys import FRIENDS_ONLY, Journey, indexed, journeys

Order = Literal["newest", "matched", "oldest"]
Namer = Callable[[str], str]

SLICE: Final = 300  # events or rows walked at once: some 5 ms with the look-ups
MOST_SLICES: Final = 50  # a look, where a log has next to no friends
BUDGET_MS: Final = 25.0  # of walking a look
WINDOW: Final = 8_000  # newest events that are walked where there are no indexes
_NAME: Final = re.compile(r"[a-z]+-[a-z]+-[0-9]{0,2}")
_REFERENCE: Final = 16  # letters from which a word is taken for a reference


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: words that must all match, in which order, how many rows; back to an event and moment."""

    text: str = ""
    order: Order = "newest"
    page: int = 200
    seq: int | None = None
    at: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the text."""
        return tuple(self.text.lower().split())


@dataclass(frozen=True, slots=True)
class Found:
    """What was found so far. `done` is the share that was walked, `full`: the page is, and there may be more.

    `windowed` says that only the newest events were looked at: a run goes as fast as it can, without indexes.
    """

    rows: tuple[Journey, ...]
    done: float
    full: bool
    windowed: bool = False

    @property
    def unfinished(self) -> bool:
        """Whether the next look goes on."""
        return self.done < 1 and not self.full

    def references(self) -> set[str | None]:
        """Name everybody who appears in it."""
        return {reference for row in self.rows for reference in row.references()}


def matches(row: Journey, words: tuple[str, ...], name: Namer) -> bool:
    """Tell whether each word is part of a name, reference, code, channel, stage, outcome, reason or state."""
    if not words:
        return True
    names = [name(reference) for reference in row.references() if reference is not None]
    told = [row.friend, row.code, row.channel, row.stage, row.reason, row.outcome, *names]
    told += [state for state, _, _ in row.rewards]
    texts = [text.lower() for text in told if text]
    return all(any(word in text for text in texts) for word in words)


class _Walk(Protocol):
    """Candidates in an order, some at a time."""

    def take(self, db: sqlite3.Connection) -> list[int] | None:
        """The next people; null at the end."""

    @property
    def done(self) -> float:
        """The share that was walked, 0 to 1."""


class _Backwards:
    """Friends by their newest event, newest first: the log from its end."""

    def __init__(self, top: int, floor: int = 0) -> None:
        self._top, self._next, self._floor = top, top, floor

    def take(self, db: sqlite3.Connection) -> list[int] | None:
        if self._next <= self._floor:
            return None
        low = max(self._floor, self._next - SLICE)
        sql = f"SELECT person FROM event WHERE seq > ? AND seq <= ? AND {FRIENDS_ONLY} ORDER BY seq DESC"
        people = [person for (person,) in db.execute(sql, (low, self._next)) if person is not None]
        self._next = low
        return people

    @property
    def done(self) -> float:
        span = self._top - self._floor
        return (self._top - self._next) / span if span > 0 else 1.0


class _Rows:
    """People of rows in the order of a key, by a SELECT with a place for the key and one for how many."""

    def __init__(self, sql: str, values: tuple[object, ...], start: int, end: int) -> None:
        self._sql, self._values = sql, values
        self._start, self._at, self._end = start, start, end
        self._over = False

    def take(self, db: sqlite3.Connection) -> list[int] | None:
        if self._over:
            return None
        rows = db.execute(self._sql, (*self._values, self._at, SLICE)).fetchall()
        self._over = len(rows) < SLICE
        if rows:
            self._at = rows[-1][0]
        return [person for _, person in rows]

    @property
    def done(self) -> float:
        span = abs(self._end - self._start)
        return 1.0 if self._over or not span else min(1.0, abs(self._at - self._start) / span)


class _ByName:
    """People whose name or reference holds a word, the last to appear first: one look-up of names a person."""

    def __init__(self, word: str, last: int, name: Namer) -> None:
        self._word, self._name, self._last, self._next = word, name, last, last

    def take(self, db: sqlite3.Connection) -> list[int] | None:
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
        return (self._last - max(-1, self._next)) / (self._last + 1)


@dataclass
class Search:
    """One search, kept from look to look; `name` calls people by what the text may say of them."""

    wanted: Wanted
    name: Namer
    _walk: _Walk | None = None
    _found: dict[int, Journey] = field(default_factory=dict)
    _seen: bytearray = field(default_factory=bytearray)
    _top: int = 0
    _trail: int = 0
    _full: bool = False

    def look(self, db: sqlite3.Connection, clock: Callable[[], float]) -> Found:
        """Go on for `BUDGET_MS` of `clock` (milliseconds, steady), and give what was found so far."""
        if not indexed(db):
            return self._window(db)
        until = clock() + BUDGET_MS if self.wanted.words else float("inf")  # a page alone is soon full
        plain = not self.wanted.words and self.wanted.order == "newest"
        if self._walk is None or (plain and self._ends(db) != (self._top, self._trail)):
            self._begin(db)
        else:
            self._freshen(db)
        for _ in range(MOST_SLICES):
            people = None if self._full or self._walk is None else self._walk.take(db)
            if people is None:
                break
            self._take(db, people)
            if clock() >= until:
                break
        done = 1.0 if self._walk is None else self._walk.done
        return Found(tuple(self._sorted()), done, self._full)

    # -- inside ---------------------------------------------------------------------------------------

    def _window(self, db: sqlite3.Connection) -> Found:
        """Look at the newest events only, in one go."""
        self._walk = None
        top = self._newest(db)
        sql = f"SELECT person FROM event WHERE seq > ? AND seq <= ? AND {FRIENDS_ONLY} ORDER BY seq DESC"
        people = dict.fromkeys(
            person for (person,) in db.execute(sql, (top - WINDOW, top)) if person is not None
        )
        some = list(people) if self.wanted.words else list(people)[: self.wanted.page]
        rows = [row for row in self._read(db, some) if matches(row, self.wanted.words, self.name)]
        self._found = {row.person: row for row in rows[: self.wanted.page]}
        return Found(tuple(self._sorted()), 1.0, len(self._found) >= self.wanted.page, windowed=True)

    def _newest(self, db: sqlite3.Connection) -> int:
        newest = int(db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])
        return newest if self.wanted.seq is None else min(newest, self.wanted.seq)

    def _ends(self, db: sqlite3.Connection) -> tuple[int, int]:
        """The last event that is looked at, and the last entry of the trail."""
        return self._newest(db), int(db.execute("SELECT coalesce(max(seq), 0) FROM audit").fetchone()[0])

    def _begin(self, db: sqlite3.Connection) -> None:
        self._top, self._trail = self._ends(db)
        people = db.execute("SELECT coalesce(max(id), -1) FROM person").fetchone()[0] + 1
        self._found, self._seen, self._full = {}, bytearray(people), False
        self._walk = self._served(db)

    def _served(self, db: sqlite3.Connection) -> _Walk:
        """Walk by the index that serves the text best, or else the order that is wanted."""
        words = self.wanted.words
        for word in words:
            if len(word) >= _REFERENCE or _NAME.fullmatch(word):
                last = db.execute("SELECT coalesce(max(id), -1) FROM person").fetchone()[0]
                return _ByName(word, last, self.name)
        for word in words:
            for column, value in (("code", word.upper()), ("code", word), ("channel", word)):
                sql = f"SELECT 1 FROM attribution WHERE {column} = ? LIMIT 1"
                if db.execute(sql, (value,)).fetchone():
                    return _Rows(
                        f"SELECT seq, friend FROM attribution WHERE {column} = ? AND seq < ? "
                        "ORDER BY seq DESC LIMIT ?",
                        (value,),
                        self._top + 1,
                        0,
                    )
            if word == "review" and self.wanted.at is None:
                last = db.execute("SELECT coalesce(max(id), 0) FROM decision").fetchone()[0]
                return _Rows(
                    "SELECT id, friend FROM decision WHERE outcome = 'review' AND id < ? "
                    "ORDER BY id DESC LIMIT ?",
                    (),
                    last + 1,
                    0,
                )
        if self.wanted.order == "newest":
            return _Backwards(self._top)
        if self.wanted.order == "matched":
            sql = "SELECT seq, friend FROM attribution WHERE seq < ? ORDER BY seq DESC LIMIT ?"
            return _Rows(sql, (), self._top + 1, 0)
        sql = "SELECT seq, friend FROM attribution WHERE seq > ? ORDER BY seq LIMIT ?"
        return _Rows(sql, (), 0, self._top)

    def _take(self, db: sqlite3.Connection, people: list[int]) -> None:
        """Keep the candidates that match, until the page is full."""
        fresh = [person for person in dict.fromkeys(people) if not self._seen[person]]
        for start in range(0, len(fresh), self.wanted.page):
            some = fresh[start : start + self.wanted.page]
            self._see(some)
            for row in self._read(db, some):
                if matches(row, self.wanted.words, self.name):
                    self._found[row.person] = row
                if len(self._found) >= self.wanted.page:
                    self._full = True
                    return

    def _freshen(self, db: sqlite3.Connection) -> None:
        """Look again at what was found, and at whom something has happened to since."""
        if self.wanted.seq is not None:
            return
        newest, trail = self._ends(db)
        if (newest, trail) == (self._top, self._trail):
            return
        touched = dict.fromkeys(self._found)
        events = f"SELECT person FROM event WHERE seq > ? AND {FRIENDS_ONLY} ORDER BY seq DESC LIMIT ?"
        entries = "SELECT person FROM audit WHERE seq > ? ORDER BY seq DESC LIMIT ?"
        for sql, after in ((events, self._top), (entries, self._trail)):
            touched.update(
                (person, None) for (person,) in db.execute(sql, (after, SLICE)) if person is not None
            )
        self._top, self._trail = newest, trail
        self._see(list(touched))
        rows = self._read(db, list(touched))
        self._found = {row.person: row for row in rows if matches(row, self.wanted.words, self.name)}

    def _see(self, people: list[int]) -> None:
        """Remember who was looked at; those who appear while the search goes on are beyond its end."""
        most = max(people, default=-1)
        if most >= len(self._seen):
            self._seen.extend(bytes(most + 1 - len(self._seen)))
        for person in people:
            self._seen[person] = 1

    def _read(self, db: sqlite3.Connection, people: list[int]) -> Iterator[Journey]:
        yield from journeys(db, people, self.wanted.seq, self.wanted.at)

    def _sorted(self) -> list[Journey]:
        rows = list(self._found.values())
        if self.wanted.order == "newest":
            rows.sort(key=lambda row: (-row.seq, row.person))
        else:
            sign = -1 if self.wanted.order == "matched" else 1
            rows = [row for row in rows if row.attributed_at is not None]
            rows.sort(key=lambda row: (sign * (row.attributed_at or 0), sign * row.person))
        return rows[: self.wanted.page]
