"""Stage 4d for lines that depend on others: judge those of some accounts, or all, in the order of their release.

What the caps leave for a line depends on the earlier lines of its account, and what the budget leaves on all earlier
lines. Most lines stay as they were, so only those that an event or an earlier line may have affected are judged again.

What a line gets changes what the next one gets, within one batch. So the walk keeps a working copy of the columns that
it needs (`_Pool`), and adds to the accounts' histories what it has given, which it removes again: copying
whole histories for each batch would be too slow. The state itself changes only in `State.apply`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Final

import numpy as np

from simulator.domain.spans import HOUR_MS
from simulator.engine.arrays import Array, Ints
from simulator.engine.caps import fits
from simulator.engine.history import History
from simulator.engine.judging import ALWAYS, NEVER, Changes, Shifts
from simulator.engine.ledger import Ledger
from simulator.engine.terms import CAPPED, COUNTED, ISSUED, UNFUNDED

_ABSENT: Final = -1
_STRIDE: Final = 256  # lines compared at once in the search for the next that changes


def by_hour(ledger: Ledger, changes: Changes, lines: Ints, room: int | None, shifts: Shifts) -> None:
    """Judge a batch's changes of these lines hour by hour.

    The lines are all that are pending, of the accounts in question, at some time of the batch. `room` (minor units) is
    what the budget leaves before the batch, None if that is enough for all.
    """
    pool = _Pool(ledger, ledger.in_order(lines), room)
    made, voided = changes.made_hour(pool.lines), changes.voided_hour(pool.lines)
    pool.states[made > ALWAYS], pool.there[made > ALWAYS] = _ABSENT, False
    come, gone = np.flatnonzero(made > ALWAYS), np.flatnonzero(voided < NEVER)
    places, hours = np.r_[come, gone], np.r_[made[come], voided[gone]]
    order = np.argsort(hours, kind="stable")
    places, hours = places[order], hours[order]
    moments, starts = np.unique(hours, return_index=True)
    for hour, changed in zip(moments.tolist(), np.split(places, starts[1:]), strict=True):
        pool.change(changed, hour)
    pool.note(shifts)


def under_budget(ledger: Ledger, lines: Ints, room: int, hour: int, shifts: Shifts) -> None:
    """Judge all of a market's pending lines again, with another budget that leaves `room` (minor units)."""
    pool = _Pool(ledger, ledger.in_order(lines), room)
    pool.walk({}, hour, everywhere=True)
    pool.note(shifts)


def of_accounts(
    ledger: Ledger, accounts: Ints, lines: Ints, room: int | None, hour: int, shifts: Shifts
) -> None:
    """Judge the pending lines of some accounts again, among all of these lines that are pending.

    `room` (minor units) is what the budget leaves, None if that is enough for all.
    """
    pool = _Pool(ledger, ledger.in_order(lines), room)
    agenda: dict[int, int | None] = {}
    for owner in np.flatnonzero(np.isin(pool.accounts, accounts)).tolist():
        agenda |= pool.on_turn(owner)
    pool.walk(agenda, hour)
    pool.note(shifts)


@dataclass
class _Moves:
    """Changes of what is expected, in order: the line's place, the states before and after, and the hour."""

    places: list[int] = field(default_factory=list)
    before: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)
    hours: list[int] = field(default_factory=list)

    def add(self, place: int, before: int, after: int, hour: int) -> None:
        """Add one."""
        self.places.append(place)
        self.before.append(before)
        self.after.append(after)
        self.hours.append(hour)


@dataclass
class _Account:
    """What an account was issued, and what of it the walk has seen: that of so many of its lines."""

    history: History
    issued: int
    seen: int = 0


class _Pool:
    """Lines that are pending at some time of a batch, in the order of release, in columns.

    `states` are those expected of the lines, _ABSENT if one is not pending yet or no longer; `there` says which are.
    """

    def __init__(self, ledger: Ledger, lines: Ints, room: int | None) -> None:
        self.ledger, self.lines, self.room = ledger, lines, room
        held, limits = ledger.lines, ledger.limits
        self.states: Array = held["expected"][lines].astype(np.int64)
        self.there = np.ones(len(lines), np.bool_)
        self.value, self.due, self.terms = (held[name][lines] for name in ("value", "due", "terms"))
        self.numbered = limits.numbered[self.terms]
        self.accounts, self.owner = np.unique(ledger.account_of(lines), return_inverse=True)
        order = np.argsort(self.owner, kind="stable")
        lengths = np.bincount(self.owner, minlength=len(self.accounts))
        self.of_owner = np.split(order, np.cumsum(lengths)[:-1])
        count = ledger.accounts["issued"][self.accounts] + lengths
        money = ledger.accounts["issued_value"][self.accounts].copy()
        np.add.at(money, self.owner, self.value)
        over = (count[self.owner] > limits.count[self.terms]) | (money[self.owner] > limits.value[self.terms])
        self.near_cap = over  # the account's caps may matter
        self.opened: dict[int, _Account] = {}
        self.moves = _Moves()

    def change(self, changed: Ints, hour: int) -> None:
        """Add the absent ones of these lines, and remove the others, at the end of an hour."""
        agenda = {
            place: None if state == _ABSENT else _ABSENT
            for place, state in zip(changed.tolist(), self.states[changed].tolist(), strict=True)
        }
        self.there[changed] = ~self.there[changed]
        numbered = changed[self.numbered[changed]]
        if len(numbered):
            self._renumber(agenda, numbered)
        self.walk(agenda, hour)

    def _renumber(self, agenda: dict[int, int | None], changed: Ints) -> None:
        """Put on the agenda which lines of the changed ones' accounts stand on their turn now, or no more."""
        for owner in set(self.owner[changed].tolist()):
            places = self.of_owner[owner]
            places = places[self.there[places]]
            first = int(self.ledger.accounts["releases"][self.accounts[owner]]) + 1
            turn = self.ledger.limits.on_turn(self.terms[places], np.arange(first, first + len(places)))
            states = self.states[places]
            flipped = np.where(states == _ABSENT, ~turn, turn == (states == COUNTED))
            for place, chosen in zip(places[flipped].tolist(), turn[flipped].tolist(), strict=True):
                agenda[place] = None if chosen else COUNTED

    def on_turn(self, owner: int) -> dict[int, int | None]:
        """Return what becomes of an account's lines by their numbers: None if caps and budget decide."""
        places = self.of_owner[owner]
        first = int(self.ledger.accounts["releases"][self.accounts[owner]]) + 1
        turn = self.ledger.limits.on_turn(self.terms[places], np.arange(first, first + len(places)))
        pairs = zip(places.tolist(), turn.tolist(), strict=True)
        return {place: None if chosen else COUNTED for place, chosen in pairs}

    def walk(self, agenda: dict[int, int | None], hour: int, *, everywhere: bool = False) -> None:
        """Give the lines on the agenda their states, and judge again all lines that this affects.

        The agenda says by place what becomes of a line, None if caps and budget decide. `everywhere`: the budget
        itself is another than the one that the states were found by.
        """
        left = self._left()
        queue = list(agenda)
        heapify(queue)
        more, last = 0, -1  # `more` is what is left beyond that, from here on
        while True:
            end = queue[0] if queue else len(self.lines)
            place = end
            if left is not None and (more or everywhere):
                place = self._next_moved(left, more, last + 1, end)
            if place == len(self.lines):
                break
            if place == end:
                while queue and queue[0] == place:
                    heappop(queue)
            last, before = place, int(self.states[place])
            after = agenda.get(place)
            if after is None:
                after = self._judged(place, None if left is None else int(left[place]) + more)
            if after == before:
                continue
            self.states[place] = after
            if after != _ABSENT:
                self.moves.add(place, ISSUED if before == _ABSENT else before, after, hour)
            if ISSUED in (before, after):
                more += int(self.value[place]) * (1 if before == ISSUED else -1)
                for later in self._after(place) if self.near_cap[place] else ():
                    heappush(queue, later)
        for account in self.opened.values():
            account.history.cut(account.issued)
        self.opened.clear()

    def _left(self) -> Ints | None:
        """Return what the budget leaves before each line (minor units), as the lines stand; None for enough."""
        if self.room is None:
            return None
        spent = np.where(self.states == ISSUED, self.value, 0)
        left: Ints = self.room - np.cumsum(spent) + spent
        return left

    def _next_moved(self, left: Ints, more: int, first: int, end: int) -> int:
        """Find the first line from `first` on that the budget treats differently from before, or `end`."""
        stride = _STRIDE
        while first < end:
            part = slice(first, min(first + stride, end))
            states, fits = self.states[part], self.value[part] <= left[part] + more
            moved = np.where(fits, states == UNFUNDED, states == ISSUED)
            place = int(moved.argmax())
            if moved[place]:
                return first + place
            first, stride = first + stride, stride * 2
        return end

    def _after(self, place: int) -> list[int]:
        """List the lines after this one that its account's caps may decide on."""
        places = self.of_owner[self.owner[place]]
        places = places[np.searchsorted(places, place) + 1 :]
        states = self.states[places]
        chosen: list[int] = places[(states != COUNTED) & (states != _ABSENT)].tolist()
        return chosen

    def _judged(self, place: int, left: int | None) -> int:
        """Judge a line on its turn by its caps and by what is `left` of the budget (None: enough)."""
        if self.near_cap[place] and not self._within_caps(place):
            return CAPPED
        return ISSUED if left is None or self.value[place] <= left else UNFUNDED

    def _within_caps(self, place: int) -> bool:
        """Return whether a line's caps leave it room after all that was issued and the lines before it."""
        owner = int(self.owner[place])
        account = self.opened.get(owner)
        if account is None:
            history = self.ledger.history(int(self.accounts[owner]))
            account = self.opened[owner] = _Account(history, len(history.times))
        places = self.of_owner[owner]
        end = int(np.searchsorted(places, place))
        passed, account.seen = places[account.seen : end], end
        for one in passed[self.states[passed] == ISSUED].tolist():
            account.history.add(int(self.due[one]), int(self.value[one]))
        at, value = int(self.due[place]), int(self.value[place])
        terms = self.ledger.terms[self.terms[place]]
        return all(fits(cap, terms.timezone, account.history, at, value) for cap in terms.reward.caps)

    def note(self, shifts: Shifts) -> None:
        """Note all changes."""
        moves = self.moves
        if moves.places:
            at = np.array(moves.hours, np.int64) * HOUR_MS
            shifts.enter(
                self.lines[np.array(moves.places)], np.array(moves.before), np.array(moves.after), at
            )
