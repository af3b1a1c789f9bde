"""Leaderboards of the top referrers and communities, kept up to date from the engine's columns.

Only the places that changed are returned. Somebody whom a batch did not touch can't overtake anyone who lost nothing,
so only the people that a batch touched are compared with the board and its reserve. Everyone is looked at again only
if so many of them lost money to clawbacks that somebody beyond the reserve could overtake them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Array, Columns, Ints
from simulator.engine.outcome import EMPTY, SCHEMAS
from simulator.engine.state import STANDING, State

SIZE = 200
"""Places on a board."""
POOL = 3
"""Size of the ordered reserve, in boards: until so many have fallen behind, nobody else needs to be looked at."""

_Place = tuple[int, int, int, int]  # id, friends, qualified, issued
_RankKey = tuple[Any, ...]  # the smallest ranks first


class Board:
    """The rows of `held` that rank first by the columns `keys`, greatest first; the smallest `tie` breaks ties."""

    def __init__(self, held: Columns, keys: tuple[str, ...], tie: Callable[[Ints], Any]) -> None:
        self._held = held
        self._keys = keys
        self._tie = tie
        self._pool = np.zeros(0, np.int64)
        # nobody outside the pool ranks before this key; None if nobody is outside
        self._best_outside: _RankKey | None = None
        self._places: list[_Place] = []

    def changed(self, touched: Ints) -> list[tuple[int, _Place]]:
        """Return the places (from 1) whose holder or numbers changed since the last call.

        `touched` are the rows whose numbers changed since then.
        """
        pool = self._ranked(np.union1d(self._pool, touched))
        if self._best_outside is not None and (
            len(pool) < SIZE or self._rank_key(pool[SIZE - 1]) > self._best_outside
        ):
            pool, self._best_outside = self._ranked(self._candidates()), None
        if len(pool) > POOL * SIZE:
            left_out = self._rank_key(pool[POOL * SIZE])
            self._best_outside = left_out if self._best_outside is None else min(left_out, self._best_outside)
            pool = pool[: POOL * SIZE]
        self._pool = pool
        columns = [pool[:SIZE], *(self._held[name][pool[:SIZE]] for name in STANDING)]
        before = self._places
        self._places = list(zip(*(column.tolist() for column in columns), strict=True))
        return [
            (number, place)
            for number, place in enumerate(self._places, 1)
            if number > len(before) or before[number - 1] != place
        ]

    def _candidates(self) -> Ints:
        """Return all rows that could be in the pool: the top ones with friends by the first key, including ties."""
        ids = np.flatnonzero(self._held["friends"][: len(self._held)] > 0)
        least = POOL * SIZE + 1
        if len(ids) > least:
            key = self._held[self._keys[0]][ids]
            ids = ids[key >= np.partition(key, len(ids) - least)[len(ids) - least]]
        return ids

    def _ranked(self, ids: Ints) -> Ints:
        ties = np.asarray(self._tie(ids))
        if ties.dtype.kind == "U":  # replaced by their ranks: NumPy sorts texts slowly
            ties = np.unique(ties, return_inverse=True)[1]
        keys = [-self._held[name][ids].astype(np.int64) for name in reversed(self._keys)]
        ordered: Ints = ids[np.lexsort((ties, *keys))]
        return ordered

    def _rank_key(self, one: int) -> _RankKey:
        return (*(-int(self._held[name][one]) for name in self._keys), *self._tie(np.array([one])))


class Leaders:
    """All boards, and the rows touched since the last call of `frame`."""

    def __init__(self, state: State) -> None:
        people, communities = state.referrers, state.communities
        texts = state.words.texts
        self._state = state
        self._boards = {
            "qualified": Board(people, ("friends_qualified", "issued", "friends"), self._persons),
            "issued": Board(people, ("issued", "friends_qualified", "friends"), self._persons),
            "community": Board(
                communities,
                ("friends_qualified", "issued", "friends"),
                lambda ids: [texts[number] for number in ids.tolist()],
            ),
        }
        self._rows: list[Ints] = []
        self._communities: list[Ints] = []

    def touch(self, people: Ints) -> None:
        """Mark these people's numbers as changed (ids of persons, all of them referrers)."""
        if len(people):
            self._rows.append(self._state.people["referrer"][people] - 1)

    def add_to_people(self, column: str, people: Ints, by: Array | int = 1) -> None:
        """Add `by` to a column of STANDING, one row each (ids of persons, all of them referrers)."""
        np.add.at(self._state.referrers[column], self._state.people["referrer"][people] - 1, by)
        self.touch(people)

    def add_to_communities(self, column: str, communities: Ints, by: Array | int = 1) -> None:
        """Add `by` to a column of STANDING for communities (word ids); rows of NONE are skipped."""
        there = communities != NONE
        if not there.any():
            return
        held = self._state.communities
        held.grow(len(self._state.words.texts))
        np.add.at(held[column], communities[there], by if isinstance(by, int) else by[there])
        self._communities.append(communities[there])

    def frame(self) -> pl.DataFrame:
        """Return the places that changed since the last call."""
        rows: list[tuple[Any, ...]] = []
        persons, texts = self._state.referrers["person"], self._state.words.texts
        for name, board in self._boards.items():
            touched = self._communities if name == "community" else self._rows
            if not touched:
                continue
            for number, (who, *numbers) in board.changed(np.unique(np.concatenate(touched))):
                community = texts[who] if name == "community" else None
                person = None if name == "community" else int(persons[who])
                rows.append((name, number, person, community, *numbers))
        self._rows, self._communities = [], []
        if not rows:
            return EMPTY["leaders"]
        columns = dict(zip(SCHEMAS["leaders"], zip(*rows, strict=True), strict=True))
        return pl.DataFrame(columns, schema=SCHEMAS["leaders"])

    def _persons(self, rows: Ints) -> Array:
        return self._state.referrers["person"][rows]
