"""Map texts from outside to dense ids, in the order in which the log first names them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.engine.arrays import NONE, Bools, Columns, Ints, Keys, wider_capacity
from simulator.engine.frames import select
from simulator.engine.keys import KeyIndex
from simulator.engine.pages import zeros

_SEEDS = (0x5EED_0001, 0x5EED_0002)
PARTS = 64
OTHER = "(other)"


@dataclass(frozen=True)
class Hashed:
    """Texts (or pairs of texts), each as two 64-bit hashes; `given` is false where the text is null.

    Hashes are never stored: they are recomputed on a restart.
    """

    keys: Keys
    checks: Keys
    given: Bools

    def __len__(self) -> int:
        return len(self.keys)

    def at(self, rows: Ints) -> Hashed:
        """Return the texts at some rows."""
        return Hashed(self.keys[rows], self.checks[rows], self.given[rows])


NO_TEXTS = Hashed(np.zeros(0, np.uint64), np.zeros(0, np.uint64), np.zeros(0, bool))


@cache
def _hashes(names: tuple[str, ...], seeds: tuple[int, ...]) -> list[pl.Expr]:
    """Return the expressions that hash text columns; building them again would take longer than hashing a few texts."""
    return [
        pl.col(name).hash(seed).alias(f"{name}{which}") for name in names for which, seed in enumerate(seeds)
    ]


def hash_columns(frame: pl.DataFrame, names: tuple[str, ...]) -> dict[str, Hashed]:
    """Hash text columns in one pass."""
    hashes = select(frame, *_hashes(names, _SEEDS))
    return {
        name: Hashed(
            hashes[f"{name}0"].to_numpy(),
            hashes[f"{name}1"].to_numpy(),
            _given(frame[name]),
        )
        for name in names
    }


def _given(texts: pl.Series) -> Bools:
    nulls = texts.null_count()
    return texts.is_not_null().to_numpy() if 0 < nulls < len(texts) else np.full(len(texts), not nulls)


def pair_keys(frame: pl.DataFrame, first: str, second: str) -> Keys:
    """Return one 64-bit hash for each pair of texts, equal to the `keys` of `hash_pairs`."""
    one, two = select(frame, *_hashes((first, second), _SEEDS[:1])).get_columns()
    return _join(one.to_numpy(), two.to_numpy())


def pair_keys_and(frame: pl.DataFrame, first: str, second: str, text: str) -> tuple[Keys, Hashed]:
    """Return the `pair_keys` of two columns and a text column, hashed, in one pass."""
    hashes = select(frame, *_hashes((first, second), _SEEDS[:1]), *_hashes((text,), _SEEDS)).get_columns()
    one, two, key, check = (column.to_numpy() for column in hashes)
    return _join(one, two), Hashed(key, check, _given(frame[text]))


def hash_pairs(frame: pl.DataFrame, first: str, second: str) -> Hashed:
    """Hash pairs of text columns, none of them null; the order of the two matters."""
    one, two = hash_columns(frame, (first, second)).values()
    return Hashed(_join(one.keys, two.keys), _join(one.checks, two.checks), one.given)


def _join(one: Keys, two: Keys) -> Keys:
    word = (one * np.uint64(0x9E3779B97F4A7C15)) ^ (two + (one >> np.uint64(29)))
    word = (word ^ (word >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    return word ^ (word >> np.uint64(32))


class Interner:
    """Map texts, or pairs of texts, to dense ids.

    Two texts are considered the same if the first hash and half of the second agree: 96 bits, so never by chance.
    The texts themselves are not kept.
    """

    def __init__(self) -> None:
        self._index = KeyIndex()
        self._checks = np.zeros(1024, np.uint32)
        self._collisions: dict[tuple[int, int], int] = {}  # ids of texts whose first hash another text holds
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def assign(self, hashed: Hashed) -> tuple[Ints, Ints]:
        """Return the ids of all texts (NONE for null), and the rows that named a text for the first time, in order."""
        ids = np.full(len(hashed), NONE, np.int64)
        given = np.flatnonzero(hashed.given)
        if not len(given):
            return ids, given
        keys, checks = hashed.keys[given], _half(hashed.checks[given])
        insertion = self._index.get_or_insert(keys)
        firsts = given[insertion.first]
        self._index.put(insertion.slots[insertion.first], np.arange(self._size, self._size + len(firsts)))
        self._enter(checks[insertion.first])
        ids[given] = self._index.get(insertion.slots)
        wrong = self._checks[ids[given]] != checks
        if wrong.any():
            firsts = np.sort(np.r_[firsts, self._assign_collisions(ids, given[wrong], hashed)])
        return ids, firsts

    def find(self, hashed: Hashed) -> Ints:
        """Return the ids of known texts; NONE for null and unknown ones."""
        ids = np.where(hashed.given, self._index.find(hashed.keys), NONE)
        there = np.flatnonzero(ids != NONE)
        wrong = there[self._checks[ids[there]] != _half(hashed.checks[there])]
        for row in wrong.tolist():
            ids[row] = self._collisions.get((int(hashed.keys[row]), int(hashed.checks[row])), NONE)
        return ids

    def _assign_collisions(self, ids: Ints, rows: Ints, hashed: Hashed) -> Ints:
        """Assign ids to texts whose first hash another text holds, one at a time, and return the rows that are new."""
        new = []
        for row in rows.tolist():
            key = (int(hashed.keys[row]), int(hashed.checks[row]))
            if key not in self._collisions:
                self._collisions[key] = self._size
                self._enter(_half(hashed.checks[row : row + 1]))
                new.append(row)
            ids[row] = self._collisions[key]
        return np.array(new, np.int64)

    def _enter(self, checks: NDArray[np.uint32]) -> None:
        """Assign the next ids to texts, given the halves of their second hashes."""
        first, self._size = self._size, self._size + len(checks)
        if self._size > len(self._checks):
            wider = zeros(max(self._size, wider_capacity(len(self._checks))), np.uint32)
            wider[: len(self._checks)] = self._checks
            self._checks = wider
        self._checks[first : self._size] = checks


class _Ids(dict[str | None, int]):
    """Ids by text; an unknown text has the id NONE."""

    def __missing__(self, text: str | None) -> int:
        return NONE


def _half(checks: Keys) -> NDArray[np.uint32]:
    return checks.astype(np.uint32)


class Texts:
    """Texts by dense ids, in one byte array: as Python strings they would take 150 bytes each."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = Columns({"end": (np.int64, 0)})

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, texts: Sequence[str | None]) -> None:
        """Assign the next ids to texts; one that a damaged database has lost is empty."""
        held = [(text or "").encode() for text in texts]
        ends = len(self._bytes) + np.cumsum([len(text) for text in held], dtype=np.int64)
        self._bytes += b"".join(held)
        self._ends.append(end=ends)

    def at(self, ids: Ints) -> list[str]:
        """Return the texts of these ids."""
        ends = self._ends["end"]
        starts = np.where(ids > 0, ends[ids - 1], 0)
        pairs = zip(starts.tolist(), ends[ids].tolist(), strict=True)
        return [self._bytes[start:end].decode() for start, end in pairs]


class Codes:
    """Map referral codes of links to dense ids, and keeps them readable."""

    def __init__(self) -> None:
        self._ids = Interner()
        self._texts = Texts()

    def __len__(self) -> int:
        return len(self._texts)

    def find(self, texts: pl.Series) -> Ints:
        """Return the ids of known texts; NONE for null and unknown ones."""
        return self._ids.find(hash_texts(texts)) if len(texts) else np.zeros(0, np.int64)

    def enter(self, texts: pl.Series) -> Ints:
        """Assign the next ids to new texts, in order, and return the rows that named one for the first time."""
        firsts = self._ids.assign(hash_texts(texts))[1]
        self._texts.add(texts[firsts].to_list())
        return firsts

    def texts(self, ids: Ints) -> list[str]:
        """Return the texts of these ids."""
        return self._texts.at(ids)


def hash_texts(texts: pl.Series) -> Hashed:
    """Hash a column of texts."""
    if texts.null_count() == len(texts):
        return Hashed(
            np.zeros(len(texts), np.uint64), np.zeros(len(texts), np.uint64), np.zeros(len(texts), bool)
        )
    return hash_columns(texts.to_frame("text"), ("text",))["text"]


class Words:
    """Map texts to dense ids and keep them readable (`texts`, by id).

    It is a dictionary, the fastest way for a small vocabulary.
    """

    def __init__(self, *known: str) -> None:
        self._ids = _Ids({None: NONE})
        self.texts: list[str] = []
        self.assign(list(known))

    def find(self, texts: Sequence[str | None]) -> Ints:
        """Return the ids of known texts; NONE for null and unknown ones."""
        return np.fromiter(map(self._ids.__getitem__, texts), np.int64, len(texts))

    def assign(self, texts: Sequence[str | None]) -> Ints:
        """Return the ids of all texts (NONE for null), assigning new ones in row order."""
        for text in dict.fromkeys(texts):
            if text is not None and text not in self._ids:
                self._ids[text] = len(self.texts)
                self.texts.append(text)
        return self.find(texts)


class BoundedLabels:
    """Labels for a breakdown: the first PARTS distinct texts of the log keep their own, all later ones share OTHER.

    Channels and sources are free text, and a table of totals must stay small whatever is sent.
    """

    def __init__(self, kept: Iterable[str] = ()) -> None:
        """Start with the texts that have a label already."""
        self._kept = set(kept) - {OTHER}

    @property
    def kept(self) -> list[str]:
        """The texts that have a label of their own, in alphabetical order."""
        return sorted(self._kept)

    def label(self, text: str) -> str:
        """Return the label that a text is counted under, given that its turn has come."""
        return text if text in self._kept else OTHER

    def labels(self, texts: Iterable[str]) -> dict[str, str]:
        """Return the labels that these texts, in log order, are or will be counted under."""
        found, free = {}, PARTS - len(self._kept)
        for text in dict.fromkeys(texts):
            new = text not in self._kept and free > 0
            free -= new
            found[text] = text if new else self.label(text)
        return found

    def keep(self, labels: Iterable[str]) -> None:
        """Give the texts that `labels` has found a label of their own."""
        self._kept.update(labels)
        self._kept.discard(OTHER)

    def part(self, text: str) -> str:
        """Return the label that a text is counted under. Call it in log order."""
        if text not in self._kept:
            if len(self._kept) >= PARTS:
                return OTHER
            self._kept.add(text)
        return text
