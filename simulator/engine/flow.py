"""Reward lines one by one, moment by moment: what time makes of those that are kept in the book (`book.py`).

A flow holds lines and accounts, and takes their timed steps in order; it can also look ahead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush

import numpy as np

from simulator.engine.budgeting import Room
from simulator.engine.caps import fits, room_left
from simulator.engine.money import converted, worth
from simulator.engine.scopes import Issued, Scopes, Whose
from simulator.engine.terms import CAPPED, COUNTED, ISSUED, UNFUNDED, Terms
from simulator.program.model import Reward

Order = tuple[int, int, int]
"""First come, first served: by due, the conversion's seq and the reward's place in its file."""


@dataclass(slots=True, eq=False, kw_only=True)
class BookedLine:
    """A reward line. `expected` is what it is booked to become, `fell` whether a reversal voided or revoked it.

    `friend` is the person whom its friend is by now, `link` that of its attribution.

    `earned` is its worth, `granted` what it was issued for, `value` what is left of that, all in minor units.
    """

    id: int
    account: int
    terms: Terms
    conversion: int
    friend: int
    link: int
    seq: int
    due: int
    value: int
    earned: int
    granted: int
    state: int
    state_at: int
    expected: int
    issued_at: int | None
    fell: bool

    @property
    def order(self) -> Order:
        """Its place in the order of release."""
        return self.due, self.seq, self.terms.place

    @property
    def whose(self) -> Whose:
        """What decides for which caps it counts."""
        return Whose(self.terms.reward.name, self.account, self.friend, self.link)

    def share_of(self, amount: int, currency: str | None) -> int:
        """Return what the line is worth for an amount (minor units of a currency); 0 for nothing."""
        program = self.terms.program
        return int(worth(self.terms.reward, np.array([converted(program, currency, amount)]))[0])

    @property
    def clawback_until(self) -> int | None:
        """The last moment (milliseconds) at which it can be taken back; None where it can't."""
        clawback = self.terms.reward.clawback_ms
        return None if self.issued_at is None or clawback is None else self.issued_at + clawback


@dataclass(slots=True, eq=False, kw_only=True)
class BookedAccount:
    """What was released to an account and counts now: how many lines, how many passed their number, what was issued."""

    releases: int
    taken: int
    issued: Issued

    def with_(self, other: BookedAccount) -> BookedAccount:
        """Return what two come to together."""
        return BookedAccount(
            releases=self.releases + other.releases,
            taken=self.taken + other.taken,
            issued=self.issued.with_(other.issued),
        )


Told = Callable[[BookedLine, int, int], None]
"""Is told of each line released, with its number and the moment."""


@dataclass(eq=False)
class Flow:
    """Lines on their way. `room` is the budget's, None where nothing limits it; `scopes` are for its caps."""

    account_of: Callable[[int], BookedAccount]
    room: Room | None
    scopes: Scopes
    tell: Told | None = None
    lines: dict[int, BookedLine] = field(default_factory=dict)  # those pending
    of_account: dict[int, dict[int, BookedLine]] = field(default_factory=dict)  # the same, by account
    steps: list[tuple[Order, int]] = field(
        default_factory=list
    )  # a heap; what it names may be pending no more

    def schedule(self, line: BookedLine) -> None:
        """Let a pending line wait for its release."""
        self.lines[line.id] = line
        self.of_account.setdefault(line.account, {})[line.id] = line
        heappush(self.steps, (line.order, line.id))

    def drop(self, line: BookedLine) -> None:
        """Let a line wait no more."""
        del self.lines[line.id]
        theirs = self.of_account[line.account]
        del theirs[line.id]
        if not theirs:
            del self.of_account[line.account]

    @property
    def first_due(self) -> int | None:
        """When the first pending line is due; None where none is."""
        while self.steps:
            order, number = self.steps[0]
            line = self.lines.get(number)
            if line is not None and line.order == order:
                return line.due
            heappop(self.steps)
        return None

    def run(self, before: int | None) -> None:
        """Release all that is due before a moment (milliseconds), everything where it is None."""
        while (due := self.first_due) is not None and (before is None or due < before):
            _, number = heappop(self.steps)
            line = self.lines[number]
            self.drop(line)
            self._release(line)

    def _release(self, line: BookedLine) -> None:
        account = self.account_of(line.account)
        line.state, line.value = self._take(line, account)
        if line.state == ISSUED:
            line.issued_at, line.granted = line.due, line.value
        if self.tell is not None:
            self.tell(line, account.releases, line.due)

    def _take(self, line: BookedLine, account: BookedAccount) -> tuple[int, int]:
        """Count the release of a line; return the state that it gets, and the money (minor units)."""
        account.releases += 1
        state, value = self._judged(line, account, account.releases)
        if state != COUNTED:
            account.taken += 1
        if state == ISSUED:
            for issued in (account.issued, *self.scopes.with_line(line.whose)):
                issued.add(line.due, value)
            if self.room is not None:
                self.room.issue(line.due, value)
        return state, value

    def _judged(self, line: BookedLine, account: BookedAccount, number: int) -> tuple[int, int]:
        reward, value = line.terms.reward, line.value
        if account.taken >= allowed(reward, number):
            return COUNTED, value
        left = self._within_caps(line, account)
        if left < 1:
            return CAPPED, value
        granted = left if self.room is None else self.room.grant(line.due, left)
        return (UNFUNDED, value) if granted is None else (ISSUED, granted)

    def _within_caps(self, line: BookedLine, account: BookedAccount) -> int:
        """Return what caps leave of a line (minor units), less than 1 for nothing."""
        zone, left = line.terms.timezone, line.value
        for cap in line.terms.reward.caps:
            issued = account.issued if cap.per == "recipient" else self.scopes.at(cap.per, line.whose)
            if cap.over == "trim":
                left = min(left, room_left(cap, zone, issued.of(cap), line.due))
            elif not fits(cap, zone, issued.of(cap), line.due, line.value):
                return 0
        return left

    def ahead(self, lines: list[BookedLine], *, boundless: bool) -> list[int]:
        """Return what these pending lines, in order, become if nothing else happens and none other is released.

        `boundless`: the budget has room for all of them. What is counted on the way is taken out again: copies would
        cost as much as the histories are long.
        """
        room = None if boundless else self.room
        later = Flow(self.account_of, room, self.scopes)
        spent, length = (0, 0) if room is None else (room.spent, len(room.held.times) if room.held else 0)
        before: dict[int, tuple[int, int]] = {}
        lengths: dict[int, tuple[Issued, tuple[int, int]]] = {}
        found = []
        for line in lines:
            account = self.account_of(line.account)
            if line.account not in before:
                before[line.account] = account.releases, account.taken
                lengths[id(account.issued)] = account.issued, account.issued.lengths
            for issued in self.scopes.with_line(line.whose):
                lengths.setdefault(id(issued), (issued, issued.lengths))
            found.append(later._take(line, account)[0])
        for number, (releases, taken) in before.items():
            account = self.account_of(number)
            account.releases, account.taken = releases, taken
        for issued, length_before in lengths.values():
            issued.cut(length_before)
        if room is not None:
            room.spent = spent
            if room.held is not None:
                room.held.cut(length)
        return found


def allowed(reward: Reward, number: int) -> int:
    """Return how many of the numbers up to this one are on a reward's `every` and in its `tier`."""
    every, (first, last) = reward.every or 1, reward.tier or (1, None)
    top = number if last is None else min(number, last)
    return max(0, top // every - (first - 1) // every)
