"""People, contacts given and referrers of a run, as columns that grow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.world.draws import Floats, Ints, Keys

NOBODY = -1
FRIEND = 3  # the kind of a person who is not a referrer; 0-2 are the contract's referrer kinds


@dataclass
class _Column:
    dtype: type[np.generic]
    width: int = 0


class Columns:
    """Arrays that grow together by doubling; the first `count` rows are in use."""

    _columns: dict[str, _Column]

    def __init__(self, room: int) -> None:
        self.count = 0
        self._room = max(room, 16)
        for name, column in self._columns.items():
            setattr(self, name, self._fresh(column, self._room))

    @staticmethod
    def _fresh(column: _Column, room: int) -> NDArray[np.generic]:
        shape = (room, column.width) if column.width else room
        return np.zeros(shape, dtype=column.dtype)

    def _add(self, number: int) -> Ints:
        """Add `number` rows and return their indices."""
        first, self.count = self.count, self.count + number
        if self.count > self._room:
            self._room = max(self.count, 2 * self._room)
            for name, column in self._columns.items():
                grown = self._fresh(column, self._room)
                grown[:first] = getattr(self, name)[:first]
                setattr(self, name, grown)
        return np.arange(first, self.count)


class People(Columns):
    """Everyone in the run, one row per person.

    `inviter` is a row of this table or `NOBODY`; `joined_at` is 0 until they have a link; `label` is an index into
    `LABELS`. `device` is the row of the person whose device they use as a friend, mostly their own.

    `market` is the place of their market among those simulated together. `reference` holds the digests of the person
    and of their device. `meeting` is the row in `Meetings` of the contact they gave last, valid where `known` is true.
    From `closed_at` (0: never) to `reopened_at` their account is closed.
    """

    _columns = {  # noqa: RUF012 - read only
        "key": _Column(np.uint64),
        "market": _Column(np.int32),
        "inviter": _Column(np.int32),
        "generation": _Column(np.int16),
        "kind": _Column(np.int8),
        "segment": _Column(np.int8),
        "country": _Column(np.int8),
        "community": _Column(np.int32),
        "label": _Column(np.int8),
        "device": _Column(np.int32),
        "known": _Column(np.bool_),
        "joined_at": _Column(np.int64),
        "reference": _Column(np.uint8, 24),
        "meeting": _Column(np.int32),
        "closed_at": _Column(np.int64),
        "reopened_at": _Column(np.int64),
    }
    key: Keys
    market: NDArray[np.int32]
    inviter: NDArray[np.int32]
    generation: NDArray[np.int16]
    kind: NDArray[np.int8]
    segment: NDArray[np.int8]
    country: NDArray[np.int8]
    community: NDArray[np.int32]
    label: NDArray[np.int8]
    device: NDArray[np.int32]
    known: NDArray[np.bool_]
    joined_at: Ints
    reference: NDArray[np.uint8]
    meeting: NDArray[np.int32]
    closed_at: Ints
    reopened_at: Ints

    def add(self, keys: Keys, market: NDArray[np.integer]) -> Ints:
        """Add people of whom only the key and the market are known; return their rows."""
        rows = self._add(len(keys))
        self.key[rows] = keys
        self.market[rows] = market
        self.inviter[rows] = NOBODY
        self.community[rows] = NOBODY
        self.kind[rows] = FRIEND
        self.device[rows] = rows
        return rows


class Meetings(Columns):
    """Contacts given to the client, one row each time: the contact's digest, and whether it is a phone number."""

    _columns = {  # noqa: RUF012 - read only
        "contact": _Column(np.uint8, 12),
        "by_phone": _Column(np.bool_),
    }
    contact: NDArray[np.uint8]
    by_phone: NDArray[np.bool_]

    def add(self, contacts: NDArray[np.uint8], by_phone: NDArray[np.bool_]) -> None:
        """Append contacts, in the order in which they were given."""
        rows = self._add(len(by_phone))
        self.contact[rows] = contacts
        self.by_phone[rows] = by_phone


class Referrers(Columns):
    """People with a link: their row in `People`, their key, their sessions per lived millisecond, and their mood.

    The mood multiplies the rate; see `feedback.ReferrerMoods`.
    """

    _columns = {  # noqa: RUF012 - read only
        "person": _Column(np.int64),
        "key": _Column(np.uint64),
        "rate": _Column(np.float64),
        "mood": _Column(np.float64),
    }
    person: Ints
    key: Keys
    rate: Floats
    mood: Floats

    def add(self, person: Ints, key: Keys, rate: Floats) -> None:
        """Add referrers, who have sessions from the next day on."""
        rows = self._add(len(person))
        self.person[rows] = person
        self.key[rows] = key
        self.rate[rows] = rate
        self.mood[rows] = 1.0
