"""A compact index from 64-bit keys to row numbers: open addressing in NumPy arrays, looked up in bulk.

Slots stand in buckets of eight, one cache line of keys, filled from the left; a key that finds its bucket full goes
on to the next. So a key that is absent (the common case) costs one gather and one comparison. 12 bytes a slot, and
between 0.5 and 0.75 of them in use once it has grown: 16 to 24 bytes an entry (at 0.85 a look-up took six times as
long as at 0.6). A bucket is found by the key's high bits, so keys in table order are nearly sorted and a larger table
is laid out in one pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from simulator.engine.arrays import Bools, Ints, Keys

BUCKET = 8
FULLEST = 0.75
AMPLE = 0.6  # how full a table is that grew for one large batch
GROWTH = 1.5
PIECE = 1 << 17  # buckets laid out at once on the way into a larger table: 12 MB of it
SLACK = 64  # buckets behind the last home bucket, so that a probe never wraps around
_MIX = np.uint64(0x9E3779B97F4A7C15)
_ONES = np.uint64(0x0101010101010101)
_HALF = np.uint64(32)


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
            self._rebuild(int(max(self._homes * GROWTH, (self._count + count) / AMPLE / BUCKET + 1)))
        places, entered = np.zeros(count, np.int64), np.zeros(count, bool)
        wanted, rows = np.maximum(keys, np.uint64(1)), np.arange(count)
        buckets = self._home(wanted)
        while len(rows):
            if int(buckets.max()) >= len(self._keys) - 1:
                self._lengthen()
            held, flat = self._keys.take(buckets, axis=0), self._keys.reshape(-1)
            match = held == wanted[:, None]
            hit = match.view(np.uint64).ravel() != 0  # eight booleans at a time
            at = np.flatnonzero(hit)
            if len(at):
                places[rows[at]] = buckets[at] * BUCKET + match[at].argmax(axis=1)
            taken = ((held != 0).view(np.uint64).ravel() * _ONES) >> np.uint64(
                56
            )  # the sum of eight booleans
            free = np.flatnonzero(~hit & (taken < BUCKET))
            slots = buckets[free] * BUCKET + taken[free].astype(np.int64)
            flat[slots] = wanted[free]
            placed = flat[slots] == wanted[free]
            new, slots = free[placed], slots[placed]
            self._values[slots[::-1]] = rows[new][::-1]
            places[rows[new]] = slots
            entered[rows[new]] = True
            hit[new] = True
            buckets += taken == BUCKET
            going = np.flatnonzero(~hit)
            wanted, rows, buckets = wanted[going], rows[going], buckets[going]
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
        self._keys = np.concatenate([self._keys, np.zeros((SLACK, BUCKET), np.uint64)])
        self._values = np.concatenate([self._values, np.zeros(SLACK * BUCKET, np.uint32)])

    def _rebuild(self, homes: int) -> None:
        """Lay the entries out in a table of `homes` buckets: sorted by home, each takes the first free slot.

        It goes piece by piece, cut behind buckets that are not full: no entry stands behind one for want of room
        before it, so pieces are in the order of their homes. At once it would take five times the table's memory.
        """
        keys, values = self._keys, self._values.reshape(-1, BUCKET)
        loose = np.flatnonzero(keys[:, -1] == 0) + 1
        wanted = np.arange(PIECE, len(keys), PIECE)
        cuts = np.unique(np.r_[0, loose[np.searchsorted(loose, wanted)], len(keys)]).tolist()
        self._homes = homes
        self._keys = np.zeros((homes + SLACK, BUCKET), np.uint64)
        self._values = np.zeros((homes + SLACK) * BUCKET, np.uint32)
        free = 0
        for first, last in pairwise(cuts):
            free = self._lay_out(keys[first:last].reshape(-1), values[first:last].reshape(-1), free)

    def _lay_out(self, keys: Keys, values: NDArray[np.uint32], free: int) -> int:
        """Put entries (and empty slots) behind those laid out so far; gives the next free slot."""
        used = np.flatnonzero(keys)
        if not len(used):
            return free
        keys, values = keys[used], values[used]
        home = self._home(keys)
        order = np.argsort(home, kind="stable")  # nearly sorted already, which this sort makes use of
        steps = np.arange(len(keys))
        slots = np.maximum(np.maximum.accumulate(home[order] * BUCKET - steps), free) + steps
        while int(slots[-1]) // BUCKET >= len(self._keys) - 1:
            self._lengthen()
        self._keys.reshape(-1)[slots], self._values[slots] = keys[order], values[order]
        return int(slots[-1]) + 1


def mix(values: Ints) -> Keys:
    """Spread small integers over 64 bits, one to one (the finaliser of splitmix64, Steele et al. 2014)."""
    word = values.astype(np.uint64) + _MIX
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


def pair(first: Ints, second: Ints) -> Keys:
    """One key of two dense ids below 2**32."""
    return mix((first << 32) | second)
