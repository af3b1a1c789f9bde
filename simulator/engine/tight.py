"""Stage 3b where the budget may run out: all pending lines together, in the order of their release.

What the budget leaves to a line depends on every line before it. Lines before the first one that something changed
for stay as they were; the others are walked again.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from simulator.domain.spans import HOUR_MS
from simulator.engine.arrays import Array, Bools, Ints
from simulator.engine.caps import fits
from simulator.engine.judging import Changes, Shifts, judge
from simulator.engine.ledger import CAPPED, COUNTED, ISSUED, UNFUNDED, Ledger


def by_hour(ledger: Ledger, changes: Changes, room: int, shifts: Shifts) -> None:
    """Judge a batch's changes hour by hour; `room` (minor units) is what the budget leaves before the batch."""
    lines = np.concatenate([ledger.pending_lines(), changes.made, np.setdiff1d(changes.voided, changes.made)])
    pool = _Pool(ledger, ledger.in_order(lines), room)
    made, voided = changes.made_hour(pool.lines), changes.voided_hour(pool.lines)
    for hour in np.unique(np.r_[changes.made_hours, changes.voided_hours]).tolist():
        before = (made < hour) & (hour <= voided)
        there = (made <= hour) & (hour < voided)
        states = pool.judged(before, there)
        shifts.expect(pool.lines[there], states[there], hour * HOUR_MS)
        pool.expected = states


def under_budget(ledger: Ledger, room: int, hour: int, shifts: Shifts) -> None:
    """Judge all pending lines anew, with another budget that leaves `room` (minor units)."""
    pool = _Pool(ledger, ledger.in_order(ledger.pending_lines()), room)
    shifts.expect(
        pool.lines, pool.walked(np.ones(len(pool.lines), np.bool_), pool.expected, 0), hour * HOUR_MS
    )


class _Pool:
    """Lines that are pending at some time of a batch, in the order of release, in columns."""

    def __init__(self, ledger: Ledger, lines: Ints, room: int) -> None:
        self.ledger, self.lines, self.room = ledger, lines, room
        held = ledger.lines
        self.expected: Array = held["expected"][lines].astype(np.int64)
        self.value = held["value"][lines]
        self.account = held["account"][lines]
        self.terms = held["terms"][lines]
        self.limited = ledger.limits.limited[self.terms]
        self.capped = ledger.limits.capped[self.terms]

    @cached_property
    def _grouped(self) -> tuple[Ints, Ints]:
        """The lines' places by account, and the account of each."""
        order = np.argsort(self.account, kind="stable")
        return order, self.account[order]

    def _of(self, account: int, there: Bools) -> Ints:
        """Return the places of an account's lines that are there, in order."""
        order, owner = self._grouped
        first, last = np.searchsorted(owner, [account, account + 1])
        places = order[first:last]
        return np.asarray(places[there[places]], np.int64)

    def judged(self, before: Bools, there: Bools) -> Array:
        """Return the states of the lines that are `there`; those that were there `before` stood at `expected`."""
        states = self.expected.copy()
        moved = (there & ~before) | (before & ~there & (self.expected == ISSUED))
        groups = [
            (account, self._of(account, there))
            for account in np.unique(self.account[(before != there) & self.limited]).tolist()
        ]
        for account, places in groups:
            numbers = int(self.ledger.accounts["releases"][account]) + np.arange(1, len(places) + 1)
            turn = self.ledger.limits.on_turn(self.terms[places], numbers)
            flipped = turn == (states[places] == COUNTED)
            moved[places[flipped]] = True
            states[places[flipped & turn]], states[places[~turn]] = ISSUED, COUNTED
        if not (before & (self.expected == UNFUNDED)).any():
            alone = states.copy()
            for account, places in groups:
                alone[places] = judge(self.ledger, account, self.lines[places], stranded=False)
            if int(self.value[there & (alone == ISSUED)].sum()) <= self.room:
                return alone
        return self.walked(there, states, int(np.argmax(moved))) if moved.any() else states

    def walked(self, there: Bools, states: Array, start: int) -> Array:
        """Walk the lines from the place `start` on: those not merely counted are held against caps and budget."""
        states = states.copy()
        sure = there & (states == ISSUED)
        sure[start:] = False
        left = self.room - int(self.value[sure].sum())
        tail = np.flatnonzero(there[start:] & (states[start:] != COUNTED)) + start
        histories = {
            int(one): self.ledger.history(int(one))
            for one in np.unique(self.account[tail[self.capped[tail]]])
        }
        known = {one: len(history.times) for one, history in histories.items()}
        due = self.ledger.lines["due"][self.lines]
        for one, history in histories.items():
            for place in self._of(one, sure).tolist():
                history.add(int(due[place]), int(self.value[place]))
        hopeless = (self.value[tail] > left) & ~self.capped[tail]
        states[tail[hopeless]] = UNFUNDED
        for place in tail[~hopeless].tolist():
            value, at = int(self.value[place]), int(due[place])
            theirs = histories.get(int(self.account[place]))
            caps = self.ledger.terms[self.terms[place]].reward.caps
            if theirs is not None and not all(fits(cap, theirs, at, value) for cap in caps):
                states[place] = CAPPED
            elif value > left:
                states[place] = UNFUNDED
            else:
                states[place] = ISSUED
                left -= value
                if theirs is not None:
                    theirs.add(at, value)
        for one, history in histories.items():
            history.cut(known[one])
        return states
