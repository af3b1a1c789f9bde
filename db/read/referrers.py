"""What the Referrers screen reads: the boards of the first, channels, and generations of who brought whom."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

from db.read.sums import Sums

SortOrder = Literal["qualified", "issued"]
PLACES = 200
"""Places on a board (`simulator.engine.leaders` has it too)."""
LAST_GENERATION = 30
"""The last generation counted apart; all further ones are counted with it."""


@dataclass(frozen=True, slots=True)
class LeaderRow:
    """A place on the board of referrers; `issued_minor` is what was issued to them as referrer or upline.

    Clawed back money is not in it. `generation` is their own as a friend, 0 where nobody brought them.
    """

    place: int
    person: int
    ref: str
    friends: int
    qualified: int
    issued_minor: int
    generation: int


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A community or a channel: friends attributed through it, those of them qualified, and the money issued.

    The money is of all rewards for those friends, whoever got them, less what was clawed back.
    """

    name: str
    friends: int
    qualified: int
    issued_minor: int


def leaders(
    db: sqlite3.Connection, order: SortOrder = "qualified", count: int = PLACES
) -> tuple[LeaderRow, ...]:
    """Read the first referrers as they stand now, at most PLACES.

    By qualified friends, then money, then friends; or by money, then qualified friends, then friends. Who comes first
    in the log comes first of equals.
    """
    rows = db.execute(
        "SELECT b.place, b.person, p.ref, b.friends, b.qualified, b.issued_minor, "
        "COALESCE(b.generation, a.generation, 0) "
        "FROM leader b JOIN person p ON p.id = b.person LEFT JOIN attribution a ON a.friend = b.person "
        "WHERE b.board = ? AND b.place <= ? ORDER BY b.place",
        (order, count),
    )
    return tuple(LeaderRow(*row) for row in rows)


def communities(db: sqlite3.Connection) -> tuple[GroupRow, ...]:
    """Read the first communities as they stand now, at most PLACES, by qualified friends, then money, then friends.

    A friend counts for the community their referrer was known to be in when they were attributed.
    """
    rows = db.execute(
        "SELECT community, friends, qualified, issued_minor FROM leader WHERE board = 'community' AND place <= ? "
        "ORDER BY place",
        (PLACES,),
    )
    return tuple(GroupRow(*row) for row in rows)


def channels(sums: Sums) -> tuple[GroupRow, ...]:
    """Make a row of each channel of attribution, the one with most friends first."""
    metrics = ("channel.attributed", "channel.qualified", "channel.issued")
    rows = [
        GroupRow(
            name,
            sums.part(metrics[0], name)[0],
            sums.part(metrics[1], name)[0],
            sums.part(metrics[2], name)[1],
        )
        for name in sums.names(*metrics)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.friends, row.name)))


def generations(sums: Sums) -> tuple[int, ...]:
    """Count the friends of each generation, from the first: of one brought by somebody whom nobody had brought.

    The last of LAST_GENERATION counts all further ones too.
    """
    counts = {int(part): count for part, (count, _) in sums.parts.get("generation", {}).items()}
    return tuple(counts.get(number, 0) for number in range(1, max(counts, default=0) + 1))
