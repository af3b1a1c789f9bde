"""Keep the rewards: lines, their recipients, what was issued to whom, and conversions with their reversals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from simulator.engine import ledger_columns
from simulator.engine.arrays import NONE, Array, Bools, Columns, Ints, Keys, chain_back
from simulator.engine.book import Book, Journal
from simulator.engine.book_results import Booked, Booking, Happening, Happenings
from simulator.engine.budgeting import Room, needs_history
from simulator.engine.flow import BookedAccount, BookedLine
from simulator.engine.history import History
from simulator.engine.interner import Hashed, Interner
from simulator.engine.keys import KeyIndex, mix
from simulator.engine.line_results import (
    Adjusted,
    Adjustments,
    Change,
    Expected,
    Lines,
    NewLines,
    NewTerms,
    Released,
    Reversals,
    Used,
    WaitingReversal,
)
from simulator.engine.results import Merged, NewConversions, StandingChanges
from simulator.engine.schedule import Schedule
from simulator.engine.scopes import Issued, Whose
from simulator.engine.terms import (
    COUNTED,
    ENDLESS,
    GIVEN,
    ISSUED,
    PAID_STATES,
    PENDING,
    REVOKED,
    ROLES,
    UNFUNDED,
    VOIDED,
    WAITING,
    Limits,
    Terms,
)
from simulator.program.model import Per, Program, Reward

Whom = Callable[[Ints], tuple[Ints, Ints]]
"""Returns, for lines (ids), the people their friends are known as by now, and the links of their attributions."""

FIXED = ("decision", "seq", "made", "due", "value", "occurred", "account", "terms", "friend")
"""The columns of lines that never change."""
SUMMED = ("made", "releases", "taken", "issued", "issued_value", "pending", "pending_value")
"""The columns of accounts that are added up when two are united."""


@dataclass
class Ledger:
    """Rewards by dense ids. An account is one reward (by name) to one recipient in one role.

    Only the methods `apply_…` change it, and only `State.apply` calls those. Looking up a conversion or an account
    gives it a number and a blank row, which says nothing but who is meant.

    Several `markets` may be judged together; `market_of` returns those of people. Each has a budget and a book of its
    own, and sums of money are by market.
    """

    markets: int = 1
    market_of: Callable[[Ints], Ints] | None = None
    lines: Columns = field(default_factory=ledger_columns.lines)
    accounts: Columns = field(default_factory=ledger_columns.accounts)
    conversions: Columns = field(default_factory=ledger_columns.conversions)
    waits: dict[int, list[WaitingReversal]] = field(default_factory=dict)  # reversals that wait, by target
    reversals: dict[int, Change] = field(default_factory=dict)  # those in force, by row in `conversions`
    adjusted: dict[int, Adjusted] = field(default_factory=dict)  # the latest, by row in `conversions`
    books: list[Book] = field(init=False)  # by market
    target_ids: Interner = field(default_factory=Interner)  # (source, id) of what reversals wait for
    account_ids: KeyIndex = field(default_factory=KeyIndex)
    members: dict[int, list[int]] = field(default_factory=dict)  # by account, those that were added to it
    reward_ids: dict[str, int] = field(default_factory=dict)
    terms: list[Terms] = field(default_factory=list)
    terms_of: dict[int, Ints] = field(default_factory=dict)  # the ids of a version's terms, by place
    limits: Limits = field(default_factory=lambda: Limits.of([]))
    spent: Ints = field(init=False)
    pending: Ints = field(init=False)  # the money of all pending lines
    promised: Ints = field(init=False)  # the money of lines expected to be issued
    unfunded: Ints = field(init=False)  # the number of lines expected to be unfunded
    _histories: dict[int, History] = field(default_factory=dict)  # of the accounts that are `watched`
    _due: Schedule = field(init=False)  # what is pending
    _expiring: Schedule = field(init=False)  # what is issued

    def __post_init__(self) -> None:
        self.books = [Book() for _ in range(self.markets)]
        self.spent, self.pending, self.promised, self.unfunded = np.zeros((4, self.markets), np.int64)
        self._due = Schedule(lambda lines: self.lines["due"][lines])
        self._expiring = Schedule(self.expiry_of)

    # Markets

    def markets_of(self, lines: Ints) -> Ints:
        """Return the markets of lines."""
        if self.markets == 1:
            return np.zeros(len(lines), np.int64)
        return self.accounts["market"][self.lines["account"][lines]].astype(np.int64)

    def by_market(self, lines: Ints, values: Array) -> Ints:
        """Add up values, one of each line, by market."""
        if self.markets == 1:
            return np.asarray(values.sum(keepdims=True, dtype=np.int64))
        found = np.zeros(self.markets, np.int64)
        np.add.at(found, self.markets_of(lines), values)
        return found

    def rooms(self, budget: int) -> Ints:
        """Return what a budget (minor units) leaves in each market."""
        return np.asarray(budget - self.spent - [book.spent for book in self.books])

    def is_short(self, budget: int | None, more: Ints | int = 0) -> Bools:
        """Whether a budget may be too small for everything pending in a market plus `more` (minor units)."""
        if budget is None:
            return np.zeros(self.markets, bool)
        wanted = self.pending + [book.pending for book in self.books] + more
        return np.asarray((self.unfunded > 0) | (wanted > self.rooms(budget)))

    @property
    def whole(self) -> Bools:
        """Whether all lines of a market are booked."""
        return np.array([book.whole for book in self.books])

    @property
    def has_booked(self) -> bool:
        """Whether any account is booked."""
        return any(book.accounts for book in self.books)

    def booked_line(self, line: int) -> BookedLine | None:
        """Return a line as its book keeps it, or None if it isn't booked."""
        return self._book_of(line).lines.get(line)

    def _book_of(self, line: int) -> Book:
        if self.markets == 1:
            return self.books[0]
        return self.books[int(self.accounts["market"][self.lines["account"][line]])]

    # Looking up

    def view(self, ids: Ints) -> Lines:
        """Return these lines with their columns that never change."""
        held = self.lines
        columns = {name: held[name][ids] for name in FIXED}
        if self.members:
            columns["account"] = self.account_of(ids)
        return Lines(ids=ids, **columns)

    def account_of(self, lines: Ints) -> Ints:
        """Return the accounts that these lines count for: for a merged person, that of whom they were merged into."""
        account = self.lines["account"][lines].astype(np.int64)
        return account + self.accounts["into"][account] if self.members else account

    def find_conversions(self, seqs: Ints, checks: Keys) -> Ints:
        """Return the places of the conversions with these seqs (0 for none) and checks; NONE if there is none."""
        held, count = self.conversions, len(self.conversions)
        if not count:
            return np.full(len(seqs), NONE, np.int64)
        wanted = seqs.astype(
            np.uint32
        )  # the same type as the column, which would otherwise be copied as a whole
        places = np.minimum(np.searchsorted(held["seq"][:count], wanted), count - 1)
        same = (held["seq"][places] == wanted) & (held["check"][places] == checks.astype(np.uint32))
        return np.where(same & (seqs > 0), places, NONE)

    def targets_of(self, conversions: Hashed) -> Ints:
        """Return the ids of these conversions, by the hashes of (source, id), numbering new ones."""
        return self.target_ids.assign(conversions)[0]

    def conversions_at(self, seqs: Ints) -> Ints:
        """Return the rows of the conversions with these seqs."""
        held = self.conversions["seq"][: len(self.conversions)]
        return np.searchsorted(held, seqs.astype(held.dtype))

    def lines_of(self, conversions: Ints) -> tuple[Ints, Ints]:
        """Return the lines of these conversions (rows), in order, and the index of each one's conversion."""
        lines, owners = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        active = np.arange(len(conversions))
        nodes = self.conversions["line"][conversions].astype(np.int64)
        while True:
            there = nodes != NONE
            nodes, active = nodes[there], active[there]
            if not len(nodes):
                break
            lines.append(nodes)
            owners.append(active)
            nodes = self.lines["sibling"][nodes].astype(np.int64)
        found, owner = np.concatenate(lines), np.concatenate(owners)
        order = np.argsort(found)
        return found[order], owner[order]

    def accounts_of(self, reward: Reward, recipients: Ints) -> Ints:
        """Return the accounts of these recipients for one reward, numbering new ones."""
        claim = self.account_ids.get_or_insert(self._keys(reward, recipients))
        new = recipients[claim.first]
        ids = self.accounts.append(recipient=new, role=np.full(len(new), ROLES.index(reward.to)))
        self.account_ids.put(claim.slots[claim.first], ids)
        return self.account_ids.get(claim.slots)

    def find_accounts(self, reward: Reward, recipients: Ints) -> Ints:
        """Find the accounts of these recipients for one reward; NONE if nothing was promised yet."""
        return self.account_ids.find(self._keys(reward, recipients))

    def _keys(self, reward: Reward, recipients: Ints) -> Keys:
        number = self.reward_ids[reward.name] * len(ROLES) + ROLES.index(reward.to)
        return _account_keys(number, recipients)

    def accounts_of_both(self, merged: int, into: int) -> tuple[Ints, Ints]:
        """Return the accounts of one person, and the same rewards' accounts of another, numbering new ones."""
        numbers = np.arange(len(self.reward_ids) * len(ROLES))
        numbers = numbers[numbers % len(ROLES) != ROLES.index("community")]
        theirs = self.account_ids.find(_account_keys(numbers, merged))
        numbers, theirs = numbers[theirs != NONE], theirs[theirs != NONE]
        if not len(theirs):  # most of those who are merged have no reward
            return theirs, theirs
        claim = self.account_ids.get_or_insert(_account_keys(numbers, into))
        new = numbers[claim.first] % len(ROLES)
        ids = self.accounts.append(recipient=np.full(len(new), into), role=new)
        if self.market_of is not None:  # they have no line yet that could say it
            self.accounts["market"][ids] = self.market_of(np.full(len(new), into))
        self.account_ids.put(claim.slots[claim.first], ids)
        return theirs, self.account_ids.get(claim.slots)

    def pending_lines(self) -> Ints:
        """All lines that are pending and not booked, in any order."""
        lines = self._due.lines
        return np.asarray(lines[self._waits(lines)], np.int64)

    def _waits(self, lines: Ints) -> Bools:
        """Whether lines are pending and not booked."""
        held = self.lines
        waits: Bools = (held["state"][lines] == PENDING) & (held["booked"][lines] == 0)
        return waits

    def chained_lines(self, accounts: Ints) -> Ints:
        """Return the lines in the chains of these accounts: all that are pending, and some that were, in any order."""
        return self._chained("last_pending", "pending_before", accounts)

    def lines_of_accounts(self, accounts: Ints) -> Ints:
        """Return all lines of these accounts, in any order."""
        return self._chained("last", "account_before", accounts)

    def waiting_lines(self, accounts: Ints) -> Ints:
        """Return the lines of these accounts that are pending and not booked, in any order."""
        lines = self._chained("last", "account_before", accounts)
        return np.asarray(lines[self._waits(lines)], np.int64)

    def _chained(self, head: str, before: str, accounts: Ints) -> Ints:
        parts = [np.zeros(0, np.int64)]
        nodes = self.accounts[head][accounts].astype(np.int64)
        while len(nodes := nodes[nodes != NONE]):
            parts.append(nodes)
            nodes = self.lines[before][nodes].astype(np.int64)
        return np.concatenate(parts)

    def in_order(self, lines: Ints) -> Ints:
        """Return the lines in the order of release: by due, the conversion's seq, the reward's place in its file."""
        held = self.lines
        places = self.limits.place[held["terms"][lines]]
        return np.asarray(lines[np.lexsort((places, held["seq"][lines], held["due"][lines]))], np.int64)

    @property
    def first_due(self) -> int:
        """When time alone changes a line next (milliseconds), 2**62 for never; lines may be void by now."""
        moments = (*(book.first_due for book in self.books), self._due.first, self._expiring.first)
        return min((one for one in moments if one is not None), default=2**62)

    def due_lines(self, before: int) -> tuple[Ints, Ints]:
        """Return the pending lines with `due` < `before` (milliseconds), in order of release.

        Also returned are the lines of the last hour looked at that are due later.
        """
        lines, left = self._due.due(before)
        return (self.in_order(lines[self._waits(lines)]) if len(lines) else lines), left

    def expiring_lines(self, before: int) -> tuple[Ints, Ints]:
        """Return the issued lines, not booked, that expire before a moment (milliseconds), in any order.

        Also returned are the lines of the last hour looked at that expire later.
        """
        lines, left = self._expiring.due(before)
        held = self.lines
        return lines[(held["state"][lines] == ISSUED) & (held["booked"][lines] == 0)], left

    def expiry_of(self, lines: Ints) -> Ints:
        """Return when these lines expire (milliseconds) if they are issued as they are due; ENDLESS for never."""
        due, spans = self.lines["due"][lines], self.limits.expires[self.lines["terms"][lines]]
        expiry: Ints = due + np.minimum(spans, ENDLESS - due)
        return expiry

    def history(self, account: int) -> History:
        """Return what was issued to an account so far.

        It is read from the account's chain once and kept up to date from then on: a memo, which changes no outcome. A
        caller may add what it works out, and must cut that off again.
        """
        kept = self._histories.get(account)
        if kept is None:
            chain: list[int] = []
            line = int(self.accounts["last_issued"][account])
            while line != NONE:
                chain.append(line)
                line = int(self.lines["issued_before"][line])
            kept = self._histories[account] = History()
            for line in reversed(chain):
                kept.add(int(self.lines["due"][line]), int(self.lines["value"][line]))
        return kept

    # Changing

    def apply_terms(self, new: NewTerms, whom: Whom) -> None:
        """Enter a version's rewards."""
        first = len(self.terms)
        self.terms.extend(
            Terms(version=new.version, place=place, program=new.program)
            for place in range(len(new.program.rewards))
        )
        for reward in new.program.rewards:
            self.reward_ids.setdefault(reward.name, len(self.reward_ids))
        before, self.limits = self.limits.limited, Limits.of(self.terms)
        later = np.flatnonzero(self.limits.limited[:first] & ~before)
        if len(later):  # a reward without limits has got one
            lines = self.pending_lines()
            self._chain(lines[np.isin(self.lines["terms"][lines], later)])
        self.terms_of[new.version] = np.arange(first, len(self.terms))
        kinds: dict[str, set[Per]] = {}
        for book in self.books:
            kinds = book.scopes.widen(new.program.rewards)  # the same of each
        if kinds and len(self.lines):
            self._fill_scopes(kinds, whom)

    def _fill_scopes(self, kinds: Mapping[str, set[Per]], whom: Whom) -> None:
        """Enter what has been issued of rewards whose caps now count differently."""
        held = self.lines
        of = np.array([entry.reward.name in kinds for entry in self.terms], bool)
        count = len(held)
        lines = np.flatnonzero(
            of[held["terms"][:count]] & np.isin(held["state"][:count], (*PAID_STATES, REVOKED, WAITING))
        )
        lines = lines[np.argsort(held["due"][lines], kind="stable")]
        names = ("state", "due", "value", "terms")
        columns = (held[name][lines].tolist() for name in names)
        people = (column.tolist() for column in (self.account_of(lines), *whom(lines)))
        for line, state, due, value, terms, *theirs in zip(lines.tolist(), *columns, *people, strict=True):
            reward, booked = self.terms[terms].reward.name, self.booked_line(line)
            for per in kinds[reward]:
                issued = self._book_of(line).scopes.at(per, Whose(reward, *theirs))
                granted = state != WAITING and booked is not None
                issued.kept.add(due, booked.granted if granted and booked is not None else value)
                if state != REVOKED:
                    issued.history.add(due, value)

    def apply_conversions(self, new: NewConversions) -> Ints:
        """Enter the next conversions of the log, and return their rows."""
        return self.conversions.append(
            seq=new.seq,
            person=new.person,
            check=new.keys.checks.astype(np.uint32),
            which=new.which,
            amount=new.amount,
            currency=new.currency,
        )

    def apply_standing(self, changes: StandingChanges) -> None:
        """Note which conversions stand, and keep the reversals that wait for theirs."""
        for target, reversal in changes.waiting:
            self.waits.setdefault(target, []).append(reversal)
        for target in changes.met_targets:
            self.waits.pop(target, None)
        # NumPy keeps the last of several values for one conversion
        self.conversions["reversed_by"][changes.conversion] = np.where(changes.fell, changes.by, 0)

    def apply_reversals(self, found: Reversals) -> None:
        """Note which reversals are in force."""
        for one in found.changes:
            if one.fell:
                self.reversals[one.conversion] = one
            else:
                del self.reversals[one.conversion]

    def apply_adjustments(self, found: Adjustments) -> None:
        """Keep the amounts that are adjusted."""
        self.adjusted.update((one.conversion, one) for one in found.adjusted)

    def apply_new_lines(self, new: NewLines) -> None:
        """Append pending lines; the sums of what is pending follow with `apply_expected`."""
        lines = new.lines
        columns = {name: getattr(lines, name) for name in FIXED}
        self.lines.append(**columns, state_at=new.made_at, earned=lines.value)
        np.add.at(self.accounts["made"], lines.account, 1)
        if self.market_of is not None:
            self.accounts["market"][lines.account] = self.market_of(lines.friend)
        account = lines.account.astype(np.int64)
        self.lines["account_before"][lines.ids] = chain_back(account, lines.ids, self.accounts["last"])
        self.lines["sibling"][lines.ids] = chain_back(new.targets, lines.ids, self.conversions["line"])

    def apply_state(self, lines: Ints, state: Array | int, at: Ints) -> None:
        """Set the state of lines, as of these times (milliseconds)."""
        self.lines["state"][lines], self.lines["state_at"][lines] = state, at

    def apply_united(self, one: Merged) -> None:
        """Add accounts to others of the same reward, each to one: from now on their lines count for those.

        Of two either both are booked or none. Booked lines are judged again, as of the merge.
        """
        accounts = dict(zip(*(ids.tolist() for ids in one.accounts), strict=True))
        if not accounts and not len(one.conversions):
            return  # neither of them, nor anything they did, earned a reward
        for added, to in accounts.items():
            self._unite(added, to)
            if self.accounts["booked"][added]:
                self.accounts["booked"][to] = 1
                self.books[int(self.accounts["market"][added])].unite(added, to, one.at)
        for book in self.books:
            book.unite_people(accounts, one.merged, one.into, one.at)

    def _unite(self, one: int, other: int) -> None:
        accounts, held, both = self.accounts, self.lines, np.array([one, other])
        lines = np.sort(self._chained("last", "account_before", both))
        issued = self.in_order(self._chained("last_issued", "issued_before", both))
        pending = self.chained_lines(both)
        members = [one, *self.members.pop(one, ())]
        self.members.setdefault(other, []).extend(members)
        accounts["into"][members] = other - np.array(members)
        for name in SUMMED:
            accounts[name][other] += accounts[name][one]
        accounts["market"][other] = accounts["market"][one]
        accounts["last_due"][other] = accounts["last_due"][both].max()
        for head, before, of in (("last", "account_before", lines), ("last_issued", "issued_before", issued)):
            accounts[head][other] = NONE
            held[before][of] = chain_back(np.full(len(of), other), of, accounts[head])
        accounts["last_pending"][other] = NONE
        self._link(pending[self._waits(pending)])
        for account in (one, other):
            self._histories.pop(account, None)

    def apply_expected(self, found: Expected) -> None:
        """Add the lines made to what is pending, set what is expected, and take the voided ones out."""
        held, made = self.lines, found.made
        if not (len(made) or len(found.lines) or len(found.voided) or len(found.read_accounts)):
            return
        self._count_pending(made, 1)
        self.accounts["last_pending"][found.read_accounts] = NONE
        self._link(found.read_lines)
        self._chain(made[self.limits.limited[held["terms"][made]]])
        lines = found.lines.ids
        once = np.unique(lines)
        self._count_pending(once, -1)
        held["expected"][lines] = found.after  # NumPy keeps the last of several values for one line
        self._count_pending(once, 1)
        self._count_pending(found.voided, -1)
        self._uncount_limited(found.voided)
        self._due.add(made[held["state"][made] == PENDING])

    def apply_released(self, released: Released) -> None:
        """Take released lines out of the calendar and of what is pending, number them, and enter those issued."""
        self._due.drop(released.before, released.left)
        lines = released.lines
        if not len(lines):
            return
        self.accounts["releases"][lines.account] = released.numbers  # the last of several is the highest
        np.add.at(self.accounts["taken"], lines.account, released.states != COUNTED)
        self._count_pending(lines.ids, -1)
        self._uncount_limited(lines.ids)
        self._issue(lines.at(released.states == ISSUED))
        self.apply_state(lines.ids, released.states, lines.due)

    def apply_used(self, found: Used) -> None:
        """Enter what was redeemed or has expired of issued lines."""
        self._expiring.drop(found.before, found.left)
        self.apply_state(found.lines.ids, found.states, found.at)

    def apply_booking(self, booking: Booking, whom: Whom) -> None:
        """Move lines and accounts into the book, as they stand; new lines follow with `apply_happenings`."""
        ids, held = booking.ids, self.lines
        for book, whole in zip(self.books, booking.whole.tolist(), strict=True):
            book.whole = whole
        if not len(ids) and not len(booking.accounts):
            return
        for one in booking.accounts.tolist():
            history = self.history(one)
            account = BookedAccount(
                releases=int(self.accounts["releases"][one]),
                taken=int(self.accounts["taken"][one]),
                issued=Issued(history.copied(), history.copied()),
            )
            self.books[int(self.accounts["market"][one])].enter_account(one, account)
            self._histories.pop(one)
        self.accounts["booked"][booking.accounts] = 1
        pending = ids[held["state"][ids] == PENDING]
        self._count_pending(pending, -1)
        self._uncount_limited(pending)
        given = ids[np.isin(held["state"][ids], GIVEN)]
        self.spent -= self.by_market(given, held["value"][given])
        held["booked"][ids] = 1
        for line in self._booked(ids, whom):
            self._book_of(line.id).enter(line)

    def _booked(self, ids: Ints, whom: Whom) -> list[BookedLine]:
        """Return lines as the book keeps them."""
        held = self.lines
        names = ("terms", "seq", "state_at", "due", "value", "state", "expected")
        columns = (held[name][ids].tolist() for name in names)
        people = (column.tolist() for column in (self.account_of(ids), *whom(ids)))
        conversions = self.conversions_at(held["seq"][ids]).tolist()
        return [
            BookedLine(
                id=number,
                account=account,
                terms=self.terms[terms],
                conversion=conversion,
                friend=friend,
                link=link,
                seq=seq,
                due=due,
                value=value,
                earned=value,
                granted=value,
                state=state,
                state_at=state_at,
                expected=expected,
                issued_at=due if state in (*GIVEN, REVOKED) else None,
                fell=state in (VOIDED, REVOKED),
            )
            for number, conversion, account, friend, link, terms, seq, state_at, due, value, state, expected in zip(
                ids.tolist(), conversions, *people, *columns, strict=True
            )
        ]

    def apply_happenings(self, happenings: Happenings, whom: Whom) -> None:
        """Let the books take what happens to their lines."""
        program, new = happenings.program, happenings.new
        told, made = self._told(happenings.happenings), self.markets_of(new)
        for market, book in enumerate(self.books):
            if book.program is not program:
                book.program = program
                book.room = Room.of(
                    program, self._issued(program, market) if needs_history(program) else None
                )
            if not book.accounts:
                continue
            book.spent_before, book.journal = int(self.spent[market]), Journal()
            ours = new[made == market]
            self.lines["booked"][ours] = 1
            if happenings.changed is not None:
                book.change_program(happenings.changed)
            book.take(told[market], self._booked(ours, whom), happenings.before)

    def _told(self, happenings: Sequence[Happening]) -> list[Sequence[Happening]]:
        """Return happenings by market."""
        if self.markets == 1:
            return [happenings]
        found: list[list[Happening]] = [[] for _ in self.books]
        lines = np.array([one.lines[0] if one.lines else NONE for one in happenings], np.int64)
        conversions = np.array([one.conversion for one in happenings], np.int64)
        if self.market_of is not None:
            markets = np.where(
                lines != NONE,
                self.markets_of(lines),
                self.market_of(self.conversions["person"][conversions].astype(np.int64)),
            )
            for market, one in zip(markets.tolist(), happenings, strict=True):
                found[market].append(one)
        return [*found]

    @property
    def journal(self) -> Journal:
        """What happened to booked lines since happenings were last applied, market by market."""
        if self.markets == 1:
            return self.books[0].journal
        found = Journal()
        for book in self.books:
            found.add(book.journal)
        return found

    def _issued(self, program: Program, market: int) -> History:
        """Return what counts in a program's budget by time, of all that was issued in a market."""
        held, found = self.lines, History()
        states = PAID_STATES if program.budget.returns else (*PAID_STATES, REVOKED)
        lines = np.flatnonzero(np.isin(held["state"][: len(held)], states))
        lines = lines[self.markets_of(lines) == market]
        issued = []
        for line, due, value in zip(
            lines.tolist(), held["due"][lines].tolist(), held["value"][lines].tolist(), strict=True
        ):
            booked = self.booked_line(line)
            if booked is None:
                issued.append((due, value))
            else:
                issued.append((booked.room_at, value if program.budget.returns else booked.granted))
        for at, value in sorted(issued):
            found.add(at, value)
        return found

    def apply_booked(self, booked: Booked) -> None:
        """Keep booked lines as they stand."""
        held, ids = self.lines, booked.ids
        if not len(ids):
            return
        held["state"][ids], held["state_at"][ids] = booked.states, booked.state_at
        held["reason"][ids], held["choice"][ids] = booked.reasons, booked.choices
        held["expected"][ids], held["due"][ids] = booked.expected, booked.due
        held["value"][ids], held["earned"][ids] = booked.value, booked.earned

    def _issue(self, lines: Lines) -> None:
        """Enter lines as issued: totals, the account's list, and the histories that are kept."""
        accounts, account = self.accounts, lines.account.astype(np.int64)
        self.spent += self.by_market(lines.ids, lines.value)
        np.add.at(accounts["issued"], account, 1)
        np.add.at(accounts["issued_value"], account, lines.value)
        self.lines["issued_before"][lines.ids] = chain_back(account, lines.ids, accounts["last_issued"])
        self._expiring.add(lines.ids[self.limits.expires[lines.terms] < ENDLESS])
        if self._histories:
            for place, one in enumerate(account.tolist()):
                if one in self._histories:
                    self._histories[one].add(int(lines.due[place]), int(lines.value[place]))

    def _chain(self, lines: Ints) -> None:
        """Enter pending lines of limited accounts into their accounts' chains and sums."""
        if not len(lines):
            return
        account = self._link(lines)
        np.maximum.at(self.accounts["last_due"], account, self.lines["due"][lines])
        self._count(account, lines, 1)

    def _link(self, lines: Ints) -> Ints:
        """Add lines to their accounts' chains, and return the accounts."""
        account = self.account_of(lines)
        if len(lines):
            before = chain_back(account, lines, self.accounts["last_pending"])
            self.lines["pending_before"][lines] = before
        return account

    def _count_pending(self, lines: Ints, sign: int) -> None:
        """Add lines to the sums of what is pending (sign 1) or take them out (-1), each as it is expected to end."""
        if not len(lines):
            return
        values, expected = self.lines["value"][lines], self.lines["expected"][lines]
        self.pending += sign * self.by_market(lines, values)
        self.promised += sign * self.by_market(lines, np.where(expected == ISSUED, values, 0))
        self.unfunded += sign * self.by_market(lines, expected == UNFUNDED)

    def _uncount_limited(self, lines: Ints) -> None:
        """Take lines that are no longer pending out of their accounts' sums; those of plain accounts have none."""
        lines = lines[self.limits.limited[self.lines["terms"][lines]]]
        self._count(self.account_of(lines), lines, -1)

    def _count(self, account: Ints, lines: Ints, sign: int) -> None:
        np.add.at(self.accounts["pending"], account, sign)
        np.add.at(self.accounts["pending_value"], account, sign * self.lines["value"][lines])


def _account_keys(numbers: Ints | int, recipients: Ints | int) -> Keys:
    """Return the keys of accounts, by the numbers of reward and role."""
    return mix(np.atleast_1d((np.asarray(numbers, np.int64) << 32) | recipients))
