"""Simulate rings: customers in a circle, each of whom refers the next, though all are customers already."""

from __future__ import annotations

import numpy as np

from simulator.world.arrivals import NO_ARRIVALS, arrival_rows
from simulator.world.draws import Bools, Ints, Keys, Purpose, uniform
from simulator.world.labels import Cheat, referrer_label
from simulator.world.people import People
from simulator.world.rhythm import Rhythm
from simulator.world.spec_cheats import Ring


class Rings:
    """The rings among the first customers of each market: blocks of `size` in the order of their rows."""

    def __init__(self, spec: Ring | None, people: People, rhythm: Rhythm, roots: int) -> None:
        """Take the number of first customers in each market."""
        self._spec = spec
        self._people = people
        self._rhythm = rhythm
        self._roots = roots

    def members(self, keys: Keys) -> tuple[Bools, Keys]:
        """Return which first customers are in a ring, and the keys for their time of joining.

        All members of a ring have one such key, so they join together.
        """
        if self._spec is None:
            return np.zeros(len(keys), dtype=np.bool_), keys
        size, roots = self._spec.size, max(self._roots, 1)
        place = np.arange(len(keys)) % roots
        first = np.arange(len(keys)) - place % size
        whole = place < roots // size * size
        inside: Bools = whole & (uniform(keys[first], Purpose.RING) < self._spec.cheaters)
        return inside, np.where(inside, keys[first], keys)

    def at_join(self, at: Ints, person: Ints, channel: Ints) -> Ints:
        """Return the arrivals of members who joined, each referred by the one before; `key` holds their row instead."""
        if self._spec is None:
            return NO_ARRIVALS
        of = np.flatnonzero(self._people.label[person] == referrer_label(Cheat.RING))
        member, size = person[of], self._spec.size
        place = member % max(self._roots, 1)
        before = member - place + (place - place % size + (place - 1) % size)
        key = self._people.key[member]
        when = self._rhythm.after(at[of], key, Purpose.RING_DELAY, self._spec.delay)
        return arrival_rows(when, member.view(np.uint64), before, channel[of], cheat=Cheat.RING)
