"""Count events that change nothing but sums, instead of making them.

Nobody asks whether a referrer has signed in, only whether a friend has, so that the first time is enough. No rule asks
about shares. And a friend who looks at a page, and neither claims nor buys anything, matters to nobody else. In telecom
that is nearly four of five events. All of them come from the platform itself, so that they are received as they occur.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.domain.vocabulary import EventType, Stage
from simulator.world.draws import Bools, Ints
from simulator.world.event_rows import AT, PERSON
from simulator.world.people import NOBODY, People

_SIGN_IN = f"event.{EventType.SESSION_AUTHENTICATED}"
_SHARE = f"event.{EventType.REFERRAL_SHARED}"
_VISIT = f"event.{EventType.FRIEND_VISITED}"
_VISITED = f"stage.{Stage.VISITED}"


@dataclass(frozen=True)
class Counted:
    """Increments by one of a metric, named as the engine's sums are; `events` says whether each is of an event.

    A row each: when (milliseconds UTC), in which market, and the value, the reach of shares and otherwise 0.
    """

    metric: str
    events: bool
    at: Ints
    market: Ints
    value: Ints


class EventCounter:
    """Separates what is only counted from the events that are made."""

    def __init__(self, people: People, end_ms: int) -> None:
        """Take the people of a world, and when it ends (milliseconds UTC)."""
        self._people = people
        self._end = end_ms
        self._signed_in: Bools = np.zeros(0, bool)  # by person
        self._counted: list[Counted] = []

    def sign_ins(self, person: Ints, at: Ints) -> Bools:
        """Count a day's sign-ins, and return which are to be made: those of friends who never signed in before."""
        people = self._people
        if len(self._signed_in) < people.count:
            wider = np.zeros(2 * people.count, bool)
            wider[: len(self._signed_in)] = self._signed_in
            self._signed_in = wider
        # one of the first customers is a friend only as a member of a ring, which has a label
        is_friend = (people.inviter[person] != NOBODY) | (people.label[person] != 0)
        made: Bools = is_friend & ~self._signed_in[person]
        self._signed_in[person] = True
        self._count(_SIGN_IN, person[~made], at[~made])
        return made

    def shares(self, person: Ints, at: Ints, reach: Ints) -> None:
        """Count shares."""
        self._count(_SHARE, person, at, reach)

    def without_lookers(self, visits: Sequence[Ints], lookers: Ints) -> list[Ints]:
        """Return visits without those of people (rows) who do nothing else; the first visits come first."""
        kept = []
        for place, rows in enumerate(visits):
            counted = np.isin(rows[:, PERSON], lookers)
            person, at = rows[counted, PERSON], rows[counted, AT]
            self._count(_VISIT, person, at)
            if place == 0:
                self._count(_VISITED, person, at, events=False)
            kept.append(rows[~counted])
        return kept

    def take(self) -> Sequence[Counted]:
        """Return what was counted since the last call, some of it ahead of its time."""
        found, self._counted = self._counted, []
        return found

    def _count(
        self, metric: str, person: Ints, at: Ints, value: Ints | int = 0, *, events: bool = True
    ) -> None:
        there = at < self._end
        if there.any():
            market = self._people.market[person[there]].astype(np.int64)
            values = np.broadcast_to(np.asarray(value), len(at))[there]
            self._counted.append(Counted(metric, events, at[there], market, values))
