"""Count what people do again and again, instead of making events of it.

Of a person's sign-ins and shares only the first of each kind says something new; later ones are merely counted. They
are two thirds of telecom's events, so a run that keeps nothing but sums takes little more than half as long without
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.domain.vocabulary import EventType
from simulator.world.draws import Bools, Ints
from simulator.world.event_rows import AT, KIND, NUMBER, PERSON, EventKind
from simulator.world.people import People

_TYPES = {EventKind.SESSION: EventType.SESSION_AUTHENTICATED, EventKind.SHARED: EventType.REFERRAL_SHARED}


@dataclass(frozen=True)
class Repeats:
    """Events of one type by people who had caused one on an earlier day.

    A row each: when it occurred (milliseconds UTC; it is received at once), its market, and its reach, 0 if the type
    has none.
    """

    type: EventType
    at: Ints
    market: Ints
    reach: Ints


class RepeatCounter:
    """Separates repeats from the events of one day after the other."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._caused: dict[EventKind, Bools] = {kind: np.zeros(0, bool) for kind in _TYPES}  # by person
        self._repeats: list[Repeats] = []

    def without(self, rows: Ints) -> Ints:
        """Return a day's rows, in no particular order, without the repeats among them."""
        kinds = rows[:, KIND]
        kept = np.ones(len(rows), bool)
        for kind, name in _TYPES.items():
            at = np.flatnonzero(kinds == kind)
            person = rows[at, PERSON]
            again = self._mark(kind, person)
            if not again.any():
                continue
            repeats = rows[at[again]]
            reach = repeats[:, NUMBER] if kind == EventKind.SHARED else np.zeros(len(repeats), np.int64)
            market = self._people.market[person[again]].astype(np.int64)
            self._repeats.append(Repeats(name, repeats[:, AT], market, reach))
            kept[at[again]] = False
        return rows[kept]

    def take(self) -> Sequence[Repeats]:
        """Return the repeats since the last call."""
        found, self._repeats = self._repeats, []
        return found

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
