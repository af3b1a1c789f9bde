"""Provide the arrays that all stages use: growing columns, running counts within groups, first row of each group."""

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
"""The dense id that stands for "none"."""

_SMALL = 1 << 16
_DENSE = 4_000_000  # up to this key, rows are grouped by counting; with greater keys, by sorting


class Columns:
    """Named NumPy columns of equal length that grow together.

    `spec` maps each name to (dtype, fill). Read and write a column as `columns[name][:len(columns)]`.
    Growing may replace a column's array, so never keep a reference to it across a call of `grow`.
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
                if fill or held.any():  # an untouched column is not copied, so it takes no memory
                    wider[: self._size] = held
                self._data[name] = wider
        if size > self._size:
            for name, (_, fill) in self._spec.items():
                if fill:
                    self._data[name][self._size : size] = fill
            self._size = size

    def fit(self, name: str, greatest: int) -> None:
        """Widen a column's dtype, if necessary, so that it can hold numbers up to `greatest`."""
        held, (_, fill) = self._data[name], self._spec[name]
        if greatest > np.iinfo(held.dtype).max:
            self._spec[name] = (np.int32, fill)
            self._data[name] = held.astype(np.int32)

    def append(self, **rows: Array) -> Ints:
        """Append rows and return their indices. Columns of the spec that are not named keep their fill value."""
        first = self._size
        count = len(next(iter(rows.values())))
        self.grow(first + count)
        for name, values in rows.items():
            self._data[name][first : first + count] = values
        return np.arange(first, first + count)


def wider_capacity(capacity: int) -> int:
    """Return the next capacity of a growing array.

    Large arrays grow fourfold: memory that has not been written to is free.
    """
    return capacity * (2 if capacity < _SMALL else 4)


def _blank(capacity: int, dtype: Any, fill: int) -> Array:
    """Return a column of zeros in which only the last row, which index NONE reads, holds the fill value yet.

    Memory that has not been written to is not yet the process's, so spare capacity costs nothing until it is used.
    """
    column = zeros(capacity, dtype)
    if fill:
        column[-1] = fill
    return column


def sorted_rows(some: Ints, others: Ints) -> Ints:
    """Return the rows of two ascending lists as one."""
    if not len(some) or not len(others):
        return some if len(some) else others
    return np.sort(np.concatenate([some, others]))


def running_count(keys: Array) -> Ints:
    """Return for each row how many earlier rows have the same key: 0 for the first row of each key."""
    count = len(keys)
    if count < 2:
        return np.zeros(count, np.int64)
    order = np.argsort(keys, kind="stable")
    ordered, places = keys[order], np.arange(count)
    starts = np.where(_begins(ordered), places, 0)
    ranks = np.empty(count, np.int64)
    ranks[order] = places - np.maximum.accumulate(starts)
    return ranks


def _begins(ordered: Array) -> Bools:
    """Return which rows of sorted keys, at least one, are the first of their key."""
    begins = np.empty(len(ordered), bool)  # filled in place: np.r_ would take as long as all the rest
    begins[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    return begins


def grouped(keys: Ints) -> tuple[Ints, Ints]:
    """Return the distinct keys in ascending order, and for each row the index of its key among them.

    Keys must not be negative.
    """
    if int(keys.max()) > _DENSE:
        return np.unique(keys, return_inverse=True)
    kept = np.flatnonzero(np.bincount(keys))
    places = np.zeros(int(kept[-1]) + 1, np.int64)
    places[kept] = np.arange(len(kept))
    return kept, places[keys]


def first_of_each(keys: Array) -> Ints:
    """Return the indices of the first row of each key, in row order."""
    if len(keys) < 2:
        return np.arange(len(keys))
    order = np.argsort(keys)  # not a stable sort, which takes five times as long for 64-bit keys
    ordered = keys[order]
    starts = _begins(ordered)
    if starts.all():
        return np.arange(len(keys))
    return np.sort(np.minimum.reduceat(order, np.flatnonzero(starts)))


def mark_first(held: Array, owners: Ints, marks: Ints) -> Bools:
    """Set the first mark of each owner that has none, and return a mask of the rows that did.

    `held` is 0 for owners without a mark; marks are greater than 0.
    """
    free = np.flatnonzero(held[owners] == 0)
    # NumPy keeps the last of several values for one owner: reversed, the first one wins
    held[owners[free][::-1]] = marks[free][::-1]
    first = np.zeros(len(owners), bool)
    first[free] = held[owners[free]] == marks[free]
    return first


def chain_back(owners: Array, nodes: Ints, heads: Array) -> Ints:
    """Link new list nodes to their predecessors; return those and point `heads` at the newest nodes.

    `owners[i]` owns `nodes[i]`. Rows are in order, and several may have one owner. `heads[owner]` is the owner's newest
    node so far, or NONE.
    """
    if len(owners) < 2:
        before = heads[owners].astype(np.int64)
        heads[owners] = nodes
        return before
    order = np.argsort(owners, kind="stable")
    ordered_owner, ordered_node = owners[order], nodes[order]
    previous = heads[ordered_owner].astype(np.int64)
    same = ordered_owner[1:] == ordered_owner[:-1]
    previous[1:][same] = ordered_node[:-1][same]
    result = np.empty(len(nodes), np.int64)
    result[order] = previous
    heads[owners] = nodes  # NumPy keeps the last of several values for one owner: the newest
    return result
