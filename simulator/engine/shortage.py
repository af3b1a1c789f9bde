"""What pending lines become while the budget may be short, found again only for the accounts that changed.

Each line asks the budget for an amount, or for none where its number, a cap or its condition refuses it before. What
all of them ask for, in order of release, says which the budget has room for. That in turn decides what later lines of
the same accounts ask for, as caps don't count what had no room. Both are found in turns until they agree, which they
do for one outcome only: that of releasing the lines one by one.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from simulator.engine.arrays import Ints
from simulator.engine.booked_lines import BookedLine
from simulator.engine.flow import Flow
from simulator.engine.terms import PENDING


@dataclass
class Shortage:
    """The pending lines of a flow in order of release, each with what it asks for and what it then finds left.

    The budget is one sum for all of them; nothing is trimmed to it and nothing waits for it.
    """

    flow: Flow
    _lines: list[BookedLine] = field(default_factory=list)  # in order, with some that are pending no more
    _entered: dict[int, BookedLine] = field(default_factory=dict)  # those to be put in order
    _rest: int = 0  # what was left after all of them

    @classmethod
    def begin(cls, flow: Flow) -> Shortage:
        """Return one of all pending lines; all of their accounts are to be judged."""
        return cls(flow, _entered=dict(flow.lines))

    def enter(self, line: BookedLine) -> None:
        """Take up a line that is pending from now on, or due at another time."""
        self._entered[line.id] = line
        line.left = self._rest

    def judge(self, left: int, accounts: Iterable[int]) -> list[tuple[BookedLine, int]]:
        """Return the lines of changed accounts, and of those changed by that, in order, with what they become.

        `left` is what the budget has left now (minor units).
        """
        lines = self._in_order()
        found: dict[int, tuple[BookedLine, int]] = {}
        asking = set(accounts)
        while asking:
            for account in asking:
                theirs = sorted(self.flow.of_account.get(account, {}).values(), key=lambda line: line.order)
                states = self.flow.asked(theirs)
                found |= {line.id: (line, state) for line, state in zip(theirs, states, strict=True)}
            asks = np.fromiter((line.asks for line in lines), np.int64, len(lines))
            funded = np.fromiter((line.funded for line in lines), np.bool_, len(lines))
            room = rooms(asks, left)
            apart = np.flatnonzero((asks > 0) & (funded != (asks <= room))).tolist()
            asking = {lines[place].account for place in apart}
            if asking:
                for line, rest in zip(lines, room.tolist(), strict=True):
                    if line.account in asking:
                        line.left = rest
            elif lines:
                last = lines[-1]
                self._rest = int(room[-1]) - (last.asks if last.funded else 0)
        return sorted(found.values(), key=lambda one: one[0].order)

    def _in_order(self) -> list[BookedLine]:
        """Return the pending lines in order."""
        entered = self._entered
        lines = [line for line in self._lines if line.state == PENDING and line.id not in entered]
        new = [line for line in entered.values() if line.state == PENDING]
        if len(new) > len(lines):
            lines = sorted(lines + new, key=lambda line: line.order)
        else:
            for line in new:
                insort(lines, line, key=lambda line: line.order)
        self._lines, self._entered = lines, {}
        return lines


def rooms(asks: Ints, left: int) -> Ints:
    """Return how much each of some amounts finds left, if each that fits is taken in turn (minor units).

    What does not fit is passed over. Each round ends at one that does not fit, and passes over all as large from
    then on; so there are no more rounds than different amounts.
    """
    found = np.empty(len(asks), np.int64)
    begin = 0
    while begin < len(asks):
        rest = asks[begin:]
        fitting = np.where(rest <= left, rest, 0)
        before = np.cumsum(fitting) - fitting
        over = before + fitting > left
        end = int(over.argmax()) + 1 if over.any() else len(rest)
        if left <= 0:
            before, end = np.zeros_like(rest), len(rest)
        found[begin : begin + end] = left - before[:end]
        left -= int(before[end - 1])
        begin += end
    return found
