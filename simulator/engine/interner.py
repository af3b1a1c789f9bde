"""Texts from outside become dense ids, in the order in which the log first names them."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Ints, Keys, first_of_each
from simulator.engine.keys import KeyIndex

_SEEDS = (0x5EED_0001, 0x5EED_0002)


def fingerprint(texts: pl.Series, which: int = 0) -> Keys:
    """A 64-bit hash of each text; never stored, made again on a restart."""
    return texts.hash(_SEEDS[which]).to_numpy()


def pair_fingerprint(first: pl.Series, second: pl.Series, which: int = 0) -> Keys:
    """A 64-bit hash of each pair of texts, in which the order of the two matters."""
    one, two = fingerprint(first, which), fingerprint(second, which)
    word = (one * np.uint64(0x9E3779B97F4A7C15)) ^ (two + (one >> np.uint64(29)))
    word = (word ^ (word >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    return word ^ (word >> np.uint64(32))


class Interner:
    """Text, or pair of texts -> dense id.

    Two are one when two independent 64-bit hashes agree: 128 bits, so by chance never. With `keep` the texts
    themselves stay readable by id (`texts`).
    """

    def __init__(self, *, keep: bool = False) -> None:
        self._index = KeyIndex(1024)
        self._checks = np.zeros(1024, np.uint64)
        self._strays: dict[tuple[int, int], int] = {}  # those whose first hash is taken by another
        self._size = 0
        self._keep = keep
        self.texts: list[str] = []

    def __len__(self) -> int:
        return self._size

    def find(self, texts: pl.Series) -> Ints:
        """Ids of known texts; NONE for null and unknown ones."""
        if not len(texts):
            return np.zeros(0, np.int64)
        ids = self._find(fingerprint(texts), fingerprint(texts, 1))
        if texts.null_count():
            ids[texts.is_null().to_numpy()] = NONE
        return ids

    def assign(self, texts: pl.Series) -> tuple[Ints, Ints]:
        """Ids of all texts (NONE for null), and the rows that named a text for the first time, in order."""
        if not texts.null_count():
            return self._assign(fingerprint(texts), fingerprint(texts, 1), texts)
        ids = np.full(len(texts), NONE, np.int64)
        given = np.flatnonzero(texts.is_not_null().to_numpy())
        if len(given):
            ids[given], firsts = self.assign(texts.gather(given))
            return ids, given[firsts]
        return ids, given

    def assign_pairs(self, first: pl.Series, second: pl.Series) -> Ints:
        """Ids of pairs of texts, none of them null."""
        if not len(first):
            return np.zeros(0, np.int64)
        return self._assign(pair_fingerprint(first, second), pair_fingerprint(first, second, 1), None)[0]

    def _assign(self, keys: Keys, checks: Keys, texts: pl.Series | None) -> tuple[Ints, Ints]:
        ids = self._find(keys, checks)
        fresh = np.flatnonzero(ids == NONE)
        if not len(fresh):
            return ids, fresh
        firsts = fresh[first_of_each(keys[fresh])]
        new = np.arange(self._size, self._size + len(firsts))
        self._enter(keys[firsts], checks[firsts], new)
        if self._keep and texts is not None:
            self.texts.extend(texts.gather(firsts).to_list())
        ids[firsts] = new
        if len(fresh) > len(firsts):
            ids[fresh] = self._find(keys[fresh], checks[fresh])
            if (ids[fresh] == NONE).any():  # two new ones of this batch share their first hash
                ids, more = self._assign(keys, checks, texts)
                firsts = np.sort(np.r_[firsts, more])
        return ids, firsts

    def _enter(self, keys: Keys, checks: Keys, new: Ints) -> None:
        self._size += len(new)
        if self._size > len(self._checks):
            wider = np.zeros(max(self._size, 2 * len(self._checks)), np.uint64)
            wider[: len(self._checks)] = self._checks
            self._checks = wider
        self._checks[new] = checks
        taken = self._index.find(keys) >= 0
        if taken.any():
            strays = zip(keys[taken].tolist(), checks[taken].tolist(), new[taken].tolist(), strict=True)
            self._strays.update({(key, check): number for key, check, number in strays})
        self._index.add(keys[~taken], new[~taken])

    def _find(self, keys: Keys, checks: Keys) -> Ints:
        ids = self._index.find(keys)
        wrong = (ids >= 0) & (self._checks[ids] != checks)
        if wrong.any():
            for row in np.flatnonzero(wrong).tolist():
                ids[row] = self._strays.get((int(keys[row]), int(checks[row])), NONE)
        return ids
