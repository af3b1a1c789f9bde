"""Keep the rewards: lines, their recipients, what was issued to whom, and conversions with their reversals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simulator.engine.arrays import NONE, Array, Ints, chain_back
from simulator.engine.book_results import Booked, Booking, Happening, Happenings, Journal
from simulator.engine.booked_lines import BookedAccount, BookedLine
from simulator.engine.budgeting import Room, needs_history
from simulator.engine.history import History
from simulator.engine.line_results import (
    Adjustments,
    Expected,
    Lines,
    NewLines,
    NewTerms,
    Released,
    Reversals,
    Used,
)
from simulator.engine.readable_ledger import FIXED, ReadableLedger
from simulator.engine.results import Merged, NewConversions, StandingChanges
from simulator.engine.scopes import CapKeys, Issued
from simulator.engine.terms import (
    COUNTED,
    ENDLESS,
    GIVEN,
    ISSUED,
    PAID_STATES,
    PENDING,
    REVOKED,
    UNFUNDED,
    VOIDED,
    WAITING,
    Limits,
    Terms,
)
from simulator.program.model import Per, Program

FriendsAndLinks = Callable[[Ints], tuple[Ints, Ints]]
"""Returns, for lines (ids), the people their friends are known as by now, and the links of their attributions."""

SUMMED = ("made", "releases", "taken", "issued", "issued_value", "pending", "pending_value")
"""The columns of accounts that are added up when two are united."""


@dataclass
class Ledger(ReadableLedger):
    """Rewards by dense ids. An account is one reward (by name) to one recipient in one role.

    Only the methods `apply_…` change it, and only `State.apply` calls those.

    Several `markets` may be judged together; `market_of` returns those of people. Each has a budget and a book of its
    own, and sums of money are by market.
    """

    def apply_terms(self, new: NewTerms, friends_and_links: FriendsAndLinks) -> None:
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
            self._fill_scopes(kinds, friends_and_links)

    def _fill_scopes(self, kinds: Mapping[str, set[Per]], friends_and_links: FriendsAndLinks) -> None:
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
        people = (column.tolist() for column in (self.account_of(lines), *friends_and_links(lines)))
        for line, state, due, value, terms, *theirs in zip(lines.tolist(), *columns, *people, strict=True):
            reward, booked = self.terms[terms].reward.name, self.booked_line(line)
            for per in kinds[reward]:
                issued = self._book_of(line).scopes.at(per, CapKeys(reward, *theirs))
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

    def apply_booking(self, booking: Booking, friends_and_links: FriendsAndLinks) -> None:
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
        for line in self._booked(ids, friends_and_links):
            self._book_of(line.id).enter(line)

    def _booked(self, ids: Ints, friends_and_links: FriendsAndLinks) -> list[BookedLine]:
        """Return lines as the book keeps them."""
        held = self.lines
        names = ("terms", "seq", "state_at", "due", "value", "state", "expected")
        columns = (held[name][ids].tolist() for name in names)
        people = (column.tolist() for column in (self.account_of(ids), *friends_and_links(ids)))
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

    def apply_happenings(self, happenings: Happenings, friends_and_links: FriendsAndLinks) -> None:
        """Let the books take what happens to their lines."""
        program, new = happenings.program, happenings.new
        by_market, made = self._happenings_by_market(happenings.happenings), self.markets_of(new)
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
            book.take(by_market[market], self._booked(ours, friends_and_links), happenings.before)

    def _happenings_by_market(self, happenings: Sequence[Happening]) -> list[Sequence[Happening]]:
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
