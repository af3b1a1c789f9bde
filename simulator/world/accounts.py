"""Turn guests into accounts: a second reference for the same person, which the client then merges with the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from simulator.world.draws import Ints, Keys, Purpose, bits, uniform
from simulator.world.event_rows import EventKind, event_rows, ident
from simulator.world.framing import INPUT, SSO
from simulator.world.friends import Friends
from simulator.world.labels import Cheat
from simulator.world.population import Population
from simulator.world.rhythm import Rhythm
from simulator.world.spec_standing import Account

NEVER: Final = np.int64(1) << np.int64(61)
_CUSTOMER: Final = 0
_MERGED_AFTER: Final = 1_500  # ms from the sign-up to the merge: the same contact is found
_OPENED: Final = 1  # number of the identification; 0 is the one when joining the program
_COPIED: Final = ("inviter", "generation", "segment", "country", "community", "device", "label")


@dataclass(frozen=True)
class Known:
    """Which row of `People` each of a group uses: `guest` at first, `account` from `since` on."""

    guest: Ints
    account: Ints
    since: Ints

    def at(self, which: Ints, when: Ints) -> Ints:
        """Return the rows that some of the group (indices) use at moments (milliseconds UTC)."""
        return np.where(when >= self.since[which], self.account[which], self.guest[which])


class Accounts:
    """The accounts that guests open."""

    def __init__(self, spec: Account | None, by_input: float, population: Population, rhythm: Rhythm) -> None:
        """Take the share of people identified by their own input."""
        self._spec = spec
        self._by_input = by_input
        self._population = population
        self._people = population.people
        self._rhythm = rhythm

    def open(self, events: list[Ints], group: Friends, at: Ints) -> Known:
        """Let some of those who converted at `at` open an account; return how each of the group is known."""
        account, since = group.row.copy(), np.full(len(at), NEVER)
        if self._spec is None:
            return Known(group.row, account, since)
        opens = (uniform(group.key, Purpose.ACCOUNT) < self._spec.share) & (group.cheat == Cheat.NONE)
        opens &= self._people.joined_at[group.row] == 0
        which = np.flatnonzero(opens)
        guests, key = group.row[which], group.key[which]
        when = self._rhythm.after(at[which], key, Purpose.ACCOUNT_DELAY, self._spec.delay)
        rows = self._add(guests, bits(key, Purpose.ACCOUNT_KEY))
        self._population.meet(rows, when, key)
        own = self._people.key[rows]
        via = np.where(uniform(own, Purpose.VIA) < self._by_input, INPUT, SSO)
        identity = ident(own, EventKind.IDENTIFIED, _OPENED)
        events.append(
            event_rows(EventKind.IDENTIFIED, when, rows, identity, device=self._people.device[rows], flag=via)
        )
        events.append(merges(key, guests, rows, when + _MERGED_AFTER))
        account[which], since[which] = rows, when
        return Known(group.row, account, since)

    def _add(self, guests: Ints, keys: Keys) -> Ints:
        people = self._people
        rows = people.add(keys, people.market[guests])
        self._population.compute_references(rows)
        for name in _COPIED:
            getattr(people, name)[rows] = getattr(people, name)[guests]
        people.kind[rows] = _CUSTOMER
        return rows


def merges(keys: Keys, whom: Ints, into: Ints, when: Ints) -> Ints:
    """Return the events of people (`keys`, rows `whom`) who are merged into others (rows `into`)."""
    return event_rows(EventKind.MERGED, when, whom, ident(keys, EventKind.MERGED), number=into)
