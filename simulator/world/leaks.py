"""Simulate leaked codes: a code is on a voucher site for a while, and strangers use it."""

from __future__ import annotations

import numpy as np

from simulator.world.arrivals import NO_ARRIVALS, arrival_rows
from simulator.world.draws import Ints, Purpose, bits, expand, lognormal, uniform
from simulator.world.labels import Cheat, referrer_label
from simulator.world.people import People
from simulator.world.rhythm import Rhythm
from simulator.world.spec_cheats import LeakedCode

_MOST_STRANGERS = 10_000


class Leaks:
    """The referrers whose codes leak, and the strangers who use them."""

    def __init__(self, spec: LeakedCode | None, people: People, rhythm: Rhythm) -> None:
        self._spec = spec
        self._people = people
        self._rhythm = rhythm

    def at_join(self, at: Ints, person: Ints, channel: Ints) -> Ints:
        """Return the arrivals of all strangers who will use the leaked codes of those who joined at `at`."""
        spec = self._spec
        if spec is None:
            return NO_ARRIVALS
        of = np.flatnonzero(self._people.label[person] == referrer_label(Cheat.LEAKED_CODE))
        owner = person[of]
        key = self._people.key[owner]
        leaked_at = self._rhythm.after(at[of], key, Purpose.LEAK_DELAY, spec.after)
        count = np.rint(lognormal(key, Purpose.LEAK_COUNT, spec.strangers, spec.spread))
        which, place = expand(np.minimum(count, _MOST_STRANGERS).astype(np.int64))
        stranger = bits(key[which], Purpose.STRANGER_KEY, place)
        when = self._rhythm.after(leaked_at[which], stranger, Purpose.VISIT_DELAY, spec.delay)
        till = uniform(stranger, Purpose.LEAK_TYPED) < spec.typed
        return arrival_rows(
            when,
            stranger,
            owner[which],
            channel[of][which],
            till=till.astype(np.int64),
            cheat=Cheat.LEAKED_CODE,
        )
