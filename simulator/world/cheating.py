"""Decide who cheats, and how; all other modules of the world ask this one about fraud."""

from __future__ import annotations

import numpy as np

from simulator.world.draws import Bools, Floats, Ints, Keys, Purpose, bits, choose, uniform
from simulator.world.friends import Friends
from simulator.world.labels import Cheat, referrer_label
from simulator.world.leaks import Leaks
from simulator.world.planting import Planting, Shares
from simulator.world.population import Population
from simulator.world.rhythm import Rhythm
from simulator.world.rings import Rings
from simulator.world.spec import WorldSpec
from simulator.world.spec_cheats import (
    BuyThenCancel,
    Cheats,
    Disposable,
    LeakedCode,
    Ring,
    SelfReferral,
    SharedDevice,
)

_NO_SHARE = 0  # index of the channel draw where nothing is shared: that of joining

_Kind = SelfReferral | Ring | SharedDevice | LeakedCode | BuyThenCancel | Disposable


class Cheating:
    """The fraud in a world."""

    def __init__(self, spec: WorldSpec, population: Population, rhythm: Rhythm, roots: int) -> None:
        """Take the number of first customers in each market, whose rows come first, market by market."""
        self._spec: Cheats = spec.cheats
        self._population = population
        self._people = population.people
        self._rings = Rings(self._spec.ring, self._people, rhythm, roots)
        self._leaks = Leaks(self._spec.leaked_code, self._people, rhythm)
        self._planting = Planting(
            self._spec, self._people, rhythm, [channel.delay for channel in spec.channels]
        )
        alone = np.array([0.0 if one.reach == "community" else one.share for one in spec.channels])
        self._channel_shares: Floats = np.cumsum(alone / alone.sum())
        self._convert: Floats = np.ones(len(Cheat))
        for cheat in Cheat:
            if cheat is not Cheat.NONE and (one := self._of(cheat)):
                self._convert[cheat] = one.convert

    def choose(self, rows: Ints, keys: Keys) -> Keys:
        """Make some of the brand's first customers cheats; return the keys for when each of them joins."""
        people = self._people
        inside, join_keys = self._rings.members(keys)
        chance = uniform(keys, Purpose.CHEATER)
        label = np.zeros(len(rows), dtype=np.int64)
        reached = 0.0
        for cheat in Cheat:
            one = self._of(cheat)
            if one is None or cheat is Cheat.RING:
                continue
            tempted = (chance >= reached) & (chance < reached + one.cheaters)
            label[tempted] = referrer_label(cheat)
            reached += one.cheaters
        label[inside] = referrer_label(Cheat.RING)
        people.label[rows] = label
        if shared := self._spec.shared_device:
            of = rows[label == referrer_label(Cheat.SHARED_DEVICE)]
            of = of[uniform(people.key[of], Purpose.SAME_DEVICE) >= shared.own_device]
            kept = people.add(bits(people.key[of], Purpose.OTHER_SELF), people.market[of])
            self._population.compute_references(kept)
            people.device[of] = kept
        return join_keys

    def at_join(self, at: Ints, person: Ints) -> Ints:
        """Return the arrivals (see `arrivals`) caused by people joining: rings close, codes leak."""
        if not self._people.label[person].any():
            return self._leaks.at_join(at[:0], person[:0], person[:0])
        channel = choose(self._people.key[person], Purpose.CHANNEL, self._channel_shares, _NO_SHARE)
        return np.concatenate(
            (self._rings.at_join(at, person, channel), self._leaks.at_join(at, person, channel))
        )

    def at_shares(self, shares: Shares) -> Ints:
        """Return the arrivals caused by shares: the friends whom cheats plant."""
        return self._planting.at_shares(shares)

    def devices(self, group: Friends) -> Ints:
        """Return whose device each new friend uses: their own, or for some cheats their inviter's."""
        device = self._people.device[group.row].astype(np.int64)
        if not group.cheat.any():
            return device
        inviters = self._people.device[group.inviter]
        own = self._spec.self_referral
        same = uniform(group.key, Purpose.SAME_DEVICE) < (own.same_device if own else 0.0)
        same &= group.cheat == Cheat.SELF_REFERRAL
        return np.where(same | (group.cheat == Cheat.SHARED_DEVICE), inviters, device)

    def same_contact(self, group: Friends) -> Bools:
        """Return which friends give their inviter's contact as their own."""
        own = self._spec.self_referral
        chance = uniform(group.key, Purpose.SAME_CONTACT)
        same: Bools = (group.cheat == Cheat.SELF_REFERRAL) & (chance < (own.same_contact if own else 0.0))
        return same

    def convert_rates(self, group: Friends, honest: Floats) -> Floats:
        """Return each friend's rate of converting; `honest` for honest friends."""
        return np.where(group.cheat != Cheat.NONE, self._convert[group.cheat], honest)

    def _of(self, cheat: Cheat) -> _Kind | None:
        kind: _Kind | None = getattr(self._spec, cheat.name.lower()) if cheat is not Cheat.NONE else None
        return kind
