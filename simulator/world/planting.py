"""Simulate the friends whom cheating referrers make up when they share.

These are second selves, sham friends and disposable identities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.world.arrivals import NO_ARRIVALS, arrival_rows
from simulator.world.draws import Ints, Keys, Purpose, bits, expand, uniform
from simulator.world.labels import Cheat, referrer_label
from simulator.world.measures import Delay
from simulator.world.people import People
from simulator.world.rhythm import Rhythm
from simulator.world.spec_cheats import Cheats

_OWN_PLACE = 1 << 40  # the place, in a share, of the first planted friend: beyond any real reach


@dataclass(frozen=True)
class Shares:
    """Shares: time, sharer (row and key), the share's key, its number for the person, and its channel."""

    at: Ints
    person: Ints
    key: Keys
    share_key: Keys
    number: Ints
    channel: Ints


@dataclass(frozen=True)
class _Habit:
    cheat: Cheat
    per_share: float
    friends: int
    delay: Delay | None  # None: the channel's own delay


class Planting:
    """The friends whom cheaters plant when they share."""

    def __init__(self, spec: Cheats, people: People, rhythm: Rhythm, by_channel: list[Delay]) -> None:
        self._people = people
        self._rhythm = rhythm
        self._by_channel = by_channel
        self._habits = []
        if one := spec.self_referral:
            self._habits.append(_Habit(Cheat.SELF_REFERRAL, one.per_share, 1, None))
        if two := spec.buy_then_cancel:
            self._habits.append(_Habit(Cheat.BUY_THEN_CANCEL, two.per_share, 1, None))
        for cheat, many in (
            (Cheat.SHARED_DEVICE, spec.shared_device),
            (Cheat.DISPOSABLE, spec.disposable),
        ):
            if many:
                self._habits.append(_Habit(cheat, many.per_share, many.friends, many.delay))

    def at_shares(self, shares: Shares) -> Ints:
        """Return the arrivals (see `arrivals`) of the friends whom the sharers plant."""
        label = self._people.label[shares.person]
        if not label.any():
            return NO_ARRIVALS
        tempted = uniform(shares.key, Purpose.SELF_REFERRAL, shares.number)
        found = [NO_ARRIVALS]
        for habit in self._habits:
            of = np.flatnonzero((label == referrer_label(habit.cheat)) & (tempted < habit.per_share))
            which, place = expand(np.full(len(of), habit.friends))
            of = of[which]
            key = bits(shares.share_key[of], Purpose.FRIEND_KEY, place + _OWN_PLACE)
            channel = shares.channel[of]
            when = self._come(shares.at[of], key, channel, habit.delay)
            found.append(arrival_rows(when, key, shares.person[of], channel, cheat=habit.cheat))
        return np.concatenate(found)

    def _come(self, at: Ints, key: Keys, channel: Ints, delay: Delay | None) -> Ints:
        if delay is not None:
            return self._rhythm.after(at, key, Purpose.VISIT_DELAY, delay)
        when = at.copy()
        for number, one in enumerate(self._by_channel):
            of = channel == number
            when[of] = self._rhythm.after(at[of], key[of], Purpose.VISIT_DELAY, one)
        return when
