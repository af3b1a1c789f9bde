"""Represent world events as rows of integers until the day they occur.

A row is ten integers; people stand in it by their row in `People`. Texts are made only when an event leaves the
world.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from simulator.world.draws import Ints, Keys, Purpose, bits

AT, KIND, PERSON, IDENT, CHANNEL, CODE, DEVICE, NUMBER, FLAG, REVERSED = range(10)
WIDTH = 10
ABSENT = -1
_KIND_SHIFT = 40  # room for 10^12 events of one kind per person
_LATER_SHIFT = 32  # of these, 4 * 10^9 for each of the later milestones


class EventKind(IntEnum):
    """The kinds of event that the world makes. The numbers are part of event ids: never renumber one."""

    IDENTIFIED = 0
    LINKED = 1
    SESSION = 2
    SHARED = 3
    VISITED = 4
    CLAIMED = 5
    OPTED_IN = 6
    CHECKED = 7
    CONVERTED = 8
    LATER = 9
    REVERSED = 10
    REINSTATED = 11
    ADJUSTED = 12
    MERGED = 13
    CLOSED = 14
    REOPENED = 15
    CHOSEN = 16
    REDEEMED = 17
    VETOED = 18


OF_CONVERSIONS = (EventKind.REVERSED, EventKind.REINSTATED, EventKind.ADJUSTED)
OF_REWARDS = (EventKind.CHOSEN, EventKind.REDEEMED, EventKind.VETOED)


def ident(keys: Keys, kind: EventKind, number: Ints | int = 0) -> Ints:
    """Return the identity of a person's n-th event of a kind: 64 bits in a signed integer."""
    return bits(keys, Purpose.EVENT_ID, number + (int(kind) << _KIND_SHIFT)).view(np.int64)


def later_number(place: int, count: Ints) -> Ints:
    """Return the `number` for `ident`: the `count`-th event (from 1) of the later milestone at a place in the file."""
    return count + (place << _LATER_SHIFT)


def event_rows(
    kind: EventKind,
    at: Ints,
    person: Ints,
    identity: Ints,
    *,
    channel: Ints | int = ABSENT,
    code: Ints | int = ABSENT,
    device: NDArray[np.integer] | int = ABSENT,
    number: Ints | int = ABSENT,
    flag: Ints | int = ABSENT,
    reverses: Ints | int = 0,
) -> Ints:
    """Return rows of one kind of event, `WIDTH` columns each.

    `code` and `device` are the rows of the people whose code and device are used. `number` is, depending on the kind, a
    reach, an amount in minor units, the row of the person into whom somebody is merged, the place of an act in
    `RewardActs`, or the index of the later milestone that is reversed or reinstated. `flag` is a boolean, a way of
    identification, a reversal reason or the index of a later milestone. `reverses` is the identity of the conversion
    that is reversed, reinstated or adjusted.
    """
    rows = np.empty((len(at), WIDTH), dtype=np.int64)
    for column, values in enumerate(
        (at, int(kind), person, identity, channel, code, device, number, flag, reverses)
    ):
        rows[:, column] = values
    return rows
