"""A compact index from 64-bit keys to row numbers: open addressing in NumPy arrays, looked up in bulk.

Slots stand in buckets of eight, one cache line of keys, filled from the left; a key that finds its bucket full goes
on to the next. So a key that is absent (the common case) costs one gather and one comparison. 12 bytes a slot, and
of a large table between 0.6 and 0.9 of them in use: 16.5 bytes an entry. (Of 0.6 to 0.8 a look-up of what is absent
takes half the time, but each entry is moved three times.) A bucket is found by the key's high bits, so keys in table
order are nearly sorted and a larger part is laid out in one pass.

The table is in parts of different sizes, of which the smallest, the fullest, grows next: so it grows all the time
by a little, and not now and then by all of it. Each part has room behind it in the address space, where it grows in
place; memory that nobody has written is not the process's yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

from simulator.engine.arrays import Bools, Ints, Keys
from simulator.engine.pages import Pages

BUCKET = 8
FULLEST = 0.9
PARTS_BITS = 4
PARTS = 1 << PARTS_BITS
GROWTH = 2.0  # of a part of fewer buckets than SMALL
SLOW_GROWTH = 1.5  # of a larger one: an entry is moved twice in all, for 16.5 bytes of memory
SMALL = 1 << 13  # 12 MB for all parts
LEAST = 16  # buckets of the smallest part at first
SLACK = 16  # buckets behind the last home bucket of a part, for probes to go on; doubled when one runs through them
PIECE = 1 << 12  # buckets laid out at once on the way into a larger part: they stay in the processor's cache
_DIGITS = np.iinfo(np.uint16).max
_MIX = np.uint64(0x9E3779B97F4A7C15)
_ONES = np.uint64(0x0101010101010101)
_HALF = np.uint64(32)
_WITHIN = np.uint64(32 - PARTS_BITS)
_LAST = np.uint64(56)


@dataclass(frozen=True)
class Insertion:
    """Where keys stand: their `slots`; which rows' keys were `entered` by this call, and which came `first`."""

    slots: Ints
    entered: Bools
    first: Bools


class KeyIndex:
    """Maps 64-bit keys to row numbers below 2**32. Key 0 is kept as 1."""

    def __init__(self) -> None:
        self._count = 0
        self._slack = SLACK
        # apart by equal ratios: so they fill up one after the other, now and after each has grown
        self._homes: Ints = (LEAST * 2 ** (np.arange(PARTS) / PARTS)).astype(np.int64)
        self._reserve(_room(int(self._homes.max()) + SLACK))

    def __len__(self) -> int:
        return self._count

    def find(self, keys: Keys) -> Ints:
        """The value of each key, or -1."""
        found = np.full(len(keys), -1, np.int64)
        if not self._count or not len(keys):
            return found
        wanted = np.maximum(keys, np.uint64(1))
        buckets = self._home(wanted)
        rows: Ints | None = None  # all of them, in the first round
        while True:
            held = self._keys.take(buckets, axis=0)
            match = held == wanted[:, None]
            hit = match.view(np.uint64).ravel() != 0  # eight booleans at a time
            at = np.flatnonzero(hit)
            if len(at):
                slots = buckets[at] * BUCKET + match[at].argmax(axis=1)
                found[at if rows is None else rows[at]] = self._values[slots]
            going = np.flatnonzero(~hit & (held[:, -1] != 0))
            if not len(going):
                return found
            rows = going if rows is None else rows[going]
            wanted, buckets = wanted[going], buckets[going] + 1

    def get_or_insert(self, keys: Keys) -> Insertion:
        """Find keys, and enter those that are absent, each once however often it comes.

        The caller gives the new slots their values by `put`.
        """
        self._make_room(len(keys))
        return self._insert(keys)

    def put(self, slots: Ints, values: Ints) -> None:
        """Give claimed slots their values."""
        self._values[slots] = values

    def get(self, slots: Ints) -> Ints:
        """The values in these slots."""
        return self._values[slots].astype(np.int64)

    def add(self, keys: Keys, values: Ints) -> None:
        """Add keys that are absent and differ from one another."""
        if len(keys):
            self.put(self.get_or_insert(keys).slots, values)

    def _insert(self, keys: Keys) -> Insertion:
        """The same, where there is room for all.

        No sort is needed: rows with one key walk the same slots in step, and of those that write to one slot the
        first row is made to write last.
        """
        count = len(keys)
        places, entered = np.zeros(count, np.int64), np.zeros(count, bool)
        wanted, rows = np.maximum(keys, np.uint64(1)), np.arange(count)
        buckets = self._home(wanted)
        while len(rows):
            held = self._keys.take(buckets, axis=0)
            match = held == wanted[:, None]
            hit = match.view(np.uint64).ravel() != 0  # eight booleans at a time
            at = np.flatnonzero(hit)
            if len(at):
                places[rows[at]] = buckets[at] * BUCKET + match[at].argmax(axis=1)
                missing = np.flatnonzero(~hit)
                if not len(missing):
                    break
                held, wanted = held[missing], wanted[missing]
                rows, buckets = rows[missing], buckets[missing]
            taken = ((held != 0).view(np.uint64).ravel() * _ONES) >> _LAST  # the sum of eight booleans
            full = taken == BUCKET
            slots, flat = buckets * BUCKET + taken.astype(np.int64), self._keys.reshape(-1)
            free = np.flatnonzero(~full)
            flat[slots[free]] = wanted[free]
            new = free[flat[slots[free]] == wanted[free]]
            mine, theirs = rows[new], slots[new]
            self._values[theirs[::-1]] = mine[::-1]
            places[mine], entered[mine] = theirs, True
            if len(new) == len(rows):
                break
            left = np.ones(len(rows), bool)
            left[new] = False
            going = np.flatnonzero(left)
            wanted, rows, buckets = wanted[going], rows[going], buckets[going] + full[going]
            if (buckets >= self._ends[buckets // self._room]).any():
                before = self._room
                self._lengthen()
                buckets = _moved(buckets, before, self._room)
                places = _moved(places, before * BUCKET, self._room * BUCKET)
        first = entered & (self._values[places] == np.arange(count))
        self._count += int(np.count_nonzero(first))
        return Insertion(places, entered, first)

    def _home(self, keys: Keys) -> Ints:
        """The bucket that each key begins in: its part by the highest bits, and in it by the next ones."""
        high = keys >> _HALF
        part = (high >> _WITHIN).view(np.int64)
        high *= self._scale.take(part)
        high >>= _WITHIN
        high += self._shift.take(part)
        return high.view(np.int64)

    def _reserve(self, room: int) -> None:
        """An empty table with room for so many buckets in each part."""
        self._room = room
        self._key_pages = Pages(PARTS * room * BUCKET, np.uint64)
        self._value_pages = Pages(PARTS * room * BUCKET, np.uint32)
        self._keys: Keys = self._key_pages.array.reshape(-1, BUCKET)
        self._values: NDArray[np.uint32] = self._value_pages.array
        self._measure()

    def _measure(self) -> None:
        """What depends on the parts' sizes: how a key becomes a bucket, and each part's last one, always empty."""
        parts = np.arange(PARTS)
        self._scale = self._homes.astype(np.uint64)
        self._shift = (parts * (self._room - self._homes)).astype(np.uint64)
        self._ends: Ints = parts * self._room + self._homes + self._slack - 1

    def _lengthen(self) -> None:
        """A run of full buckets came to the end of a part: more buckets behind all of them, for probes to go on."""
        self._slack *= 2
        self._widen()

    def _widen(self) -> None:
        """Give all parts the room that the largest needs."""
        room = _room(int(self._homes.max()) + self._slack)
        if room <= self._room:
            self._measure()
            return
        before, keys, values, ends = self._room, self._key_pages, self._value_pages, self._ends
        self._reserve(room)
        for part in range(PARTS):
            first, last = part * before * BUCKET, int(ends[part]) * BUCKET
            start, stop = part * room * BUCKET, part * room * BUCKET + last - first
            for old, new in ((keys, self._key_pages), (values, self._value_pages)):
                new.make_large(start, stop)
                new.array[start:stop] = old.array[first:last]
                old.give_back(first, last)

    def _make_room(self, count: int) -> None:
        """Let parts grow, the fullest first, until so many more entries fit."""
        left_over = []
        while True:
            part = int(self._homes.argmin())
            before = homes = int(self._homes[part])
            while self._count + count > FULLEST * BUCKET * PARTS * homes:
                homes = ceil(homes * (GROWTH if homes < SMALL else SLOW_GROWTH))
            if homes == before:
                break
            left_over += self._rebuild(part, homes)
        for keys, values in left_over:
            self._count -= len(keys)
            self.put(self._insert(keys).slots, values.astype(np.int64))

    def _rebuild(self, part: int, homes: int) -> list[tuple[Keys, NDArray[np.uint32]]]:
        """Lay the entries of a part out in `homes` buckets: sorted by home, each takes the first free slot.

        In place, so that a part never stands in memory twice: piece by piece from the end, each to where nothing
        stands any more. Cut behind buckets that are not full: no entry stands behind a cut for want of room before
        it, so pieces are in the order of their homes. Gives the few that would run into the piece behind.
        """
        first, last = part * self._room, int(self._ends[part])
        size = last - first
        self._homes[part] = homes
        self._widen()
        first = part * self._room
        left_over, end = [], int(self._ends[part]) * BUCKET
        for pages in (self._key_pages, self._value_pages):
            pages.make_large(first * BUCKET, end)
        for start, stop in reversed(list(pairwise(self._cuts(first, first + size)))):
            end, over = self._lay_out(start, stop, end)
            left_over.append(over)
        return left_over

    def _cuts(self, first: int, last: int) -> list[int]:
        """Where the buckets from `first` to `last` are cut into pieces: behind buckets that are not full."""
        cuts = [first]
        for wanted in range(first + PIECE, last, PIECE):
            cut = max(wanted, cuts[-1])
            while cut < last and self._keys[cut - 1, -1]:
                cut += 1
            if cuts[-1] < cut < last:
                cuts.append(cut)
        return [*cuts, last]

    def _lay_out(self, first: int, last: int, end: int) -> tuple[int, tuple[Keys, NDArray[np.uint32]]]:
        """Lay out the entries of the buckets from `first` to `last`, before the slot `end`.

        Gives the first slot that is theirs now, and the keys and values that found no room.
        """
        keys, values = self._keys[first:last].reshape(-1), self._values[first * BUCKET : last * BUCKET]
        used = np.flatnonzero(keys)
        if not len(used):
            return end, (keys[:0].copy(), values[:0].copy())
        entries, rows = keys.take(used), values.take(used)
        keys[:] = 0
        home = self._home(entries)
        apart = home - first  # nearly sorted already, which the stable sort makes use of
        order = np.argsort(apart.astype(np.uint16) if apart.max() <= _DIGITS else apart, kind="stable")
        entries, rows, steps = entries.take(order), rows.take(order), np.arange(len(used))
        slots = home.take(order) * BUCKET
        slots -= steps
        np.maximum.accumulate(slots, out=slots)
        slots += steps
        fit = int(np.searchsorted(slots, end))
        self._keys.reshape(-1)[slots[:fit]], self._values[slots[:fit]] = entries[:fit], rows[:fit]
        # copies: a part of an array would keep all of it
        return min(end, int(slots[0])), (entries[fit:].copy(), rows[fit:].copy())


def _room(buckets: int) -> int:
    """Room for so many: a power of four, so that it is whole pages and seldom too little."""
    return 1 << 2 * ((buckets - 1).bit_length() + 1 >> 1)


def _moved(places: Ints, before: int, after: int) -> Ints:
    """Where places are when the room of each part has grown."""
    return places + places // before * (after - before)


def mix(values: Ints) -> Keys:
    """Spread small integers over 64 bits, one to one (the finaliser of splitmix64, Steele et al. 2014)."""
    word = values.astype(np.uint64) + _MIX
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


def pair(first: Ints, second: Ints) -> Keys:
    """One key of two dense ids below 2**32."""
    return mix((first << 32) | second)
