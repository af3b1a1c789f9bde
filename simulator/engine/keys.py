"""A compact index from 64-bit keys to row numbers: open addressing in two NumPy arrays, looked up in bulk.

12 bytes a slot (8 of key, 4 of value); between 0.52 and 0.70 of the slots are in use once it has grown, so an entry
costs 17 to 23 bytes. A slot is found by the key's high bits, so keys in table order are nearly sorted and a larger
table is laid out in one pass.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.engine.arrays import Bools, Ints, Keys

FULLEST = 0.70
GROWTH = 1.35
SLACK = 4096  # slots behind the last home slot, so that a probe never wraps around
_MIX = np.uint64(0x9E3779B97F4A7C15)


class KeyIndex:
    """Maps 64-bit keys to row numbers below 2**32. Key 0 is kept as 1."""

    def __init__(self, capacity: int = 4096) -> None:
        self._count = 0
        self._homes = capacity
        self._keys: Keys = np.zeros(capacity + SLACK, np.uint64)
        self._values: NDArray[np.uint32] = np.zeros(capacity + SLACK, np.uint32)

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
        slots = self._home(wanted)
        rows = np.arange(len(keys))
        while len(rows):
            held = self._keys[slots]
            hit = held == wanted
            found[rows[hit]] = self._values[slots[hit]]
            going = ~hit & (held != 0)
            rows, wanted, slots = rows[going], wanted[going], slots[going] + 1
        return found

    def claim(self, keys: Keys) -> tuple[Ints, Bools]:
        """Enter absent keys, each once however often it comes: their slots, and which rows came first.

        The caller gives the slots their values by `put`. No sort is needed: rows with one key walk the same slots
        in step, and of those that write to one slot the first row is made to write last.
        """
        count = len(keys)
        if self._count + count > FULLEST * self._homes:
            self._rebuild(int(max(self._homes * GROWTH, (self._count + count) / FULLEST + 1)))
        places = np.zeros(count, np.int64)
        wanted, rows = np.maximum(keys, np.uint64(1)), np.arange(count)
        slots = self._home(wanted)
        while len(rows):
            if int(slots.max()) >= len(self._keys) - 1:
                self._lengthen()
            free = self._keys[slots] == 0
            self._keys[slots[free]] = wanted[free]
            placed = self._keys[slots] == wanted
            self._values[slots[placed][::-1]] = rows[placed][::-1]
            places[rows[placed]] = slots[placed]
            going = ~placed
            wanted, rows, slots = wanted[going], rows[going], slots[going] + 1
        first = self._values[places] == np.arange(count)
        self._count += int(first.sum())
        return places, first

    def put(self, slots: Ints, values: Ints) -> None:
        """Give claimed slots their values."""
        self._values[slots] = values

    def get(self, slots: Ints) -> Ints:
        """The values in these slots."""
        return self._values[slots].astype(np.int64)

    def add(self, keys: Keys, values: Ints) -> None:
        """Add keys that are absent and differ from one another."""
        if len(keys):
            slots, _ = self.claim(keys)
            self.put(slots, values)

    def _lengthen(self) -> None:
        """A run of full slots came to the end of the table: more slots behind it, for probes to go on."""
        more = len(self._keys) + SLACK
        keys, values = np.zeros(more, np.uint64), np.zeros(more, np.uint32)
        keys[: len(self._keys)], values[: len(self._values)] = self._keys, self._values
        self._keys, self._values = keys, values

    def _home(self, keys: Keys) -> Ints:
        high = keys >> np.uint64(32)
        return ((high * np.uint64(self._homes)) >> np.uint64(32)).astype(np.int64)

    def _rebuild(self, homes: int) -> None:
        """Lay the entries out in a table of `homes` slots: sorted by home, each takes the first free slot."""
        used = np.flatnonzero(self._keys)
        keys, values = self._keys[used], self._values[used]
        self._homes = homes
        home = self._home(keys)
        order = np.argsort(home, kind="stable")
        keys, values, home = keys[order], values[order], home[order]
        steps = np.arange(len(keys))
        slots = np.maximum.accumulate(home - steps) + steps if len(keys) else home
        size = max(homes + SLACK, int(slots[-1]) + SLACK if len(slots) else 0)
        self._keys, self._values = np.zeros(size, np.uint64), np.zeros(size, np.uint32)
        self._keys[slots], self._values[slots] = keys, values


def mix(values: Ints) -> Keys:
    """Spread small integers over 64 bits, one to one (the finaliser of splitmix64, Steele et al. 2014)."""
    word = values.astype(np.uint64) + _MIX
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


def pair(first: Ints, second: Ints) -> Keys:
    """One key of two dense ids below 2**32."""
    return mix((first << 32) | second)
