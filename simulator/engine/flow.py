"""Take the timed steps of the reward lines in the book (`book.py`), one by one and in order.

A flow holds lines and accounts; it can also look ahead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import heappop, heappush

from simulator.domain.calendars import NO_START
from simulator.engine.agenda import Agenda, Order
from simulator.engine.arrays import NONE
from simulator.engine.booked_lines import BookedAccount, BookedLine
from simulator.engine.budgeting import Room
from simulator.engine.caps import fits, room_left
from simulator.engine.scopes import Issued, Scopes
from simulator.engine.terms import (
    CAPPED,
    COUNTED,
    EXPIRED,
    FORFEITED,
    ISSUED,
    NOT_CHOSEN,
    OFFERED,
    UNFUNDED,
    WAITING,
)
from simulator.program.model import Reward

OnRelease = Callable[[BookedLine, int, int, int], None]
"""Called with each line released, its number, the time and its value until then (minor units).

The number is 0 if the line is forfeited, TRIED if it had waited and was tried.
"""
TRIED = NONE
OnStep = Callable[[BookedLine, int, int], None]
"""Called with each line whose choice ended or that expired, its previous state and the time."""


@dataclass
class _Asked(Room):
    """Room that grants a line what fits into `left`, and keeps what it asked for and whether it fitted."""

    left: int = 0
    asks: int = 0
    funded: bool = False

    def grant(self, at: int, value: int) -> int | None:  # noqa: ARG002 - as of a room
        """Return the value if it fits; None for nothing."""
        self.asks, self.funded = value, value <= self.left
        return value if self.funded else None

    def issue(self, at: int, value: int) -> None:
        """Keep nothing of it: `left` is what each line finds by itself."""


@dataclass(eq=False)
class Flow:
    """Lines on their way. `room` is that of the budget, None if it is unlimited; `scopes` are for its caps.

    `clock` is the moment up to which all steps have been taken; `grew_at` is when what waits may fit at last, None
    where nothing has changed since it was tried. Times are in milliseconds.
    """

    account_of: Callable[[int], BookedAccount]
    room: Room | None
    scopes: Scopes
    on_release: OnRelease | None = None
    on_step: OnStep | None = None
    lines: dict[int, BookedLine] = field(default_factory=dict)  # those pending
    of_account: dict[int, dict[int, BookedLine]] = field(default_factory=dict)  # the same, by account
    # a heap, which may name lines that are no longer pending
    steps: list[tuple[Order, int]] = field(default_factory=list)
    waiting: dict[int, BookedLine] = field(default_factory=dict)
    queue: list[tuple[Order, int]] = field(default_factory=list)  # the same for lines waiting for the budget
    offered: dict[int, dict[int, BookedLine]] = field(default_factory=dict)  # open choices, by account
    ends: Agenda[BookedLine] = field(default_factory=lambda: Agenda(lambda line: line.choice_ends))
    expiries: Agenda[BookedLine] = field(default_factory=lambda: Agenda(lambda line: line.expires_at))
    clock: int = NO_START
    grew_at: int | None = None

    def schedule(self, line: BookedLine) -> None:
        """Schedule the release of a pending line."""
        self.lines[line.id] = line
        self.of_account.setdefault(line.account, {})[line.id] = line
        heappush(self.steps, (line.order, line.id))

    def drop(self, line: BookedLine) -> None:
        """Cancel the release of a pending or waiting line, or the choice of an offered one."""
        if line.state == WAITING:
            del self.waiting[line.id]
            return
        of = self.of_account
        if line.state == OFFERED:
            of = self.offered
        else:
            del self.lines[line.id]
        theirs = of[line.account]
        del theirs[line.id]
        if not theirs:
            del of[line.account]

    def offer(self, line: BookedLine) -> None:
        """Schedule the end of an offered line's choice."""
        self.offered.setdefault(line.account, {})[line.id] = line
        self.ends.add(line.id, line.order, line)

    def choose(self, line: BookedLine, choice: int, at: int) -> None:
        """Issue an offered line as one of its choices, at a moment (milliseconds)."""
        self.drop(line)
        line.state, line.issued_at, line.choice = ISSUED, at, choice
        self.let_expire(line)

    def let_expire(self, line: BookedLine) -> None:
        """Schedule the expiry of an issued line, if it ever expires and a callback wants to know."""
        if self.on_step is None:
            return
        self.expiries.add(line.id, line.order, line)

    def take_offer_back(self, line: BookedLine) -> None:
        """Withdraw an offered line, which gives back its number and its room."""
        self.drop(line)
        account = self.account_of(line.account)
        account.releases -= 1
        account.taken -= 1
        for issued in self.counted_in(line):
            issued.reduce(line.due, line.value, 0)
        if self.room is not None:
            self.room.give_back(line.room_at, line.value)

    def unite(self, added: int, to: int) -> None:
        """Move the lines of an account to another."""
        for of in (self.of_account, self.offered):
            theirs = of.pop(added, {})
            if theirs:
                of.setdefault(to, {}).update(theirs)

    @property
    def first_due(self) -> int | None:
        """When the first pending line is due, or None."""
        while self.steps:
            order, number = self.steps[0]
            line = self.lines.get(number)
            if line is not None and line.due == order[0]:  # the rest of its order never changes
                return line.due
            heappop(self.steps)
        return None

    @property
    def earliest(self) -> int:
        """A moment (milliseconds) before which no pending line is released any more."""
        first = self.first_due
        return self.clock if first is None else min(first, self.clock)

    def run(self, before: int | None) -> None:
        """Take all steps before a moment (milliseconds), up to the last release where it is None."""
        while (now := self.next_moment) is not None and (self.lines if before is None else now < before):
            begins = bool(self.waiting) and now == self._next_period()
            while self.first_due == now:
                _, number = heappop(self.steps)
                line = self.lines[number]
                self.drop(line)
                self._release(line)
            while self.ends.first == now:
                self._end_choice(self.ends.pop(), now)
            while self.expiries.first == now:
                line = self.expiries.pop()
                line.state = EXPIRED
                self._step_taken(line, ISSUED, now)
            tried = begins or self.grew_at is not None
            self.clock, self.grew_at = now, None
            if tried:
                self._try(now)
        if before is not None:
            self.clock = max(self.clock, before - 1)
            if self.grew_at is not None and self.grew_at < before:
                self.grew_at = None  # nothing waited then

    @property
    def next_moment(self) -> int | None:
        """When something happens next: a line is due or expires, a choice ends, or what waits is tried."""
        first = self.first_due
        moments: tuple[int | None, ...] = (self.ends.first, self.expiries.first)
        if self.waiting:
            moments += (self.grew_at, self._next_period())
        for one in moments:
            if one is not None and (first is None or one < first):
                first = one
        return first

    def _end_choice(self, line: BookedLine, now: int) -> None:
        """Issue what was not chosen in time as its reward says, or forfeit it."""
        reward = line.terms.reward
        if reward.otherwise is not None:
            self.choose(line, reward.choices.index(reward.otherwise), now)
        else:
            self.take_offer_back(line)
            line.state, line.reason = FORFEITED, NOT_CHOSEN
            self.grew_at = now
        self._step_taken(line, OFFERED, now)

    def _step_taken(self, line: BookedLine, before: int, now: int) -> None:
        if self.on_step is not None:
            self.on_step(line, before, now)

    def _next_period(self) -> int | None:
        return None if self.room is None else self.room.next_start(self.clock)

    def _try(self, now: int) -> None:
        """Try the waiting lines, first come, first served, until one does not fit."""
        while self.waiting:
            number = self.queue[0][1]
            line = self.waiting.get(number)
            if line is None or line.order != self.queue[0][0]:
                heappop(self.queue)
                continue
            if line.fails != NONE:
                self._forfeit(line, now)
                continue
            before, waits = line.value, self.room is not None and self.room.lets_wait
            granted = before if self.room is None else self.room.grant(now, before)
            if granted is None and waits:
                return
            heappop(self.queue)
            self.drop(line)
            if granted != before:
                for issued in self.counted_in(line):
                    issued.reduce(line.due, before, granted or 0)
            line.state = UNFUNDED if granted is None else line.given
            line.value = line.earned if granted is None else granted
            if granted is not None:
                self._give(line, now)
                if self.room is not None:
                    self.room.issue(now, granted)
            if self.on_release is not None:
                self.on_release(line, TRIED, now, before)

    def _forfeit(self, line: BookedLine, now: int) -> None:
        """Stop keeping a waiting line; its number and its room are free again."""
        account = self.account_of(line.account)
        account.releases -= 1
        account.taken -= 1
        for issued in self.counted_in(line):
            issued.reduce(line.due, line.value, 0)
        self.drop(line)
        line.state, line.reason = FORFEITED, line.fails
        if self.on_release is not None:
            self.on_release(line, TRIED, now, line.value)

    def counted_in(self, line: BookedLine) -> list[Issued]:
        """Return every history in which an issued, offered or waiting line counts."""
        return [self.account_of(line.account).issued, *self._beside(line)]

    def _beside(self, line: BookedLine) -> list[Issued]:
        """Return those of them that caps other than by recipient ask for."""
        return self.scopes.with_line(line.cap_keys) if self.scopes.kinds else []

    def _release(self, line: BookedLine) -> None:
        account = self.account_of(line.account)
        before = line.value
        line.state, line.value = self._take(line, account)
        if line.state in (ISSUED, OFFERED):
            self._give(line, line.due)
        elif line.state == WAITING:
            self.waiting[line.id] = line
            heappush(self.queue, (line.order, line.id))
        elif line.state == FORFEITED:
            line.reason = line.fails
        if self.on_release is not None:
            number = 0 if line.state == FORFEITED else account.releases
            self.on_release(line, number, line.due, before)

    def _give(self, line: BookedLine, now: int) -> None:
        """Note when a line was issued or offered, and for what."""
        line.granted = line.value
        if line.state == OFFERED:
            line.offered_at = now
            self.offer(line)
        else:
            line.issued_at = now
            self.let_expire(line)

    def _take(self, line: BookedLine, account: BookedAccount) -> tuple[int, int]:
        """Count the release of a line; return the state that it gets, and the money (minor units)."""
        if line.fails != NONE:
            return FORFEITED, line.value
        account.releases += 1
        state, value = self._judged(line, account, account.releases)
        if state != COUNTED:
            account.taken += 1
        if state in (ISSUED, OFFERED, WAITING):
            for issued in (account.issued, *self._beside(line)):
                issued.add(line.due, value)
        if state in (ISSUED, OFFERED) and self.room is not None:
            self.room.issue(line.due, value)
        return state, value

    def _judged(self, line: BookedLine, account: BookedAccount, number: int) -> tuple[int, int]:
        reward, value = line.terms.reward, line.value
        if account.taken >= allowed(reward, number):
            return COUNTED, value
        left = self._within_caps(line, account)
        if left < 1:
            return CAPPED, value
        if self.room is None:
            return line.given, left
        waits = self.room.lets_wait
        granted = None if waits and self.waiting else self.room.grant(line.due, left)
        if granted is not None:
            return line.given, granted
        return (WAITING, left) if waits else (UNFUNDED, value)

    def _within_caps(self, line: BookedLine, account: BookedAccount) -> int:
        """Return what caps leave of a line (minor units); less than 1 means nothing."""
        zone, left = line.terms.timezone, line.value
        for cap in line.terms.reward.caps:
            issued = account.issued if cap.per == "recipient" else self.scopes.at(cap.per, line.cap_keys)
            if cap.over == "trim":
                left = min(left, room_left(cap, zone, issued.of(cap), line.due))
            elif not fits(cap, zone, issued.of(cap), line.due, line.value):
                return 0
        return left

    @property
    def all_offered(self) -> list[BookedLine]:
        """All lines with an open choice."""
        return [line for theirs in self.offered.values() for line in theirs.values()]

    def offered_beside(self, lines: list[BookedLine]) -> list[BookedLine]:
        """Return the offered lines of the accounts of these lines, and of rewards that are shared with others."""
        shared = {name for name in {line.terms.reward.name for line in lines} if self.scopes.is_shared(name)}
        accounts = self.offered if shared else {line.account for line in lines}
        theirs = [line for account in accounts for line in self.offered.get(account, {}).values()]
        if not shared:
            return theirs
        own = {line.account for line in lines}
        return [line for line in theirs if line.account in own or line.terms.reward.name in shared]

    def forecast(
        self, lines: list[BookedLine], offered: list[BookedLine], *, boundless: bool
    ) -> dict[int, int]:
        """Return what these pending lines become if only time passes for them and the offered and waiting lines.

        `boundless`: the budget has room for all of them, and nothing waits.
        """
        accounts: dict[int, BookedAccount] = {}

        def account_of(number: int) -> BookedAccount:
            if number not in accounts:
                accounts[number] = self.account_of(number).copied()
            return accounts[number]

        found: dict[int, int] = {}

        def note(line: BookedLine, number: int, _at: int, _before: int) -> None:
            if number != TRIED:
                found[line.id] = line.state

        room = None if self.room is None or boundless else self.room.copied()
        later = Flow(account_of, room, self.scopes.aside(), note, clock=self.clock, grew_at=self.grew_at)
        if not boundless:
            later.waiting = {number: line.copied() for number, line in self.waiting.items()}
            later.queue = list(self.queue)
        for line in lines:
            later.schedule(line.copied())
        for line in offered:
            later.offer(line.copied())
        later.run(None)
        return found

    def ahead(self, lines: list[BookedLine], *, boundless: bool) -> list[int]:
        """Return what these pending lines, in order, become if nothing else happens and no other line is released.

        `boundless`: the budget has room for all of them. What is counted on the way is taken out again: copies would
        cost as much as the histories are long.
        """
        room = None if boundless else self.room
        later = Flow(self.account_of, room, self.scopes)
        spent, length = (0, 0) if room is None else (room.spent, len(room.held.times) if room.held else 0)
        with self._taken_back(lines):
            found = [later._take(line, self.account_of(line.account))[0] for line in lines]
        if room is not None:
            room.spent = spent
            if room.held is not None:
                room.held.cut(length)
        return found

    def asked(self, lines: list[BookedLine]) -> list[int]:
        """Return what an account's pending lines, in order, become if each finds of the budget what it has `left`.

        Set what they ask it for, 0 for nothing, and whether that fits.
        """
        room = _Asked()
        later = Flow(self.account_of, room, self.scopes)
        found = []
        with self._taken_back(lines):
            for line in lines:
                room.left, room.asks, room.funded = line.left, 0, False
                found.append(later._take(line, self.account_of(line.account))[0])
                line.asks, line.funded = room.asks, room.funded
        return found

    @contextmanager
    def _taken_back(self, lines: list[BookedLine]) -> Iterator[None]:
        """Take out again what is counted of these lines for their accounts and caps meanwhile."""
        before: dict[int, tuple[int, int]] = {}
        lengths: dict[int, tuple[Issued, tuple[int, int]]] = {}
        for line in lines:
            if line.account not in before:
                account = self.account_of(line.account)
                before[line.account] = account.releases, account.taken
                lengths[id(account.issued)] = account.issued, account.issued.lengths
            for issued in self._beside(line):
                lengths.setdefault(id(issued), (issued, issued.lengths))
        yield
        for number, (releases, taken) in before.items():
            account = self.account_of(number)
            account.releases, account.taken = releases, taken
        for issued, length in lengths.values():
            issued.cut(length)


def allowed(reward: Reward, number: int) -> int:
    """Return how many of the numbers up to this one are on a reward's `every` and in its `tier`."""
    every, (first, last) = reward.every or 1, reward.tier or (1, None)
    top = number if last is None else min(number, last)
    return max(0, top // every - (first - 1) // every)
