"""Find which events take a milestone that is given once, by what stands and what is paid.

Nearly all friends never have a conversion reversed: the n-th event of a type takes a milestone with occurrence n, and
the first decision that qualifies holds one with `any`. Only for the others, and for milestones whose
occurrence changed, are the friend's conversions searched. What is paid is read from the ledger as it
stands before the batch: `cuts` cuts batches so that this is as of the event too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

import numpy as np

from simulator.engine.arrays import NONE, Bools, Ints, Keys
from simulator.engine.batch import Batch
from simulator.engine.keys import pair
from simulator.engine.results import NewConversions, StandingChanges
from simulator.engine.standing import Counts, StandsAt
from simulator.engine.state import MANY_MILESTONES, State
from simulator.engine.terms import PAID_STATES
from simulator.program.model import Milestone


class Occurrences:
    """What takes and holds the milestones of a batch. `taken` are the conversions that took a group's, where found.

    A group is a friend and a milestone; conversions are rows in `Ledger.conversions`.
    """

    def __init__(
        self, batch: Batch, state: State, new: NewConversions, standing: StandingChanges, counts: Counts
    ) -> None:
        self._batch, self._state, self._new, self._counts = batch, state, new, counts
        self._first = len(state.ledger.conversions) - len(new.rows)
        self._stands = StandsAt(state.ledger, standing).at
        self._met: Ints = np.array([one.row for one in standing.met if one.why is None], np.int64)
        self.taken: dict[int, list[int]] = {}

    def fell_at_once(self, rows: Ints) -> Bools:
        """Return which conversions, by their rows in the batch, a waiting reversal took away on arrival."""
        return np.isin(rows, self._met) if len(self._met) else np.zeros(len(rows), bool)

    def stands(self, seq: int, row: int) -> bool:
        """Return whether the conversion of this seq stands before the event at a row of the batch."""
        return self._stands(int(self._state.ledger.conversions_at(np.array([seq]))[0]), 2 * row)

    def takes(self, milestones: tuple[Milestone, ...], places: Ints, rows: Ints, friends: Ints) -> Bools:
        """Return which events take the milestones with these places in the file; true for `any` and `each`.

        `rows` are those of the batch, in order.
        """
        wanted = np.array(
            [m.occurrence if isinstance(m.occurrence, int) else 0 for m in milestones], np.int64
        )
        nth = wanted[places]
        index = np.searchsorted(self._new.rows, rows)
        takes: Bools = (nth == 0) | (self._new.number[index] == nth)
        mixed = np.array([m.name in self._state.mixed_milestones for m in milestones], bool)
        slow = (nth > 0) & ((self._state.people["fallen"][friends] > 0) | mixed[places])
        if self._state.members:  # merged people have different numbers
            merged = np.array([friend in self._state.members for friend in friends.tolist()], bool)
            slow |= (nth > 0) & merged
        for at in np.flatnonzero(slow).tolist():
            conversion, row, place = self._first + int(index[at]), int(rows[at]), int(places[at])
            takes[at] = self._takes(milestones[place], conversion, row, int(friends[at]), int(nth[at]))
        return takes

    def _takes(self, milestone: Milestone, conversion: int, row: int, friend: int, n: int) -> bool:
        held, position = self._state.ledger.conversions, 2 * row
        which = int(held["which"][conversion])
        group = int(pair(np.array([friend]), np.array([self._state.milestone_id(milestone.name)]))[0])
        taken = self._taken(group, friend, milestone.name)
        if int(self._counts.at(np.array([friend]), np.array([row]), which)[0]) < n:
            return False
        earlier = self._of_type(friend, which, conversion)
        if any(self._stands(one, position) for one in taken) or self._paid(friend, milestone.name):
            return False
        before = [one for one in earlier if self._judged(one, milestone.name) is None]
        if sum(self._stands(one, position) for one in before) >= n:
            return False
        self.taken[group] = [*taken, conversion]
        return True

    def _taken(self, group: int, friend: int, name: str) -> list[int]:
        """Return the conversions that took a group's milestone before."""
        if group not in self.taken:
            self.taken[group] = find_taken(self._state, group, friend, name, self._first)
        return self.taken[group]

    def _judged(self, conversion: int, name: str) -> int | str | None:
        return judged_by(self._state, conversion, name)

    def _of_type(self, friend: int, which: int | None, before: int) -> list[int]:
        """Return a friend's conversions of one type, or of all, before one, in log order."""
        found = conversions_of(self._state, friend)
        types = self._state.ledger.conversions["which"]
        return [one for one in found if one < before and (which is None or types[one] == which)]

    def _paid(self, friend: int, name: str) -> bool:
        """Return whether a decision of a milestone for a friend is paid."""
        return any(self._is_paid(one, name) for one in self._qualified(friend, name))

    def _qualified(self, friend: int, name: str) -> list[int]:
        """Return a friend's conversions before the batch whose decision on a milestone qualified."""
        number, state = self._state.milestone_id(name), self._state
        held = state.ledger.conversions["qualified"]
        return [
            one
            for one in self._of_type(friend, None, self._first)
            if (
                held[one] >> number & 1 if number < MANY_MILESTONES else (one, number) in state.qualified_late
            )
        ]

    def _is_paid(self, conversion: int, name: str) -> bool:
        ledger = self._state.ledger
        lines, _ = ledger.lines_of(np.array([conversion]))
        paid = lines[np.isin(ledger.lines["state"][lines], PAID_STATES)]
        return any(ledger.terms[terms].reward.on == name for terms in ledger.lines["terms"][paid].tolist())

    def holds(self, groups: Keys, friends: Ints, names: list[str], rows: Ints) -> Bools:
        """Return where a decision before the batch holds a milestone: it qualified, and stands or is paid.

        By the group, the friend, the milestone's name, and the row of the event that asks.
        """
        held: Bools = self._state.qualified.find(groups) >= 0
        fallen = self._state.people["fallen"][friends] > 0
        for at in np.flatnonzero(held & fallen).tolist():
            name, position = names[at], 2 * int(rows[at])
            held[at] = any(
                self._stands(one, position) or self._is_paid(one, name)
                for one in self._qualified(int(friends[at]), name)
            )
        return held


def find_taken(state: State, group: int, friend: int, name: str, before: int) -> list[int]:
    """Return the conversions before one that took a milestone for a friend, by the group of the two."""
    known = state.taken.get(group)
    if known is not None:
        return known
    if friend in state.members:  # everything is kept since a merge
        return []
    counts: Counter[int] = Counter()
    found = []
    for one in conversions_of(state, friend):
        which = int(state.ledger.conversions["which"][one])
        counts[which] += 1
        if one < before and judged_by(state, one, name) == counts[which]:
            found.append(one)
    return found


def judged_by(state: State, conversion: int, name: str) -> int | str | None:
    """Return the occurrence by which a conversion was judged for a milestone; or None if it was not."""
    held, versions = state.ledger.conversions, state.milestone_versions
    seq = int(held["seq"][conversion])
    judged = versions[bisect_left([first for first, _ in versions], seq) - 1][1].get(name)
    return judged[1] if judged is not None and judged[0] == held["which"][conversion] else None


def conversions_of(state: State, friend: int) -> list[int]:
    """Return a friend's conversions, in log order, as rows in `Ledger.conversions`."""
    before, found = state.ledger.conversions["before"], []
    one = int(state.people["conversion"][friend])
    while one != NONE:
        found.append(one)
        one = int(before[one])
    return found[::-1]
