"""Represent arrivals, the people brought by a share, a cheat or a leak, as rows of integers until their day."""

from __future__ import annotations

import numpy as np

from simulator.world.draws import Ints, Keys
from simulator.world.labels import Cheat

WHEN, KEY, INVITER, CHANNEL, HOW = range(5)
WIDTH = 5
_TILL = 1


def arrival_rows(
    at: Ints,
    key: Keys,
    inviter: Ints,
    channel: Ints | int,
    *,
    till: Ints | int = 0,
    cheat: Cheat = Cheat.NONE,
) -> Ints:
    """Return arrival rows: when, key, inviter, channel, and how.

    `till` is 1 for those who use the code at the till without a click, 0 for those who click.
    """
    rows = np.empty((len(at), WIDTH), dtype=np.int64)
    rows[:, WHEN], rows[:, KEY], rows[:, INVITER], rows[:, CHANNEL] = at, key.view(np.int64), inviter, channel
    rows[:, HOW] = till + 2 * int(cheat)
    return rows


def at_till(rows: Ints) -> Ints:
    """Return 1 for those who use the code at the till without a click, 0 for those who click."""
    return rows[:, HOW] & _TILL


def cheat_of(rows: Ints) -> Ints:
    """Return the kind of cheat of each arrival, `Cheat.NONE` for honest ones."""
    return rows[:, HOW] >> 1


NO_ARRIVALS: Ints = np.empty((0, WIDTH), dtype=np.int64)
