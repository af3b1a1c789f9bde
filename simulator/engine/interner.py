"""Texts from outside become dense ids, in the order in which the log first names them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Bools, Ints, Keys
from simulator.engine.keys import KeyIndex

_SEEDS = (0x5EED_0001, 0x5EED_0002)


@dataclass(frozen=True)
class Hashed:
    """Texts (or pairs of texts) by two 64-bit hashes each; `given` is false where the text is null.

    Hashes are never stored: they are made again on a restart.
    """

    keys: Keys
    checks: Keys
    given: Bools
    texts: pl.Series | None = None

    def __len__(self) -> int:
        return len(self.keys)


NO_TEXTS = Hashed(np.zeros(0, np.uint64), np.zeros(0, np.uint64), np.zeros(0, bool))


def hash_columns(frame: pl.DataFrame, names: tuple[str, ...]) -> dict[str, Hashed]:
    """Hash text columns, all in one pass."""
    hashes = frame.select(
        *(
            pl.col(name).hash(seed).alias(f"{name}{which}")
            for name in names
            for which, seed in enumerate(_SEEDS)
        ),
        *(pl.col(name).is_not_null().alias(f"{name}?") for name in names),
    )
    return {
        name: Hashed(
            hashes[f"{name}0"].to_numpy(),
            hashes[f"{name}1"].to_numpy(),
            hashes[f"{name}?"].to_numpy(),
            frame[name],
        )
        for name in names
    }


def pair_keys(frame: pl.DataFrame, first: str, second: str) -> Keys:
    """One 64-bit hash of each pair of texts: the keys of `hash_pairs`."""
    one, two = frame.select(pl.col(first).hash(_SEEDS[0]), pl.col(second).hash(_SEEDS[0])).get_columns()
    return _join(one.to_numpy(), two.to_numpy())


def hash_texts(texts: list[str]) -> Hashed:
    """Hash a few texts."""
    return hash_columns(pl.DataFrame({"text": texts}, schema={"text": pl.String}), ("text",))["text"]


def hash_pairs(frame: pl.DataFrame, first: str, second: str) -> Hashed:
    """Hash pairs of text columns, none of them null; the order of the two matters."""
    one, two = hash_columns(frame, (first, second)).values()
    return Hashed(_join(one.keys, two.keys), _join(one.checks, two.checks), one.given)


def _join(one: Keys, two: Keys) -> Keys:
    word = (one * np.uint64(0x9E3779B97F4A7C15)) ^ (two + (one >> np.uint64(29)))
    word = (word ^ (word >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    return word ^ (word >> np.uint64(32))


class Interner:
    """Text, or pair of texts -> dense id.

    Two are one when both 64-bit hashes agree: 128 bits, so by chance never. With `keep` the texts themselves stay
    readable by id (`texts`).
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

    def find(self, hashed: Hashed) -> Ints:
        """Ids of known texts; NONE for null and unknown ones."""
        if not len(hashed):
            return np.zeros(0, np.int64)
        ids = self._find(hashed.keys, hashed.checks)
        ids[~hashed.given] = NONE
        return ids

    def assign(self, hashed: Hashed) -> tuple[Ints, Ints]:
        """Ids of all texts (NONE for null), and the rows that named a text for the first time, in order."""
        ids = self.find(hashed)
        fresh = np.flatnonzero((ids == NONE) & hashed.given)
        if not len(fresh):
            return ids, fresh
        keys, checks = hashed.keys[fresh], hashed.checks[fresh]
        taken = self._index.find(keys) >= 0
        if taken.any():
            return self._assign_strays(hashed, fresh[taken])
        slots, first = self._index.claim(keys)
        firsts = fresh[first]
        new = np.arange(self._size, self._size + len(firsts))
        self._index.put(slots[first], new)
        self._enter(hashed, firsts)
        ids[fresh] = self._index.get(slots)
        if (self._checks[ids[fresh]] != checks).any():  # two new ones of this batch share their first hash
            ids, more = self.assign(hashed)
            firsts = np.sort(np.r_[firsts, more])
        return ids, firsts

    def _assign_strays(self, hashed: Hashed, rows: Ints) -> tuple[Ints, Ints]:
        """Enter texts whose first hash belongs to another, then all the rest."""
        firsts = []
        for row in rows.tolist():
            key = (int(hashed.keys[row]), int(hashed.checks[row]))
            if key not in self._strays:
                self._strays[key] = self._size
                self._enter(hashed, np.array([row]))
                firsts.append(row)
        ids, more = self.assign(hashed)
        return ids, np.sort(np.r_[np.array(firsts, np.int64), more])

    def _enter(self, hashed: Hashed, rows: Ints) -> None:
        """Give the next ids to these rows."""
        first, self._size = self._size, self._size + len(rows)
        if self._size > len(self._checks):
            wider = np.zeros(max(self._size, 2 * len(self._checks)), np.uint64)
            wider[: len(self._checks)] = self._checks
            self._checks = wider
        self._checks[first : self._size] = hashed.checks[rows]
        if self._keep and hashed.texts is not None:
            self.texts.extend(hashed.texts[rows].to_list())

    def _find(self, keys: Keys, checks: Keys) -> Ints:
        ids = self._index.find(keys)
        wrong = (ids >= 0) & (self._checks[ids] != checks)
        if wrong.any():
            for row in np.flatnonzero(wrong).tolist():
                ids[row] = self._strays.get((int(keys[row]), int(checks[row])), NONE)
        return ids
