"""Keep the book of reward lines that are judged one by one, since a line that falls away gives back its place and room.

Nearly all lines are judged in bulk. An account is booked permanently, with all of its lines, when that is not enough:

- one of its lines is reinstated or vetoed, or falls after its release;
- its reward has different numbers (`every`, `tier`) from an earlier version, a cap that is not plain
  (`scopes.is_plain`), choices, or a condition at the release (`asking.py`);
- the budget may be short while lines that fall give room back, or is more than one sum (`budgeting.is_plain`): then
  all accounts are, now and later.

So booked and other lines never depend on each other. A line that was released earlier is entered only when something
happens to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simulator.domain.spans import HOUR_MS
from simulator.engine.arrays import NONE
from simulator.engine.book_results import BookMove, BookShift, Happening, Journal, LateLine
from simulator.engine.booked_expected import ExpectedStates
from simulator.engine.booked_lines import BookedAccount, BookedLine
from simulator.engine.budgeting import Room
from simulator.engine.flow import TRIED, Flow
from simulator.engine.scopes import Scopes
from simulator.engine.terms import (
    CAPPED,
    COUNTED,
    EXPIRED,
    FORFEITED,
    ISSUED,
    OFFERED,
    PAID_STATES,
    PENDING,
    REDEEMED,
    REVOKED,
    UNFUNDED,
    VETOED,
    VOIDED,
    WAITING,
)
from simulator.program.model import Program

NEVER_PAID = (PENDING, WAITING, OFFERED, COUNTED, CAPPED, UNFUNDED)
"""States in which a reversal voids a line at any time."""


@dataclass
class Book:
    """Booked lines of a market and their accounts. `whole`: all lines are booked, so the budget is the book's.

    `spent` is what booked lines hold of the budget (minor units), `spent_before` is what the other lines hold.
    """

    whole: bool = False
    program: Program | None = None  # in force
    room: Room = field(default_factory=Room)
    spent_before: int = 0
    spent: int = 0
    pending: int = 0  # the money of all pending lines
    lines: dict[int, BookedLine] = field(default_factory=dict)
    accounts: dict[int, BookedAccount] = field(default_factory=dict)
    conversions: dict[int, list[BookedLine]] = field(default_factory=dict)
    of_account: dict[int, list[BookedLine]] = field(default_factory=dict)
    of_friend: dict[int, list[BookedLine]] = field(default_factory=dict)
    scopes: Scopes = field(default_factory=Scopes)
    journal: Journal = field(default_factory=Journal)
    _flow: Flow = field(init=False)
    _expected: ExpectedStates = field(init=False)

    def __post_init__(self) -> None:
        self._flow = Flow(self.accounts.__getitem__, None, self.scopes, self._note_release, self._note_step)
        self._expected = ExpectedStates(self._flow, self.scopes, self._shift)

    @property
    def first_due(self) -> int | None:
        """When time alone next changes a booked line (milliseconds), or None."""
        return self._flow.next_moment

    # What enters it

    def enter_account(self, number: int, account: BookedAccount) -> None:
        """Book an account as it stands."""
        if number in self._flow.of_account:
            self._expected.begin_anew()
        self.accounts[number] = account

    def enter(self, line: BookedLine) -> None:
        """Book an existing line of a booked account; new lines are entered as they are made (`take`)."""
        if line.state == PENDING:
            self._expected.begin_anew()
        self._enter(line)

    def _enter(self, line: BookedLine) -> None:
        self._expected.note_choices(line)
        self.lines[line.id] = line
        self.conversions.setdefault(line.conversion, []).append(line)
        self.of_account.setdefault(line.account, []).append(line)
        self.of_friend.setdefault(line.friend, []).append(line)
        if line.state == PENDING:
            self.pending += line.value
            self._schedule(line)
        elif line.state in PAID_STATES:
            self.spent += line.value
            self._flow.let_expire(line)

    def _schedule(self, line: BookedLine) -> None:
        self._flow.schedule(line)
        self._expected.note_scheduled(line)

    def change_program(self, at: int) -> None:
        """Judge all pending lines again, and try what is waiting, as of a time (milliseconds)."""
        self._expected.touch_all(at)
        self._flow.grew_at = at

    def unite(self, added: int, to: int, at: int) -> None:
        """Add a booked account to another, and judge its lines again, as of a time (milliseconds)."""
        self.accounts[to] = self.accounts[to].with_(self.accounts.pop(added))
        theirs = self.of_account.pop(added, [])
        for line in theirs:
            line.account = to
        self.of_account.setdefault(to, []).extend(theirs)
        self._flow.unite(added, to)
        self._expected.touch_account(to, at)

    def unite_people(self, accounts: Mapping[int, int], merged: int, into: int, at: int) -> None:
        """Make caps count accounts as others, and a friend as another; that friend's pending lines are judged again."""
        if not self.scopes.kinds:
            return
        self.scopes.unite(accounts, merged, into)
        theirs = self.of_friend.pop(merged, [])
        for line in theirs:
            line.friend = into
        both = self.of_friend.setdefault(into, [])
        both.extend(theirs)
        for line in both:
            if line.state == PENDING:
                self._expected.touch(line, at)

    # What happens to it

    def take(self, happenings: Sequence[Happening], new: Sequence[BookedLine], before: int) -> None:
        """Apply happenings in order of their positions, and then release what is due before a time.

        `new` are the lines that they create.
        """
        made = {line.id: line for line in new}
        takes = {
            "reversed": self._reverse,
            "reinstated": self._reinstate,
            "adjusted": self._adjust,
            "chosen": self._choose,
            "redeemed": self._redeem,
            "vetoed": self._veto,
            "asked": self._answer,
        }
        for one in happenings:
            self._pass(one.at)
            if one.kind == "made":
                for number in one.lines:
                    self._enter(made[number])
                    self._expected.touch(made[number], one.at)
            else:
                takes[one.kind](one)
        self._pass(before)
        if self._expected.are_stale:
            self._expected.judge(self._room(), self.pending)

    def _pass(self, before: int) -> None:
        if self._expected.are_due(before):
            self._expected.judge(self._room(), self.pending)
        self._flow.room = self._room()
        self._flow.run(before)

    def _room(self) -> Room | None:
        if not self.whole:
            return None
        self.room.spent = self.spent_before + self.spent
        return self.room

    def _reverse(self, one: Happening) -> None:
        for line in self.conversions.get(one.conversion, ()):
            until = line.clawback_until
            if line.state in NEVER_PAID:
                after, at = VOIDED, max(line.state_at, one.at)
            elif line.state == ISSUED and until is not None and one.at <= until:
                after, at = REVOKED, one.at
            else:
                after, at = line.state, one.at
            if line.state in (REDEEMED, EXPIRED) and until is not None and one.at <= until:
                self.journal.out_of_reach.append((one.by, line.state))
            if one.counts and line.issued_at is not None and one.occurred <= line.issued_at < one.at:
                self.journal.late.append(LateLine(line.id, one.at, after == REVOKED, 1, line.value))
            if after != line.state:
                self._fall(line, after, at, one)

    def _adjust(self, one: Happening) -> None:
        for line in self.conversions.get(one.conversion, ()):
            if line.terms.reward.percent is None:
                continue
            share, until = line.share_of(one.amount, one.currency), line.clawback_until
            if line.state == PENDING and share == 0:
                self._fall(line, VOIDED, one.at, one)
                line.fell = False
            elif line.state == PENDING and share != line.value:
                self.pending += share - line.value
                self._revalue(line, share, one)
                line.earned = share
            elif line.state == WAITING and share < line.earned:
                self._cut_waiting(line, share, one)
            elif line.state == ISSUED and until is not None and one.at <= until and share < line.value:
                self._reduce(line, share, one)

    def _veto(self, one: Happening) -> None:
        line = self.lines[one.lines[0]]
        if line.state not in (PENDING, WAITING, OFFERED):
            self.journal.without_effect[one.seq] = "not-open"
            return
        self._fall(line, FORFEITED, one.at, one)
        line.fell, line.reason = False, VETOED

    def _answer(self, one: Happening) -> None:
        """Store the current answer of a line's condition."""
        line = self.lines[one.lines[0]]
        if line.fails != one.answer:
            line.fails = one.answer
            if line.state in (PENDING, WAITING):
                self._expected.touch(line, one.at)

    def _choose(self, one: Happening) -> None:
        line = self.lines[one.lines[0]]
        if line.state != OFFERED or one.choice == NONE:
            self.journal.without_effect[one.seq] = "not-listed" if line.state == OFFERED else "not-offered"
            return
        self._flow.choose(line, one.choice, one.at)
        self._step(line, OFFERED, one.at, one.seq)
        self._expected.touch(line, one.at)

    def _redeem(self, one: Happening) -> None:
        line = self.lines[one.lines[0]]
        if line.state != ISSUED:
            self.journal.without_effect[one.seq] = "not-issued"
            return
        line.state = REDEEMED
        self._step(line, ISSUED, one.at, one.seq)

    def _cut_waiting(self, line: BookedLine, share: int, one: Happening) -> None:
        """Reduce the value of a waiting line, so that it may fit the budget."""
        if share == 0:
            self._fall(line, VOIDED, one.at, one)
            line.fell = False
            return
        before, left = line.value, min(line.value, share)
        for issued in self._flow.counted_in(line) if left < before else ():
            issued.reduce(line.due, before, left)
        self._flow.grew_at = one.at
        self._revalue(line, left, one)
        line.earned = share

    def _reduce(self, line: BookedLine, share: int, one: Happening) -> None:
        """Take back the part by which an issued line is now worth less."""
        if share == 0:
            self._fall(line, REVOKED, one.at, one, value=0)
            line.fell = False
            return
        self.spent -= line.value - share
        self._flow.grew_at = one.at
        self.room.reduce(line.room_at, line.value, share)
        for issued in self._flow.counted_in(line):
            issued.history.reduce(line.due, line.value, share)
        self._revalue(line, share, one)

    def _revalue(self, line: BookedLine, value: int, one: Happening) -> None:
        """Change the value of a line whose state stays the same."""
        expected = line.expected if line.state == PENDING else NONE
        move = BookMove(
            line=line.id,
            before=line.state,
            after=line.state,
            at=one.at,
            due=line.due,
            value=value,
            expected=expected,
            seq=one.seq,
            by=one.by,
            value_before=line.value,
            cut=True,
        )
        self.journal.moves.append(move)
        line.value = value
        self._expected.touch(line, one.at)

    def _fall(self, line: BookedLine, after: int, at: int, one: Happening, value: int | None = None) -> None:
        before, expected = line.state, line.expected if line.state == PENDING else NONE
        worth_before = line.value
        account = self.accounts[line.account]
        if before == PENDING:
            self.pending -= line.value
            self._flow.drop(line)
        elif before == OFFERED:
            self.spent -= line.value
            self._flow.take_offer_back(line)
        else:
            account.releases -= 1
            account.taken -= before != COUNTED
        if before == WAITING:
            self._flow.drop(line)
            for issued in self._flow.counted_in(line):
                issued.reduce(line.due, line.value, 0)
        if before == ISSUED:
            self.spent -= line.value
            self.room.reduce(line.room_at, line.value, 0)
            for issued in self._flow.counted_in(line):
                issued.history.forget(line.due, line.value)
        if before in (WAITING, OFFERED, ISSUED):
            self._flow.grew_at = one.at
        line.state, line.fell = after, True
        line.value = line.value if value is None else value
        self._move(line, before, at, one, expected, line.due, worth_before)
        self._expected.touch(line, one.at)

    def _reinstate(self, one: Happening) -> None:
        for line in self.conversions.get(one.conversion, ()):
            if line.issued_at is not None and one.occurred <= line.issued_at < one.by_at:
                self.journal.late.append(LateLine(line.id, one.at, line.state == REVOKED, -1, line.value))
            if not line.fell or line.state not in (VOIDED, REVOKED):
                continue
            before, due, value = line.state, line.due, line.value
            share = line.share_of(one.amount, one.currency)
            if share == 0:
                continue
            if before == REVOKED:
                for issued in self._flow.counted_in(line):
                    issued.kept.forget(due, line.granted)
                self.room.forget(line.room_at, line.granted)
                due = line.room_at if line.issued_at is None else line.issued_at
            self._flow.grew_at = one.at
            line.value = line.earned = share
            line.state, line.expected, line.fell = PENDING, ISSUED, False
            line.issued_at, line.offered_at, line.choice = None, None, NONE
            line.due = max(line.due, one.at)
            self.pending += line.value
            self._schedule(line)
            self._move(line, before, one.at, one, NONE, due, value)
            self._expected.touch(line, one.at)

    def _move(
        self, line: BookedLine, before: int, at: int, one: Happening, expected: int, due: int, value: int
    ) -> None:
        move = BookMove(
            line=line.id,
            before=before,
            after=line.state,
            at=at,
            due=line.due,
            value=line.value,
            expected=expected,
            seq=one.seq,
            by=one.by,
            due_before=due,
            value_before=value,
            cut=one.kind == "adjusted",
        )
        self.journal.moves.append(move)
        line.state_at = at

    def _note_release(self, line: BookedLine, number: int, at: int, value: int) -> None:
        released = number != TRIED
        if released and line.expected != line.state:
            self._expected.note_unforeseen(line)
            self._shift(line, line.state, at // HOUR_MS)
        if released:
            self.pending -= value
        if line.state in (ISSUED, OFFERED):
            self.spent += line.value
        self.journal.moves.append(
            BookMove(
                line=line.id,
                before=PENDING if released else WAITING,
                after=line.state,
                at=at,
                due=at,
                value=line.value,
                expected=line.state,
                step="release" if released else "try",
                reason=line.reason,
                number=number if released else 0,
                value_before=value,
            )
        )
        line.state_at = at

    def _note_step(self, line: BookedLine, before: int, at: int) -> None:
        if line.state == FORFEITED:
            self.spent -= line.value
        self._step(line, before, at)

    def _step(self, line: BookedLine, before: int, at: int, seq: int = 0) -> None:
        """Enter that an offered line was chosen or not, or an issued one used, by an event (seq) or by time."""
        move = BookMove(
            line=line.id,
            before=before,
            after=line.state,
            at=at,
            due=line.due,
            value=line.value,
            step=None if seq else "end",
            seq=seq,
            by=seq,
            value_before=line.value,
            choice=line.choice,
        )
        self.journal.moves.append(move)
        line.state_at = at

    def _shift(self, line: BookedLine, after: int, hour: int) -> None:
        self.journal.shifts.append(
            BookShift(line.id, line.expected, after, hour * HOUR_MS, line.due, line.earned)
        )
        line.expected = after
