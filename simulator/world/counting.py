"""Count events that change nothing but sums, instead of making them.

Of a person's sign-ins and shares only the first of each kind says something new. A friend who looks at a page, and
neither claims nor buys anything, matters to nobody else. In telecom that is three quarters of all events. All of them
come from the platform itself, so that they are received as they occur.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.domain.vocabulary import EventType, Stage
from simulator.world.draws import Bools, Ints
from simulator.world.event_rows import AT, KIND, NUMBER, PERSON, EventKind
from simulator.world.people import People

_REPEATED = {EventKind.SESSION: EventType.SESSION_AUTHENTICATED, EventKind.SHARED: EventType.REFERRAL_SHARED}
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
        self._caused: dict[EventKind, Bools] = {kind: np.zeros(0, bool) for kind in _REPEATED}  # by person
        self._counted: list[Counted] = []

    def without_repeats(self, rows: Ints) -> Ints:
        """Return the events of a day, one day after the other, without those that their people caused before."""
        kinds = rows[:, KIND]
        kept = np.ones(len(rows), bool)
        for kind, name in _REPEATED.items():
            at = np.flatnonzero(kinds == kind)
            again = at[self._mark(kind, rows[at, PERSON])]
            self._count(f"event.{name}", rows[again], rows[again, NUMBER] if kind == EventKind.SHARED else 0)
            kept[again] = False
        return rows[kept]

    def without_lookers(self, visits: Sequence[Ints], lookers: Ints) -> list[Ints]:
        """Return visits without those of people (rows) who do nothing else; the first visits come first."""
        kept = []
        for place, rows in enumerate(visits):
            counted = np.isin(rows[:, PERSON], lookers)
            self._count(f"event.{EventType.FRIEND_VISITED}", rows[counted])
            if place == 0:
                self._count(_VISITED, rows[counted], events=False)
            kept.append(rows[~counted])
        return kept

    def take(self) -> Sequence[Counted]:
        """Return what was counted since the last call, some of it ahead of its time."""
        found, self._counted = self._counted, []
        return found

    def _count(self, metric: str, rows: Ints, value: Ints | int = 0, *, events: bool = True) -> None:
        there = rows[:, AT] < self._end
        if there.any():
            rows, values = rows[there], np.broadcast_to(np.asarray(value), len(rows))[there]
            market = self._people.market[rows[:, PERSON]].astype(np.int64)
            self._counted.append(Counted(metric, events, rows[:, AT], market, values))

    def _mark(self, kind: EventKind, person: Ints) -> Bools:
        """Return which rows are of people who had caused an event of a kind before this day; now they all have."""
        caused = self._caused[kind]
        if len(caused) < self._people.count:
            wider = np.zeros(2 * self._people.count, bool)
            wider[: len(caused)] = caused
            self._caused[kind] = caused = wider
        again = caused[person]
        caused[person] = True
        return again
