"""Read the referral tree as far as it is opened, with bounded children, now or as of an event."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final

from db.read.journeys import indexed, journeys
from db.read.referrers import leaders

MOST_CHILDREN: Final = 50  # friends of one person that are shown
LOOKED_AT: Final = 400  # friends of one person from whom those with most friends are chosen: some 5 ms
MOST_COUNTED: Final = 1_000  # friends of one person; if there are more, the screen says so
MOST_ROWS: Final = 400  # of the whole tree: some 40 ms


@dataclass(frozen=True, slots=True)
class Branch:
    """A person in the tree. `friends` is how many they referred, at most MOST_COUNTED; a root has `depth` 0.

    `stage` and `outcome` are of their own journey, None for a root. If a person has too many friends, a row with the
    person's own number stands below them, and its `left_out` is the number of friends not shown.
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
        """Return the references of everybody in it."""
        return (self.ref,)


@dataclass(frozen=True, slots=True)
class Tree:
    """Rows from the top; none if not `indexed`, since a run at full speed makes its indexes at the end."""

    rows: tuple[Branch, ...]
    indexed: bool = True

    def references(self) -> set[str | None]:
        """Return the references of everybody in it."""
        return {row.ref for row in self.rows}


def tree(
    db: sqlite3.Connection, opened: Collection[int], seq: int | None = None, at: int | None = None
) -> Tree:
    """Read the tree: the leading referrers whom nobody referred, and below each opened person their friends."""
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
    """Yield a branch and, if it is opened, those below it; there are no cycles, since no root was referred."""
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
# counts, sorts and cuts in one statement: it returns 50 of 400 friends, and releases Python's GIL while it counts
_FRIENDS = """
SELECT a.friend, p.ref, a.channel, a.attributed_at,
       (SELECT count(*) FROM (SELECT 1 FROM attribution WHERE referrer = a.friend AND seq <= ? LIMIT ?)) AS friends
FROM (SELECT * FROM attribution WHERE referrer = ? AND seq <= ? ORDER BY seq LIMIT ?) a
JOIN person p ON p.id = a.friend ORDER BY friends DESC, a.seq LIMIT ?
"""
