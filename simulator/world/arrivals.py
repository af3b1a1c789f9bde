"""Arrivals: people whom a share, a cheat or a leak moves to come, as rows of integers until their day."""

from __future__ import annotations

import numpy as np

from simulator.world.draws import Ints, Keys
from simulator.world.labels import Cheat

WHEN, KEY, INVITER, CHANNEL, HOW = range(5)
WIDTH = 5
_TILL = 1


def arrive(
    at: Ints,
    key: Keys,
    inviter: Ints,
    channel: Ints | int,
    *,
    till: Ints | int = 0,
    cheat: Cheat = Cheat.NONE,
) -> Ints:
    """Rows: when, key, inviter, channel, and how: by a click or with the code at the `till`, cheating or not."""
    rows = np.empty((len(at), WIDTH), dtype=np.int64)
    rows[:, WHEN], rows[:, KEY], rows[:, INVITER], rows[:, CHANNEL] = at, key.view(np.int64), inviter, channel
    rows[:, HOW] = till + 2 * int(cheat)
    return rows


def at_till(rows: Ints) -> Ints:
    """1 for those who take the code to the till without a click, 0 for who clicks."""
    return rows[:, HOW] & _TILL


def cheat_of(rows: Ints) -> Ints:
    """The kind of cheat of each, `Cheat.NONE` for the honest."""
    return rows[:, HOW] >> 1


NO_ARRIVALS: Ints = np.empty((0, WIDTH), dtype=np.int64)
