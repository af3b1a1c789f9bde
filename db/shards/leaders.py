"""Merge the leaderboards of several databases; the leaders overall are among the leaders of each.

Markets are independent: a person belongs to one, and communities of the same name in two markets are two, told apart
by the database's name. Of equals, those of the earlier market come first.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from db.sqlite.readonly import open_readonly
from simulator.domain.definitions import BOARD_PLACES

_ORDER = {"qualified": (1, 2, 0), "issued": (2, 1, 0), "community": (1, 2, 0)}
"""By board: the sort order, as indexes into friends, qualified friends and money."""
_LEADERS = (
    "SELECT b.board, b.place, p.ref, b.community, b.friends, b.qualified, b.issued_minor, "
    "COALESCE(b.generation, a.generation) "
    "FROM leader b LEFT JOIN person p ON p.id = b.person LEFT JOIN attribution a ON a.friend = b.person "
    "ORDER BY b.board, b.place"
)
BoardRow = tuple[str, int, str | None, str | None, int, int, int, int | None]
"""Board, place, reference, community, friends, qualified friends, money, and the generation of a referred person."""


def read_boards(db: sqlite3.Connection) -> list[BoardRow]:
    """Read the leaderboards of one database, in order; raises sqlite3.Error."""
    return db.execute(_LEADERS).fetchall()


def merge_boards(parts: Sequence[Path]) -> list[BoardRow]:
    """Merge the leaderboards of all databases, in order; raises DatabaseError, sqlite3.Error."""
    found: dict[str, list[tuple[tuple[int, ...], BoardRow]]] = {board: [] for board in sorted(_ORDER)}
    for number, part in enumerate(parts):
        with closing(open_readonly(part)) as db:
            for row in read_boards(db):
                board, place, ref, community, *numbers, _ = row
                key = (*(-numbers[which] for which in _ORDER[board]), number, place)
                name = None if community is None else f"{community} ({part.stem})"
                found[board].append((key, (board, place, ref, name, *row[4:])))
    return [
        (board, place, *row[2:])
        for board, rows in found.items()
        for place, (_, row) in enumerate(sorted(rows)[:BOARD_PLACES], 1)
    ]


def rows_of(places: Sequence[BoardRow]) -> tuple[list[tuple[int, str]], list[tuple[Any, ...]]]:
    """Return the rows of `person` and `leader` for a database that holds nobody else."""
    people: dict[str, int] = {}
    leaders = []
    for board, place, ref, *rest in places:
        person = None if ref is None else people.setdefault(ref, len(people))
        leaders.append((board, place, person, *rest))
    return [(number, ref) for ref, number in people.items()], leaders
