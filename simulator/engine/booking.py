"""Stage 4c: find which lines are judged one by one from now on (see `book`), and what happens to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from simulator.engine.arrays import NONE, Bools, Ints
from simulator.engine.batch import Batch
from simulator.engine.book_results import (
    Booking,
    Happening,
    Happenings,
)
from simulator.engine.budgeting import is_plain
from simulator.engine.ledger import Ledger
from simulator.engine.line_results import (
    Act,
    Adjustments,
    FallenLines,
    Lines,
    NewLines,
    Reversals,
)
from simulator.engine.state import State
from simulator.engine.terms import (
    EXPIRED,
    ISSUED,
    PENDING,
    REDEEMED,
    REVOKED,
    VOIDED,
)
from simulator.program.model import Program

_NO_ROWS: Ints = np.zeros(0, np.int64)


def book_lines(
    ledger: Ledger,
    new: NewLines,
    fallen: FallenLines,
    reversals: Reversals,
    adjusted: Adjustments,
    acts: Sequence[Act],
    program: Program,
) -> Booking:
    """Find the existing lines to be booked before the happenings of the batch."""
    before, changed = ledger.whole, len(new.lines) > 0 and bool(ledger.limits.one_by_one.any())
    vetoed = [one.line for one in acts if one.kind == "vetoed" and one.line != NONE]
    changed_alone = _revalued(ledger, adjusted)
    if vetoed:
        changed_alone = np.union1d(changed_alone, np.array(vetoed, np.int64))
    if not (
        len(changed_alone)
        or len(reversals.lines)
        or ledger.has_booked
        or before.any()
        or changed
        or not is_plain(program)
    ):
        return Booking(ids=_NO_ROWS, accounts=_NO_ROWS, whole=before)
    held = ledger.lines
    hit = np.union1d(_entangled(ledger, fallen, reversals), changed_alone)
    touched = np.union1d(reversals.lines, changed_alone)
    one_by_one = ledger.limits.one_by_one[new.lines.terms]
    gives_back = len(touched) > 0 or ledger.has_booked or bool(one_by_one.any())
    whole = before | (not is_plain(program))
    if gives_back:
        whole |= _may_be_short(ledger, new, reversals, program.budget_minor)
    accounts = np.r_[ledger.account_of(hit), new.lines.account[one_by_one]]
    ids = _NO_ROWS
    if whole.any():
        old = np.setdiff1d(_pending_in(ledger, whole & ~before), new.lines.ids)
        ids = np.union1d(old, _lines_in(ledger, touched[held["booked"][touched] == 0], whole))
        theirs = ledger.account_of(np.union1d(ids, _lines_in(ledger, new.lines.ids, whole)))
        accounts = np.r_[accounts, theirs]
    accounts = np.unique(accounts.astype(np.int64))
    accounts = accounts[ledger.accounts["booked"][accounts] == 0]
    if not whole.all():
        ids = np.union1d(ids, _touched_of_booked(ledger, touched, accounts))
        ids = np.union1d(ids, ledger.waiting_lines(accounts))
    return Booking(ids=np.setdiff1d(ids, new.lines.ids), accounts=accounts, whole=whole)


def _pending_in(ledger: Ledger, markets: Bools) -> Ints:
    """Return the pending lines in these markets, given by a mask; listing them is slow if there are many."""
    return _lines_in(ledger, ledger.pending_lines(), markets) if markets.any() else _NO_ROWS


def _lines_in(ledger: Ledger, lines: Ints, markets: Bools) -> Ints:
    """Return those of the lines that are in these markets, given by a mask."""
    return lines if markets.all() else np.asarray(lines[markets[ledger.markets_of(lines)]])


def _revalued(ledger: Ledger, adjusted: Adjustments) -> Ints:
    """Return the lines whose share an adjustment may change."""
    if not adjusted.adjusted:
        return _NO_ROWS
    lines, _ = ledger.lines_of(np.unique([one.conversion for one in adjusted.adjusted]))
    shares = np.array([entry.reward.percent is not None for entry in ledger.terms], bool)
    return np.asarray(lines[shares[ledger.lines["terms"][lines]]])


def _touched_of_booked(ledger: Ledger, lines: Ints, accounts: Ints) -> Ints:
    """Return the lines whose accounts are booked, or are among these accounts."""
    held = ledger.lines
    account = ledger.account_of(lines)
    booked = (ledger.accounts["booked"][account] > 0) | np.isin(account, accounts)
    return np.asarray(lines[booked & (held["booked"][lines] == 0)])


def book_changed_terms(ledger: Ledger, program: Program) -> Booking:
    """Find the lines to be booked because a new version has different limits of rewards, or a different budget."""
    held, limits = ledger.lines, ledger.limits
    pending = ledger.pending_lines()
    pending = pending[limits.one_by_one[held["terms"][pending]]]
    before = ledger.whole
    whole = before | (not is_plain(program))
    if ledger.has_booked or len(pending):
        whole |= ledger.is_short(program.budget_minor)
    all_of_them = _pending_in(ledger, whole & ~before)
    accounts = np.unique(np.r_[ledger.account_of(pending), ledger.account_of(all_of_them)])
    return Booking(
        ids=np.union1d(ledger.waiting_lines(accounts), all_of_them),
        accounts=accounts[ledger.accounts["booked"][accounts] == 0],
        whole=whole,
    )


def book_united(ledger: Ledger, added: Ints, to: Ints, budget: int | None) -> Booking:
    """Find the lines to be booked because accounts are to be added to others.

    That is the case if one of the two is already booked, or if lines released to both are numbered differently now.
    """
    found: list[int] = []
    for pair in zip(added.tolist(), to.tolist(), strict=True):
        both = np.array(pair)
        lines = ledger.lines_of_accounts(both)
        numbered = (
            ledger.limits.numbered[ledger.lines["terms"][lines]].any() and ledger.accounts["made"][both].all()
        )
        if numbered or ledger.accounts["booked"][both].any():
            found.extend(pair)
    accounts = np.array(found, np.int64)
    accounts = np.unique(accounts[ledger.accounts["booked"][accounts] == 0])
    before = whole = ledger.whole
    ids = ledger.waiting_lines(accounts)
    if len(accounts):
        theirs = np.zeros(ledger.markets, bool)
        theirs[ledger.accounts["market"][accounts]] = True
        whole = before | (theirs & ledger.is_short(budget))
        ids = np.union1d(ids, _pending_in(ledger, whole & ~before))
        accounts = np.union1d(accounts, ledger.account_of(ids))
        accounts = accounts[ledger.accounts["booked"][accounts] == 0]
    return Booking(ids=np.sort(ids), accounts=accounts, whole=whole)


def _entangled(ledger: Ledger, fallen: FallenLines, reversals: Reversals) -> Ints:
    """Return the lines that come back, or that fall after their release and may make a difference to others."""
    lines, held = reversals.lines, ledger.lines
    if not len(lines):
        return lines
    changes = Counter(one.conversion for one in reversals.changes)
    often = [one for one, times in changes.items() if times > 1]
    back = [one.conversion for one in reversals.changes if not one.fell]
    at_of = {one.conversion: one.at for one in reversals.changes}
    at = np.array([at_of[owner] for owner in reversals.owners.tolist()], np.int64)
    state, due = held["state"][lines], held["due"][lines]
    at_once = (state == PENDING) & ((at <= due) | np.isin(lines, fallen.ids))
    certain = (state == PENDING) & ~ledger.limits.limited[held["terms"][lines]]
    stays = ((state == ISSUED) | certain) & (at > due + _clawbacks(ledger)[held["terms"][lines]])
    again = np.isin(reversals.owners, [*often, *back])
    done = np.isin(state, (VOIDED, REVOKED, REDEEMED, EXPIRED))
    found: Ints = lines[again | ~(at_once | stays | done)]
    return found


def _clawbacks(ledger: Ledger) -> Ints:
    """Return how long a line of each terms can be taken back (milliseconds), negative if it can't be."""
    clawbacks = [entry.reward.clawback_ms for entry in ledger.terms]
    return np.array([-1 if clawback is None else clawback for clawback in clawbacks], np.int64)


def _may_be_short(ledger: Ledger, new: NewLines, reversals: Reversals, budget: int | None) -> Bools:
    """Return whether the budget may be short of pending, new and returning lines, so that lines that fall matter."""
    values = ledger.lines["value"][reversals.lines]
    more = ledger.by_market(new.lines.ids, new.lines.value) + ledger.by_market(reversals.lines, values)
    return ledger.is_short(budget, more)


def is_booked(ledger: Ledger, lines: Lines) -> Bools:
    """Return whether these new lines are booked."""
    return np.asarray(
        ledger.whole[ledger.markets_of(lines.ids)] | (ledger.accounts["booked"][lines.account] > 0)
    )


def find_happenings(
    state: State,
    new: NewLines,
    fallen: FallenLines,
    reversals: Reversals,
    adjusted: Adjustments,
    acts: Sequence[Act],
    answers: Sequence[Happening],
    batch: Batch,
    program: Program,
) -> Happenings:
    """Return what happens to booked lines, in order."""
    ledger, before = state.ledger, int(batch.received[-1])
    if not ledger.has_booked and not len(new.lines):
        return Happenings(happenings=(), new=_NO_ROWS, before=before, program=program)
    found = _made(ledger, new, fallen)
    for one, force in zip(reversals.changes, reversals.before, strict=True):
        amount, currency = _amount_at(state, one.conversion, one.row, adjusted)
        cause = one if one.fell or force is None else force
        found.append(
            Happening(
                position=one.position,
                kind="reversed" if one.fell else "reinstated",
                at=one.at,
                seq=one.seq,
                conversion=one.conversion,
                by=one.by,
                occurred=cause.occurred,
                by_at=cause.at,
                counts=True,
                amount=amount,
                currency=currency,
            )
        )
    found.extend(
        Happening(2 * one.row, "adjusted", one.at, one.seq, one.conversion, one.seq)._replace(
            amount=one.amount, currency=one.currency
        )
        for one in adjusted.adjusted
    )
    found.extend(answers)
    booked = new.lines.ids[is_booked(ledger, new.lines)]
    fresh = set(booked.tolist())
    found.extend(
        Happening(2 * one.row, one.kind, one.at, one.seq, by=one.seq, lines=(one.line,), choice=one.choice)
        for one in acts
        if one.why is None and (ledger.lines["booked"][one.line] or one.line in fresh)
    )
    found.sort(key=lambda one: one.position)
    return Happenings(happenings=found, new=booked, before=before, program=program)


def _amount_at(state: State, conversion: int, row: int, adjusted: Adjustments) -> tuple[int, str | None]:
    """Return a conversion's amount as of an event, in minor units of its currency (None if none was passed)."""
    held = state.ledger.conversions
    word = int(held["currency"][conversion])
    currency = None if word == NONE else state.words.texts[word]
    known = adjusted.before(conversion, row) or state.ledger.adjusted.get(conversion)
    return (int(held["amount"][conversion]) if known is None else known.amount), currency


def _made(ledger: Ledger, new: NewLines, fallen: FallenLines) -> list[Happening]:
    """Return the creation of booked lines, and the immediate fall of those of reversed conversions."""
    booked = np.flatnonzero(is_booked(ledger, new.lines))
    falls = dict(zip(fallen.ids.tolist(), fallen.by, strict=True))
    found: list[Happening] = []
    for place in booked.tolist():
        line, row = int(new.lines.ids[place]), int(new.rows[place])
        seq, at = int(new.lines.made[place]), int(new.made_at[place])
        found.append(Happening(position=2 * row, kind="made", at=at, seq=seq, lines=(line,)))
        if (force := falls.get(line)) is not None and force.seq != seq:  # otherwise it is reported separately
            conversion = int(new.targets[place])
            found.append(
                Happening(2 * row, "reversed", at, seq, conversion, force.by, force.occurred, force.at)
            )
    return found
