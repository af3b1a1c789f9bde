"""The tree of who brought whom, as far as it is opened: bounded children of each, as it stands or stood at an event."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final

from db.read.journeys import indexed, journeys
from db.read.referrers import leaders

MOST_CHILDREN: Final = 50  # of one person that are shown
LOOKED_AT: Final = 400  # of one person among whom those are chosen who brought others: some 5 ms
MOST_COUNTED: Final = 1_000  # friends of one person; of more it is said that there are more
MOST_ROWS: Final = 400  # of the whole tree: some 40 ms


@dataclass(frozen=True, slots=True)
class Branch:
    """A person in the tree. `friends` is how many they brought, at most MOST_COUNTED; `depth` 0 is a root.

    `stage` and `outcome` are of their own journey; null for a root. `left_out` of the branch's own friends are not
    shown, since there are too many: such a row stands below them, with the person's own number.
    """

    person: int
    ref: str
    depth: int
    friends: int
    opened: bool
    channel: str | None = None
    attributed_at: int | None = None
    stage: str | None = None
    outcome: str | None = None
    left_out: int = 0

    def references(self) -> tuple[str | None, ...]:
        """Name who appears in it."""
        return (self.ref,)


@dataclass(frozen=True, slots=True)
class Tree:
    """Rows from the top, or none and `indexed` false: a run goes as fast as it can, and indexes come at its end."""

    rows: tuple[Branch, ...]
    indexed: bool = True

    def references(self) -> set[str | None]:
        """Name everybody who appears in it."""
        return {row.ref for row in self.rows}


def tree(
    db: sqlite3.Connection, opened: Collection[int], seq: int | None = None, at: int | None = None
) -> Tree:
    """Read the tree: the first referrers whom nobody brought, and below each that is opened who they brought."""
    if not indexed(db):
        return Tree((), indexed=False)
    last = 2**62 if seq is None else seq
    rows: list[Branch] = []
    for leader in leaders(db):
        if leader.generation == 0:
            friends = _count(db, leader.person, last)
            if friends:
                root = Branch(leader.person, leader.ref, 0, friends, leader.person in opened)
                rows += _below(db, root, opened, last)
        if len(rows) >= MOST_ROWS:
            break
    rows = rows[:MOST_ROWS]
    known = {row.person: row for row in journeys(db, [row.person for row in rows if row.depth], seq, at)}
    return Tree(
        tuple(
            replace(row, stage=known[row.person].stage, outcome=known[row.person].outcome)
            if row.depth and row.person in known and not row.left_out
            else row
            for row in rows
        )
    )


def _below(db: sqlite3.Connection, top: Branch, opened: Collection[int], last: int) -> Iterator[Branch]:
    """A branch, and those below it where it is opened; nobody is their own ancestor, since no root was brought."""
    yield top
    if not top.opened:
        return
    found = db.execute(_FRIENDS, (last, MOST_COUNTED, top.person, last, LOOKED_AT, MOST_CHILDREN)).fetchall()
    for friend, ref, channel, at, friends in found:
        one = Branch(friend, ref, top.depth + 1, friends, friend in opened, channel, at)
        yield from _below(db, one, opened, last)
    left_out = top.friends - len(found)
    if left_out > 0:
        yield Branch(top.person, top.ref, top.depth + 1, 0, opened=False, left_out=left_out)


def _count(db: sqlite3.Connection, person: int, last: int) -> int:
    return int(db.execute(_COUNT, (person, last, MOST_COUNTED)).fetchone()[0])


_COUNT = "SELECT count(*) FROM (SELECT 1 FROM attribution WHERE referrer = ? AND seq <= ? LIMIT ?)"
# counted, sorted and cut in one statement: of 400 friends it gives 50, and Python's lock is free while it counts
_FRIENDS = """
SELECT a.friend, p.ref, a.channel, a.attributed_at,
       (SELECT count(*) FROM (SELECT 1 FROM attribution WHERE referrer = a.friend AND seq <= ? LIMIT ?)) AS friends
FROM (SELECT * FROM attribution WHERE referrer = ? AND seq <= ? ORDER BY seq LIMIT ?) a
JOIN person p ON p.id = a.friend ORDER BY friends DESC, a.seq LIMIT ?
"""
