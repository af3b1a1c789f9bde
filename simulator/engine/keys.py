"""Index rows by 64-bit keys, compactly: open addressing in NumPy arrays, with bulk look-ups.

Slots are grouped in buckets of eight, one cache line of keys, filled from the left; a key whose bucket is full goes to
the next. So looking up an absent key (the common case) costs one gather and one comparison. A slot takes 12 bytes, and
a large table has between 60 and 90 % of its slots in use: 16.5 bytes per entry. (With 60 to 80 %, looking up an absent
key takes half the time, but each entry is moved three times.) A bucket is found by the key's high bits, so keys in
table order are nearly sorted and a larger part can be laid out in one pass.

The table consists of parts of different sizes. The smallest, which is the fullest, grows next, so the table grows
continually in small steps instead of all at once now and then. Each part has room behind it in the address space and
grows in place; memory that has not been written to is not yet allocated to the process.
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
GROWTH = 2.0  # of a part with fewer buckets than SMALL
SLOW_GROWTH = 1.5  # of a larger part: each entry is moved twice in all, and takes 16.5 bytes of memory
SMALL = 1 << 13  # 12 MB for all parts together
LEAST = 16  # buckets of the smallest part at the start
SLACK = 16  # buckets behind a part's last home bucket, for probes to continue in; doubled when one reaches their end
PIECE = 1 << 12  # buckets laid out at once when a part grows: few enough to stay in the processor's cache
FEW = 8  # keys up to which they are taken one by one: NumPy takes as long for a call as Python for a key
_DIGITS = np.iinfo(np.uint16).max
_MIX = np.uint64(0x9E3779B97F4A7C15)
_ONES = np.uint64(0x0101010101010101)
_HALF = np.uint64(32)
_WITHIN_BITS = 32 - PARTS_BITS
_WITHIN = np.uint64(_WITHIN_BITS)
_LAST = np.uint64(56)


@dataclass(frozen=True)
class Insertion:
    """Where keys are stored: their `slots`, which rows' keys this call `entered`, and which of those came `first`."""

    slots: Ints
    entered: Bools
    first: Bools


_NOTHING_INSERTED = Insertion(np.zeros(0, np.int64), np.zeros(0, bool), np.zeros(0, bool))


class KeyIndex:
    """Map 64-bit keys to row numbers below 2**32. Key 0 is stored as 1."""

    def __init__(self) -> None:
        self._count = 0
        self._slack = SLACK
        # sizes in equal ratios, so that parts fill up one after the other, now and after each has grown
        self._homes: Ints = (LEAST * 2 ** (np.arange(PARTS) / PARTS)).astype(np.int64)
        self._reserve(_room(int(self._homes.max()) + SLACK))

    def __len__(self) -> int:
        return self._count

    def find(self, keys: Keys) -> Ints:
        """Return the value of each key, or -1."""
        found = np.full(len(keys), -1, np.int64)
        if not self._count or not len(keys):
            return found
        if len(keys) <= FEW:
            for row, key in enumerate(keys.tolist()):
                slot, there = self._walk(key or 1)
                if there:
                    found[row] = self._values[slot]
            return found
        wanted = np.maximum(keys, np.uint64(1))
        buckets = self._home(wanted)
        rows: Ints | None = None  # None in the first round: all rows
        while True:
            held = self._keys.take(buckets, axis=0)
            match = held == wanted[:, None]
            hit = match.view(np.uint64).ravel() != 0  # eight booleans at a time
            at = np.flatnonzero(hit)
            if len(at):
                slots = buckets[at] * BUCKET + match[at].argmax(axis=1)
                found[at if rows is None else rows[at]] = self._values[slots]
            active = np.flatnonzero(~hit & (held[:, -1] != 0))
            if not len(active):
                return found
            rows = active if rows is None else rows[active]
            wanted, buckets = wanted[active], buckets[active] + 1

    def get_or_insert(self, keys: Keys) -> Insertion:
        """Find keys, inserting each absent key once however often it occurs.

        The caller must set the new slots' values with `put`.
        """
        if not len(keys):
            return _NOTHING_INSERTED
        if self._count + len(keys) > self._fit:
            self._make_room(len(keys))
        return self._insert_few(keys) if len(keys) <= FEW else self._insert(keys)

    def put(self, slots: Ints, values: Ints) -> None:
        """Set the values of slots."""
        self._values[slots] = values

    def get(self, slots: Ints) -> Ints:
        """Return the values in these slots."""
        return self._values[slots].astype(np.int64)

    def add(self, keys: Keys, values: Ints) -> None:
        """Add keys that are absent and distinct."""
        if len(keys):
            self.put(self.get_or_insert(keys).slots, values)

    def _walk(self, key: int) -> tuple[int, bool]:
        """Return the slot of a key and that it is there, or the free slot where it would be."""
        high = key >> 32
        part = high >> _WITHIN_BITS
        bucket = (high * int(self._scale[part]) >> _WITHIN_BITS) + int(self._shift[part])
        while True:
            held = self._keys[bucket].tolist()
            if key in held:
                return bucket * BUCKET + held.index(key), True
            if not held[-1]:
                return bucket * BUCKET + held.index(0), False
            bucket += 1

    def _insert_few(self, keys: Keys) -> Insertion:
        """Find or insert a few keys one by one, given that there is room for all of them, as `_insert` does."""
        known = [key or 1 for key in keys.tolist()]
        firsts: dict[int, int] = {}
        slots, slack = [], self._slack
        for row, key in enumerate(known):
            slot, there = self._walk(key)
            while not there and slot // BUCKET >= self._ends[slot // BUCKET // self._room]:
                self._extend_slack()
                slot, there = self._walk(key)
            if not there:
                self._keys.reshape(-1)[slot], self._values[slot] = key, row
                firsts[key] = row
            slots.append(slot)
        if self._slack > slack:  # all have moved
            slots = [self._walk(key)[0] for key in known]
        self._count += len(firsts)
        return Insertion(
            np.array(slots, np.int64),
            np.array([key in firsts for key in known], bool),
            np.array([firsts.get(key) == row for row, key in enumerate(known)], bool),
        )

    def _insert(self, keys: Keys) -> Insertion:
        """Find or insert keys, given that there is room for all of them.

        No sort is needed: rows with the same key walk the same slots in step, and of the rows that write to one slot
        the first is made to write last.
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
            active = np.flatnonzero(left)
            wanted, rows, buckets = wanted[active], rows[active], buckets[active] + full[active]
            if (buckets >= self._ends[buckets // self._room]).any():
                before = self._room
                self._extend_slack()
                buckets = _relocated(buckets, before, self._room)
                places = _relocated(places, before * BUCKET, self._room * BUCKET)
        first = entered & (self._values[places] == np.arange(count))
        self._count += int(np.count_nonzero(first))
        return Insertion(places, entered, first)

    def _home(self, keys: Keys) -> Ints:
        """Return each key's home bucket: the highest bits choose the part, the next ones the bucket in it."""
        high = keys >> _HALF
        part = (high >> _WITHIN).view(np.int64)
        high *= self._scale.take(part)
        high >>= _WITHIN
        high += self._shift.take(part)
        return high.view(np.int64)

    def _reserve(self, room: int) -> None:
        """Allocate an empty table with room for `room` buckets in each part."""
        self._room = room
        self._key_pages = Pages(PARTS * room * BUCKET, np.uint64)
        self._value_pages = Pages(PARTS * room * BUCKET, np.uint32)
        self._keys: Keys = self._key_pages.array.reshape(-1, BUCKET)
        self._values: NDArray[np.uint32] = self._value_pages.array
        self._measure()

    def _measure(self) -> None:
        """Recompute what depends on the parts' sizes: how keys map to buckets, and each part's last (empty) bucket."""
        parts = np.arange(PARTS)
        self._scale = self._homes.astype(np.uint64)
        self._shift = (parts * (self._room - self._homes)).astype(np.uint64)
        self._fit = int(FULLEST * BUCKET * PARTS * int(self._homes.min()))  # entries, before a part must grow
        self._ends: Ints = parts * self._room + self._homes + self._slack - 1

    def _extend_slack(self) -> None:
        """Double the slack behind all parts, after a run of full buckets reached the end of one."""
        self._slack *= 2
        self._widen()

    def _widen(self) -> None:
        """Give every part the room that the largest one needs."""
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
        """Grow parts, the fullest first, until `count` more entries fit."""
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
        """Lay a part's entries out in `homes` buckets: sorted by home bucket, each takes the first free slot.

        This works in place, so that a part is never in memory twice: piece by piece from the end, each moving to
        slots that are already vacated. Pieces are cut behind buckets that are not full: no entry behind a cut was
        pushed there from before it, so pieces are in the order of their home buckets. Returns the few entries that
        would overlap the piece behind.
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
        """Return where to cut the buckets from `first` to `last` into pieces: behind buckets that are not full."""
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

        Returns the first slot they now occupy, and the keys and values that found no room.
        """
        keys, values = self._keys[first:last].reshape(-1), self._values[first * BUCKET : last * BUCKET]
        used = np.flatnonzero(keys)
        if not len(used):
            return end, (keys[:0].copy(), values[:0].copy())
        entries, rows = keys.take(used), values.take(used)
        keys[:] = 0
        home = self._home(entries)
        apart = home - first  # nearly sorted already, which a stable sort exploits
        order = np.argsort(apart.astype(np.uint16) if apart.max() <= _DIGITS else apart, kind="stable")
        entries, rows, steps = entries.take(order), rows.take(order), np.arange(len(used))
        slots = home.take(order) * BUCKET
        slots -= steps
        np.maximum.accumulate(slots, out=slots)
        slots += steps
        fit = int(np.searchsorted(slots, end))
        self._keys.reshape(-1)[slots[:fit]], self._values[slots[:fit]] = entries[:fit], rows[:fit]
        # copies, since a view would keep the whole array alive
        return min(end, int(slots[0])), (entries[fit:].copy(), rows[fit:].copy())


def _room(buckets: int) -> int:
    """Round a number of buckets up to a power of four: whole pages, and seldom too little."""
    return 1 << 2 * ((buckets - 1).bit_length() + 1 >> 1)


def _relocated(places: Ints, before: int, after: int) -> Ints:
    """Return where indices move to when the room of each part grows from `before` to `after`."""
    return places + places // before * (after - before)


def mix(values: Ints) -> Keys:
    """Spread small integers over 64 bits, one to one (the finaliser of splitmix64, Steele et al. 2014)."""
    word = values.astype(np.uint64) + _MIX
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


def pair(first: Ints, second: Ints) -> Keys:
    """Combine two dense ids below 2**32 into one key."""
    return mix((first << 32) | second)
