"""Small array tools that every stage uses: growing columns, running counts within groups, last of a group."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.engine.pages import zeros

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]
Array = NDArray[Any]

NONE = -1
"""The dense id of nothing."""

_SMALL = 1 << 16
_DENSE = 4_000_000  # the greatest key up to which grouping goes by place; greater ones are sorted


class Columns:
    """Named NumPy columns of one length that grow together.

    `spec` maps each name to (dtype, fill). Columns are attributes; read and write `self.name[:len(self)]`.
    A column may be replaced when it grows, so never keep a reference over a call of `grow`.
    """

    def __init__(self, spec: dict[str, tuple[Any, int]], capacity: int = 1024) -> None:
        self._spec = spec
        self._size = 0
        self._capacity = capacity
        self._data: dict[str, Array] = {
            name: _blank(capacity, dtype, fill) for name, (dtype, fill) in spec.items()
        }

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, name: str) -> Array:
        return self._data[name]

    def grow(self, size: int) -> None:
        """Make room for `size` rows; new rows hold the fill values."""
        if size > self._capacity:
            self._capacity = max(size, wider_capacity(self._capacity))
            for name, (dtype, fill) in self._spec.items():
                wider, held = _blank(self._capacity, dtype, fill), self._data[name][: self._size]
                if fill or held.any():  # what nobody wrote to is not copied: so it stays without memory
                    wider[: self._size] = held
                self._data[name] = wider
        if size > self._size:
            for name, (_, fill) in self._spec.items():
                if fill:
                    self._data[name][self._size : size] = fill
            self._size = size

    def fit(self, name: str, greatest: int) -> None:
        """Make a column wide enough for numbers up to `greatest`, if it is not."""
        held, (_, fill) = self._data[name], self._spec[name]
        if greatest > np.iinfo(held.dtype).max:
            self._spec[name] = (np.int32, fill)
            self._data[name] = held.astype(np.int32)

    def append(self, **rows: Array) -> Ints:
        """Add rows (every column of the spec not named keeps its fill) and give their places."""
        first = self._size
        count = len(next(iter(rows.values())))
        self.grow(first + count)
        for name, values in rows.items():
            self._data[name][first : first + count] = values
        return np.arange(first, first + count)


def wider_capacity(capacity: int) -> int:
    """How long an array of so many rows grows: a large one four times, since room that nobody wrote to is free."""
    return capacity * (2 if capacity < _SMALL else 4)


def _blank(capacity: int, dtype: Any, fill: int) -> Array:
    """A column of which only the last row, where NONE leads as an index, holds the fill yet.

    Memory that nobody has written is not the process's yet: so room ahead costs none until it is used.
    """
    column = zeros(capacity, dtype)
    if fill:
        column[-1] = fill
    return column


def running_count(keys: Array) -> Ints:
    """How many earlier rows have the same key: 0 for the first of each key."""
    count = len(keys)
    if count < 2:
        return np.zeros(count, np.int64)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    lengths = np.diff(np.r_[starts, count])
    ranks = np.empty(count, np.int64)
    ranks[order] = np.arange(count) - np.repeat(starts, lengths)
    return ranks


def grouped(keys: Ints) -> tuple[Ints, Ints]:
    """The different keys (none below 0) in order, and for each row the place of its own among them."""
    if int(keys.max()) > _DENSE:
        return np.unique(keys, return_inverse=True)
    kept = np.flatnonzero(np.bincount(keys))
    places = np.zeros(int(kept[-1]) + 1, np.int64)
    places[kept] = np.arange(len(kept))
    return kept, places[keys]


def first_of_each(keys: Array) -> Ints:
    """The place of the first row of each key, in the order of rows."""
    if len(keys) < 2:
        return np.arange(len(keys))
    order = np.argsort(keys)  # not the stable sort: for 64-bit keys it takes five times as long
    ordered = keys[order]
    starts = np.r_[True, ordered[1:] != ordered[:-1]]
    if starts.all():
        return np.arange(len(keys))
    return np.sort(np.minimum.reduceat(order, np.flatnonzero(starts)))


def mark_first(held: Array, owners: Ints, marks: Ints) -> Bools:
    """Give owners their first mark, once: which rows did. `held` is 0 for owners without a mark; marks are above 0."""
    free = np.flatnonzero(held[owners] == 0)
    held[owners[free][::-1]] = marks[free][
        ::-1
    ]  # of several for one owner NumPy keeps the last: here the first
    first = np.zeros(len(owners), bool)
    first[free] = held[owners[free]] == marks[free]
    return first


def chain_back(owners: Array, nodes: Ints, heads: Array) -> Ints:
    """Link new list nodes to the ones before: gives each node's predecessor and moves `heads` to the newest.

    `owners[i]` owns `nodes[i]`; rows are in order, several may have one owner; `heads[owner]` is the newest node
    so far, or NONE.
    """
    order = np.argsort(owners, kind="stable")
    ordered_owner, ordered_node = owners[order], nodes[order]
    same = np.r_[False, ordered_owner[1:] == ordered_owner[:-1]]
    previous = np.where(same, np.r_[NONE, ordered_node[:-1]], heads[ordered_owner])
    result = np.empty(len(nodes), np.int64)
    result[order] = previous
    heads[owners] = nodes  # where an owner comes twice NumPy keeps the last, which is the newest
    return result
