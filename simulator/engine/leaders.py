"""Who brings most: the boards of the first referrers and communities, kept up to date from the engine's columns.

Only the places that changed are given. Who was not touched by a batch can't pass anyone, so of a batch only those it
touched are held against the board; only where somebody on it lost money (a clawback) is everyone looked at.
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

_Place = tuple[int, int, int, int]  # id, friends, qualified, issued


class Board:
    """The first by the columns `keys` of `held`, the greatest first; ties go by `rank` (of ids), the least first."""

    def __init__(self, held: Columns, keys: tuple[str, ...], rank: Callable[[Ints], Array]) -> None:
        self._held = held
        self._keys = keys
        self._rank = rank
        self._places: list[_Place] = []

    def changed(self, touched: Ints) -> list[tuple[int, _Place]]:
        """The places (from 1) that are another's, or whose numbers changed, since the last call."""
        on_it = np.array([place[0] for place in self._places], np.int64)
        ids = self._everyone() if self._lost(on_it) else np.union1d(on_it, touched)
        first = self._first(ids)
        columns = [first, *(self._held[name][first] for name in STANDING)]
        before = self._places
        self._places = list(zip(*(column.tolist() for column in columns), strict=True))
        return [
            (number, place)
            for number, place in enumerate(self._places, 1)
            if number > len(before) or before[number - 1] != place
        ]

    def _lost(self, on_it: Ints) -> bool:
        """Whether the board is full, and somebody on it has less money than before."""
        if len(on_it) < SIZE:
            return False
        before = np.array([place[3] for place in self._places], np.int64)
        return bool((self._held["issued"][on_it] < before).any())

    def _everyone(self) -> Ints:
        """Whoever could be on the board: of those with friends, the first by the first key, and their equals."""
        ids = np.flatnonzero(self._held["friends"][: len(self._held)] > 0)
        if len(ids) <= SIZE:
            return ids
        key = self._held[self._keys[0]][ids]
        first: Ints = ids[key >= np.partition(key, len(ids) - SIZE)[len(ids) - SIZE]]
        return first

    def _first(self, ids: Ints) -> Ints:
        keys = [-self._held[name][ids].astype(np.int64) for name in reversed(self._keys)]
        first: Ints = ids[np.lexsort((self._rank(ids), *keys))[:SIZE]]
        return first


class Leaders:
    """All boards, and who was touched since they were last asked for."""

    def __init__(self, state: State) -> None:
        people, communities = state.people, state.communities
        texts = state.words.texts
        self._state = state
        self._boards = {
            "qualified": Board(people, ("friends_qualified", "issued", "friends"), lambda ids: ids),
            "issued": Board(people, ("issued", "friends_qualified", "friends"), lambda ids: ids),
            "community": Board(
                communities,
                ("friends_qualified", "issued", "friends"),
                lambda ids: np.unique([texts[number] for number in ids.tolist()], return_inverse=True)[1],
            ),
        }
        self._people: list[Ints] = []
        self._communities: list[Ints] = []

    def touch(self, people: Ints) -> None:
        """These people's numbers have changed."""
        if len(people):
            self._people.append(people)

    def add_to_people(self, column: str, people: Ints, by: Array | int = 1) -> None:
        """Add to a column of STANDING, a row each (ids, none of them NONE)."""
        np.add.at(self._state.people[column], people, by)
        self.touch(people)

    def add_to_communities(self, column: str, communities: Ints, by: Array | int = 1) -> None:
        """The same for communities (ids of words); rows of NONE are passed over."""
        there = communities != NONE
        if not there.any():
            return
        held = self._state.communities
        held.grow(len(self._state.words.texts))
        np.add.at(held[column], communities[there], by if isinstance(by, int) else by[there])
        self._communities.append(communities[there])

    def frame(self) -> pl.DataFrame:
        """The places that changed."""
        rows: list[tuple[Any, ...]] = []
        for name, board in self._boards.items():
            touched = self._communities if name == "community" else self._people
            if not touched:
                continue
            for number, (who, *numbers) in board.changed(np.unique(np.concatenate(touched))):
                named = (None, self._state.words.texts[who]) if name == "community" else (who, None)
                rows.append((name, number, *named, *numbers))
        self._people, self._communities = [], []
        return pl.DataFrame(rows, schema=SCHEMAS["leaders"], orient="row") if rows else EMPTY["leaders"]
