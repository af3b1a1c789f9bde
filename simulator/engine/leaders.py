"""Keep the leaderboards of top referrers and communities up to date from the engine's columns.

Only the places that changed are returned. Somebody a batch did not touch can't overtake anyone who lost nothing,
so only the people that a batch touched are compared with the board and its reserve. Everyone is looked at again only
if so many of them lost money to clawbacks that somebody beyond the reserve could overtake them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from simulator.domain.definitions import BOARD_PLACES
from simulator.engine.arrays import NONE, Array, Columns, Ints
from simulator.engine.results import RankedBoard, Ranking

STANDING = ("friends", "friends_qualified", "issued")
"""The columns behind the leaderboards: friends attributed, those that qualified, and money issued less clawbacks."""
SIZE = BOARD_PLACES
POOL = 3
"""Size of the ordered reserve, in boards: until so many have fallen behind, nobody else needs to be checked."""

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
        self._places: Sequence[tuple[int, int, int, int]] = []

    def rank(self, touched: Ints) -> RankedBoard:
        """Return the board as it stands now; `touched` are the rows whose numbers changed since it was ranked last."""
        pool, best_outside = self._ranked(self._listed(np.union1d(self._pool, touched))), self._best_outside
        if best_outside is not None and (len(pool) < SIZE or self._rank_key(pool[SIZE - 1]) > best_outside):
            pool, best_outside = self._ranked(self._candidates()), None
        if len(pool) > POOL * SIZE:
            left_out = self._rank_key(pool[POOL * SIZE])
            best_outside = left_out if best_outside is None else min(left_out, best_outside)
            pool = pool[: POOL * SIZE]
        columns = [pool[:SIZE], *(self._held[name][pool[:SIZE]] for name in STANDING)]
        before, places = self._places, list(zip(*(column.tolist() for column in columns), strict=True))
        changed = [
            (number, place)
            for number, place in enumerate(places, 1)
            if number > len(before) or before[number - 1] != place
        ]
        changed += [(number, (NONE, 0, 0, 0)) for number in range(len(places) + 1, len(before) + 1)]
        return RankedBoard(pool=pool, best_outside=best_outside, places=places, changed=changed)

    def apply(self, ranked: RankedBoard) -> None:
        """Keep the board as it was ranked."""
        self._pool, self._best_outside, self._places = ranked.pool, ranked.best_outside, ranked.places

    def _listed(self, ids: Ints) -> Ints:
        """Return those of these rows that have a number: of people who were merged only one has."""
        return ids[np.logical_or.reduce([self._held[name][ids] != 0 for name in STANDING])]

    def _candidates(self) -> Ints:
        """Return all rows that could be in the pool: the top ones by the first key, including ties."""
        ids = self._listed(np.arange(len(self._held)))
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
    """All boards, the numbers behind them, and whose numbers changed since the boards were ranked last.

    `referrers` and `communities` (by word) are the state's columns, `texts` its words.
    """

    def __init__(self, referrers: Columns, communities: Columns, texts: list[str]) -> None:
        self._referrers = referrers
        self._communities = communities
        self._texts = texts
        self._boards = {
            "qualified": Board(referrers, ("friends_qualified", "issued", "friends"), self._persons),
            "issued": Board(referrers, ("issued", "friends_qualified", "friends"), self._persons),
            "community": Board(
                communities,
                ("friends_qualified", "issued", "friends"),
                lambda ids: [texts[number] for number in ids.tolist()],
            ),
        }
        self._touched: list[Ints] = []
        self._touched_communities: list[Ints] = []

    def rank(self) -> Ranking:
        """Return the boards on which somebody's numbers changed since they were ranked last."""
        boards, holders = {}, {}
        for name, board in self._boards.items():
            touched = self._touched_communities if name == "community" else self._touched
            if touched:
                boards[name] = board.rank(np.unique(np.concatenate(touched)))
                rows = np.array([place[0] for _, place in boards[name].changed], np.int64)
                holders[name] = (rows if name == "community" else self._persons(rows)).tolist()
        return Ranking(boards=boards, holders=holders)

    def apply_ranking(self, ranking: Ranking) -> None:
        """Keep the boards as they were ranked."""
        for name, ranked in ranking.boards.items():
            self._boards[name].apply(ranked)
        self._touched, self._touched_communities = [], []

    def touch(self, rows: Ints) -> None:
        """Mark the numbers of these referrers as changed (by row)."""
        if len(rows):
            self._touched.append(rows)

    def add_to_referrers(self, column: str, rows: Ints, by: Array | int = 1) -> None:
        """Add `by` to a column of STANDING for these referrers (by row)."""
        np.add.at(self._referrers[column], rows, by)
        self.touch(rows)

    def add_to_communities(self, column: str, communities: Ints, by: Array | int = 1) -> None:
        """Add `by` to a column of STANDING for communities (word ids); rows of NONE are skipped."""
        there = communities != NONE
        if not there.any():
            return
        self._communities.grow(len(self._texts))
        np.add.at(self._communities[column], communities[there], by if isinstance(by, int) else by[there])
        self._touched_communities.append(communities[there])

    def _persons(self, rows: Ints) -> Array:
        return np.where(rows == NONE, NONE, self._referrers["person"][rows])
