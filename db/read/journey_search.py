"""Search journeys, the newest or those that match a text, in slices that never block the reader thread.

A search walks candidates in an order that costs nothing (the log backwards, attributions, an index if one helps) and
keeps those that match until a page is full. It continues at the next look, and reports its progress. Standard library
only.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from db.read.journey_walks import ByKey, ByName, ByNewestEvent, Namer, Recent, Walk
from db.read.journeys import FRIENDS_ONLY, Journey, indexed, journeys

SortOrder = Literal["newest", "matched", "oldest"]

MOST_SLICES: Final = 50  # for one look; a limit for logs with hardly any friends
BUDGET_MS: Final = 8.0  # of searching for one look, so that keys are answered in between
FRESH_MS: Final = 400.0  # how often a search in progress refreshes what it has found
FRESH: Final = 100  # the most new events, and new audit entries, that are looked at one by one
_NAME: Final = re.compile(r"[a-z]+-[a-z]+-[0-9]{0,2}")
_REFERENCE: Final = 16  # letters from which a word is taken for a reference


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search request: words that must all match, order, rows of a page, and the event and moment looked back to."""

    text: str = ""
    order: SortOrder = "newest"
    page: int = 200
    seq: int | None = None
    at: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the text."""
        return tuple(self.text.lower().split())


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result so far. `done` is the share that was searched; if the page is `full`, there may be more.

    `windowed`: only the newest events were searched, since a run at full speed has no indexes yet.
    """

    rows: tuple[Journey, ...]
    done: float
    full: bool
    windowed: bool = False

    @property
    def unfinished(self) -> bool:
        """Whether the search continues at the next look."""
        return self.done < 1 and not self.full

    def references(self) -> set[str | None]:
        """Return the references of everybody in it."""
        return {reference for row in self.rows for reference in row.references()}


def matches(row: Journey, words: tuple[str, ...], name: Namer) -> bool:
    """Return whether each word is part of a name, reference, code, channel, stage, outcome, reason or state."""
    if not words:
        return True
    names = [name(reference) for reference in row.references() if reference is not None]
    parts = [row.friend, row.code, row.channel, row.stage, row.reason, row.outcome, *names]
    parts += [state for state, _, _ in row.rewards]
    texts = [text.lower() for text in parts if text]
    return all(any(word in text for text in texts) for word in words)


@dataclass
class Search:
    """A search in progress, kept from look to look; `name` returns the name of a person that the text may mention.

    If so much happens that a page must be read again, that also takes several looks, and the old result is shown until
    it is done.
    """

    wanted: SearchRequest
    name: Namer
    _walk: Walk | None = None
    _found: dict[int, Journey] = field(default_factory=dict)
    _before: tuple[Journey, ...] = ()
    _seen: bytearray = field(default_factory=bytearray)
    _top: int = 0
    _trail: int = 0
    _full: bool = False
    _fresh_at: float = 0.0

    def look(self, db: sqlite3.Connection, clock: Callable[[], float]) -> SearchResult:
        """Continue for `BUDGET_MS` of `clock` (monotonic milliseconds), and return the result so far."""
        now = clock()
        until, by_index = now + BUDGET_MS, indexed(db)
        if self._walk is None or by_index == isinstance(self._walk, Recent):
            self._begin(db, by_index=by_index)
        elif self._finished or now >= self._fresh_at + FRESH_MS:
            self._fresh_at = now
            self._refresh(db, by_index=by_index)
        for _ in range(MOST_SLICES):
            people = None if self._full or self._walk is None else self._walk.take(db)
            if people is None:
                break
            self._take(db, people)
            if clock() >= until:
                break
        if self._finished:
            self._before = ()
        done = 1.0 if self._walk is None else self._walk.done
        return SearchResult(
            self._before or tuple(self._sorted()), done, self._full, windowed=isinstance(self._walk, Recent)
        )

    # -- inside ---------------------------------------------------------------------------------------

    @property
    def _finished(self) -> bool:
        return self._full or self._walk is None or self._walk.done >= 1

    def _refresh(self, db: sqlite3.Connection, *, by_index: bool) -> None:
        """Refresh the result with what is new; if that is too much, restart once this search has ended."""
        same = self._ends(db) == (self._top, self._trail)
        if not same and not (by_index and self._read_changed(db)) and self._finished:
            self._begin(db, by_index=by_index)

    def _newest(self, db: sqlite3.Connection) -> int:
        newest = int(db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])
        return newest if self.wanted.seq is None else min(newest, self.wanted.seq)

    def _ends(self, db: sqlite3.Connection) -> tuple[int, int]:
        """Return the numbers of the last event to search and of the last audit entry."""
        return self._newest(db), int(db.execute("SELECT coalesce(max(seq), 0) FROM audit").fetchone()[0])

    def _begin(self, db: sqlite3.Connection, *, by_index: bool) -> None:
        self._top, self._trail = self._ends(db)
        self._before = self._before or tuple(self._sorted())
        self._found, self._seen, self._full = {}, bytearray(), False
        self._walk = self._served(db) if by_index else Recent(db, self._top)

    def _served(self, db: sqlite3.Connection) -> Walk:
        """Choose the walk by the index that suits the text best, else by the requested order."""
        words = self.wanted.words
        for word in words:
            if len(word) >= _REFERENCE or _NAME.fullmatch(word):
                last = db.execute("SELECT coalesce(max(id), -1) FROM person").fetchone()[0]
                return ByName(word, last, self.name)
        for word in words:
            for column, value in (("code", word.upper()), ("code", word), ("channel", word)):
                sql = f"SELECT 1 FROM attribution WHERE {column} = ? LIMIT 1"
                if db.execute(sql, (value,)).fetchone():
                    return ByKey(
                        f"SELECT seq, friend FROM attribution WHERE {column} = ? AND seq < ? "
                        "ORDER BY seq DESC LIMIT ?",
                        (value,),
                        self._top + 1,
                        0,
                    )
            if word == "review" and self.wanted.at is None:
                last = db.execute("SELECT coalesce(max(id), 0) FROM decision").fetchone()[0]
                return ByKey(
                    "SELECT id, friend FROM decision WHERE outcome = 'review' AND id < ? "
                    "ORDER BY id DESC LIMIT ?",
                    (),
                    last + 1,
                    0,
                )
        if self.wanted.order == "newest":
            return ByNewestEvent(self._top)
        if self.wanted.order == "matched":
            sql = "SELECT seq, friend FROM attribution WHERE seq < ? ORDER BY seq DESC LIMIT ?"
            return ByKey(sql, (), self._top + 1, 0)
        sql = "SELECT seq, friend FROM attribution WHERE seq > ? ORDER BY seq LIMIT ?"
        return ByKey(sql, (), 0, self._top)

    def _take(self, db: sqlite3.Connection, people: list[int]) -> None:
        """Keep the candidates that match, until the page is full."""
        fresh = [person for person in dict.fromkeys(people) if not self._looked_at(person)]
        for start in range(0, len(fresh), self.wanted.page):
            some = fresh[start : start + self.wanted.page]
            self._see(some)
            for row in self._read(db, some):
                if matches(row, self.wanted.words, self.name):
                    self._found[row.person] = row
                if len(self._found) >= self.wanted.page:
                    self._full = True
                    return

    def _read_changed(self, db: sqlite3.Connection) -> bool:
        """Read people with new events again; return False if rereading the page is faster.

        In a search for a text, if there are many, only the newest and those found so far are read.
        """
        if self.wanted.seq is not None:
            return True
        events = f"SELECT person FROM event WHERE seq > ? AND {FRIENDS_ONLY} ORDER BY seq DESC LIMIT ?"
        entries = "SELECT person FROM audit WHERE seq > ? ORDER BY seq DESC LIMIT ?"
        rows = [
            row
            for sql, after in ((events, self._top), (entries, self._trail))
            for row in db.execute(sql, (after, FRESH))
        ]
        if len(rows) >= FRESH and self._plain:
            return False
        touched = dict.fromkeys(person for (person,) in rows if person is not None)
        if len(rows) >= FRESH:
            touched = dict.fromkeys([*self._found, *touched])
        self._top, self._trail = self._ends(db)
        self._see(list(touched))
        for row in self._read(db, list(touched)):
            self._found.pop(row.person, None)
            if matches(row, self.wanted.words, self.name):
                self._found[row.person] = row
        self._found = {row.person: row for row in self._sorted()}
        return True

    @property
    def _plain(self) -> bool:
        return not self.wanted.words and self.wanted.order == "newest"

    def _looked_at(self, person: int) -> bool:
        if not self.wanted.words:
            return person in self._found  # all match
        return person < len(self._seen) and bool(self._seen[person])

    def _see(self, people: list[int]) -> None:
        """Remember who was looked at, in one byte per person, since a search may go through millions."""
        most = max(people, default=-1)
        if not self.wanted.words or most < 0:
            return
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
