"""Look up rewards: lines, their recipients, what was issued to whom, and conversions with their reversals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from simulator.engine import ledger_columns
from simulator.engine.arrays import NONE, Array, Bools, Columns, Ints, Keys
from simulator.engine.book import Book
from simulator.engine.book_results import Journal
from simulator.engine.booked_lines import BookedLine
from simulator.engine.history import History
from simulator.engine.interner import Hashed, Interner
from simulator.engine.keys import KeyIndex, mix
from simulator.engine.line_results import (
    Adjusted,
    Change,
    Lines,
    WaitingReversal,
)
from simulator.engine.schedule import Schedule
from simulator.engine.terms import (
    ENDLESS,
    ISSUED,
    PENDING,
    ROLES,
    Limits,
    Terms,
)
from simulator.program.model import Reward

FIXED = ("decision", "seq", "made", "due", "value", "occurred", "account", "terms", "friend")
"""The columns of lines that never change."""


@dataclass
class ReadableLedger:
    """What `Ledger` holds, and how it is looked up; see there.

    Looking up a conversion or an account gives it a number and a blank row, which says nothing but who is meant.
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
        """Return whether a budget may be too small for everything pending in a market plus `more` (minor units)."""
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
        # the same type as the column, which would otherwise be copied as a whole
        wanted = seqs.astype(np.uint32)
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
        """Return all lines that are pending and not booked, in any order."""
        lines = self._due.lines
        return np.asarray(lines[self._waits(lines)], np.int64)

    def _waits(self, lines: Ints) -> Bools:
        """Return whether lines are pending and not booked."""
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

    @property
    def journal(self) -> Journal:
        """What happened to booked lines since happenings were last applied, market by market."""
        if self.markets == 1:
            return self.books[0].journal
        found = Journal()
        for book in self.books:
            found.add(book.journal)
        return found


def _account_keys(numbers: Ints | int, recipients: Ints | int) -> Keys:
    """Return the keys of accounts, by the numbers of reward and role."""
    return mix(np.atleast_1d((np.asarray(numbers, np.int64) << 32) | recipients))
