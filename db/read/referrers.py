"""Read the Referrers screen: leaderboards, channels, and generations of referral."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

from db.read.sums import Sums
from simulator.domain.definitions import BOARD_PLACES

SortOrder = Literal["qualified", "issued"]


@dataclass(frozen=True, slots=True)
class LeaderRow:
    """A place on the leaderboard of referrers; `issued_minor` is what they were issued as referrer or upline.

    Money that was clawed back is not included. `generation` is their own as a friend, 0 if nobody referred them.
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
    """A community or a channel: friends attributed through it, the qualified among them, and the money issued.

    The money is of all rewards for those friends, whoever received them, less what was clawed back.
    """

    name: str
    friends: int
    qualified: int
    issued_minor: int


def leaders(
    db: sqlite3.Connection, order: SortOrder = "qualified", count: int = BOARD_PLACES
) -> tuple[LeaderRow, ...]:
    """Read the current leaderboard of referrers, at most BOARD_PLACES.

    By qualified friends, then money, then friends; or by money, then qualified friends, then friends. Of equals, the
    one who comes first in the log is first.
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
    """Read the current leaderboard of communities, best first: by qualified friends, then money, then friends.

    A friend counts for the community that their referrer was known to belong to at the time of attribution.
    """
    rows = db.execute(
        "SELECT community, friends, qualified, issued_minor FROM leader WHERE board = 'community' AND place <= ? "
        "ORDER BY place",
        (BOARD_PLACES,),
    )
    return tuple(GroupRow(*row) for row in rows)


def channels(sums: Sums) -> tuple[GroupRow, ...]:
    """Return a row for each channel of attribution, the one with most friends first."""
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
    """Return the number of friends of each generation, from the first, whose referrers were referred by nobody.

    LAST_GENERATION includes all further ones.
    """
    counts = {int(part): count for part, (count, _) in sums.parts.get("generation", {}).items()}
    return tuple(counts.get(number, 0) for number in range(1, max(counts, default=0) + 1))
