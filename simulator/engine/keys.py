"""A compact index from 64-bit keys to row numbers: open addressing in NumPy arrays, looked up in bulk.

Slots stand in buckets of eight, one cache line of keys, filled from the left; a key that finds its bucket full goes
on to the next. So a key that is absent (the common case) costs one gather and one comparison. 12 bytes a slot, and
of a large table between 0.7 and 0.8 of them in use: 15 to 17 bytes an entry (at 0.85 a look-up took six times as
long as at 0.6). A bucket is found by the key's high bits, so keys in table order are nearly sorted and a larger table
is laid out in one pass, in place: the table never stands in memory twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from simulator.engine.arrays import Bools, Ints, Keys, zeros

BUCKET = 8
FULLEST = 0.8
AMPLE, SLOW_AMPLE = (
    0.6,
    0.7,
)  # how full a table is that grew for one large batch; one of SMALL buckets or more
GROWTH = 2.0  # of a table of fewer buckets than SMALL
SLOW_GROWTH = 1.15  # of a larger one: an entry is moved eight times in all, for at most 17.3 bytes of memory
SMALL = 1 << 17  # 12 MB
IN_PLACE = 1 << 20  # buckets; arrays above 32 MB have pages of their own, which are not copied to grow
PIECE = 1 << 12  # buckets laid out at once on the way into a larger table: they stay in the processor's cache
SLACK = 64  # buckets behind the last home bucket, so that a probe never wraps around
_MIX = np.uint64(0x9E3779B97F4A7C15)
_ONES = np.uint64(0x0101010101010101)
_HALF = np.uint64(32)
_LAST = np.uint64(56)


@dataclass(frozen=True)
class Claim:
    """Where keys stand: their `slots`; which rows' keys were `entered` by this call, and which came `first`."""

    slots: Ints
    entered: Bools
    first: Bools


class KeyIndex:
    """Maps 64-bit keys to row numbers below 2**32. Key 0 is kept as 1."""

    def __init__(self, capacity: int = 1024) -> None:
        self._count = 0
        self._homes = max(capacity // BUCKET, 1)
        self._keys: Keys = np.zeros((self._homes + SLACK, BUCKET), np.uint64)
        self._values: NDArray[np.uint32] = np.zeros((self._homes + SLACK) * BUCKET, np.uint32)

    def __len__(self) -> int:
        return self._count

    @property
    def nbytes(self) -> int:
        """Memory in bytes."""
        return self._keys.nbytes + self._values.nbytes

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

    def claim(self, keys: Keys) -> Claim:
        """Find keys, and enter those that are absent, each once however often it comes.

        The caller gives the new slots their values by `put`. No sort is needed: rows with one key walk the same
        slots in step, and of those that write to one slot the first row is made to write last.
        """
        count = len(keys)
        if self._count + count > FULLEST * self._homes * BUCKET:
            growth, ample = (GROWTH, AMPLE) if self._homes < SMALL else (SLOW_GROWTH, SLOW_AMPLE)
            self._rebuild(int(max(self._homes * growth, (self._count + count) / ample / BUCKET + 1)))
        places, entered = np.zeros(count, np.int64), np.zeros(count, bool)
        wanted, rows = np.maximum(keys, np.uint64(1)), np.arange(count)
        buckets = self._home(wanted)
        while len(rows):
            if int(buckets.max()) >= len(self._keys) - 1:
                self._lengthen()
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
            del flat  # nothing may refer to the table when it grows
            mine, theirs = rows[new], slots[new]
            self._values[theirs[::-1]] = mine[::-1]
            places[mine], entered[mine] = theirs, True
            if len(new) == len(rows):
                break
            left = np.ones(len(rows), bool)
            left[new] = False
            going = np.flatnonzero(left)
            wanted, rows, buckets = wanted[going], rows[going], buckets[going] + full[going]
        first = entered & (self._values[places] == np.arange(count))
        self._count += int(np.count_nonzero(first))
        return Claim(places, entered, first)

    def put(self, slots: Ints, values: Ints) -> None:
        """Give claimed slots their values."""
        self._values[slots] = values

    def get(self, slots: Ints) -> Ints:
        """The values in these slots."""
        return self._values[slots].astype(np.int64)

    def add(self, keys: Keys, values: Ints) -> None:
        """Add keys that are absent and differ from one another."""
        if len(keys):
            self.put(self.claim(keys).slots, values)

    def _home(self, keys: Keys) -> Ints:
        return (((keys >> _HALF) * np.uint64(self._homes)) >> _HALF).astype(np.int64)

    def _lengthen(self) -> None:
        """A run of full buckets came to the end of the table: more buckets behind it, for probes to go on."""
        self._enlarge(len(self._keys) + SLACK)

    def _enlarge(self, buckets: int) -> None:
        """Make the table so many buckets long, new ones empty; a large one in place, without a copy."""
        if len(self._keys) < IN_PLACE:
            keys, values = self._keys, self._values
            if buckets < IN_PLACE:
                self._keys = zeros(buckets * BUCKET, np.uint64).reshape(-1, BUCKET)
                self._values = zeros(buckets * BUCKET, np.uint32)
            else:  # from now on in place, which only what is NumPy's own can
                self._keys = np.zeros((buckets, BUCKET), np.uint64)
                self._values = np.zeros(buckets * BUCKET, np.uint32)
            self._keys[: len(keys)], self._values[: len(values)] = keys, values
        else:
            self._keys.resize((buckets, BUCKET))
            self._values.resize(buckets * BUCKET)

    def _rebuild(self, homes: int) -> None:
        """Lay the entries out in a table of `homes` buckets: sorted by home, each takes the first free slot.

        In place, so that the table never stands in memory twice: piece by piece from the end, each to where nothing
        stands any more. Cut behind buckets that are not full: no entry stands behind a cut for want of room before
        it, so pieces are in the order of their homes. The few that would run into the piece behind come last.
        """
        cuts = self._cuts()
        self._homes = homes
        self._enlarge(max(homes + SLACK, len(self._keys)))
        end, left_over = len(self._keys) * BUCKET, []
        for first, last in reversed(list(pairwise(cuts))):
            end, over = self._lay_out(first, last, end)
            left_over.append(over)
        keys, values = (np.concatenate(column) for column in zip(*left_over, strict=True))
        self._count -= len(keys)
        self.add(keys, values.astype(np.int64))

    def _cuts(self) -> list[int]:
        """Where the table is cut into pieces: behind buckets that are not full."""
        cuts, last = [0], len(self._keys)
        for wanted in range(PIECE, last, PIECE):
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
        entries, rows = keys[used], values[used]
        keys[used] = 0
        home = self._home(entries)
        order = np.argsort(home, kind="stable")  # nearly sorted already, which this sort makes use of
        entries, rows, steps = entries[order], rows[order], np.arange(len(used))
        starts = home[order] * BUCKET
        slots = np.maximum.accumulate(starts - steps) + steps
        fit = int(np.searchsorted(slots, end))
        self._keys.reshape(-1)[slots[:fit]], self._values[slots[:fit]] = entries[:fit], rows[:fit]
        # copies: a part of an array would keep all of it
        return min(end, int(starts[0])), (entries[fit:].copy(), rows[fit:].copy())


def mix(values: Ints) -> Keys:
    """Spread small integers over 64 bits, one to one (the finaliser of splitmix64, Steele et al. 2014)."""
    word = values.astype(np.uint64) + _MIX
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


def pair(first: Ints, second: Ints) -> Keys:
    """One key of two dense ids below 2**32."""
    return mix((first << 32) | second)
