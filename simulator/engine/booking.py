"""Stage 4c: find which lines are judged one by one from now on (see `book`), and what happens to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from simulator.engine.arrays import NONE, Bools, Ints
from simulator.engine.batch import Batch
from simulator.engine.book_results import (
    Booked,
    Booking,
    BookMove,
    BookShift,
    Chosen,
    Forfeited,
    Happening,
    Happenings,
    LateLine,
    Reinstated,
    Revalued,
)
from simulator.engine.budgeting import is_plain
from simulator.engine.ledger import Ledger
from simulator.engine.line_results import (
    NO_LINES,
    Act,
    Adjustments,
    Expected,
    FallenLines,
    LateReversals,
    Lines,
    NewLines,
    Released,
    Reversals,
    Revoked,
    Used,
    Voided,
)
from simulator.engine.state import State
from simulator.engine.terms import (
    EXPIRED,
    FORFEITED,
    ISSUED,
    OFFERED,
    PENDING,
    REDEEMED,
    REVOKED,
    VOIDED,
)
from simulator.program.model import Program

_NO_ROWS: Ints = np.zeros(0, np.int64)


_RELEASED = Released(lines=NO_LINES, states=_NO_ROWS, numbers=_NO_ROWS, channels=_NO_ROWS)
NOTHING = Booked(
    released=_RELEASED,
    tried=_RELEASED,
    voided=Voided(lines=NO_LINES, seq=_NO_ROWS, by=_NO_ROWS, at=_NO_ROWS, before=_NO_ROWS),
    expected_before=_NO_ROWS,
    revoked=Revoked(
        lines=NO_LINES,
        seq=_NO_ROWS,
        by=_NO_ROWS,
        at=_NO_ROWS,
        channels=_NO_ROWS,
        value_before=_NO_ROWS,
        cut=np.zeros(0, bool),
    ),
    revalued=Revalued(
        lines=NO_LINES,
        value_before=_NO_ROWS,
        states=_NO_ROWS,
        expected=_NO_ROWS,
        seq=_NO_ROWS,
        at=_NO_ROWS,
        channels=_NO_ROWS,
    ),
    reinstated=Reinstated(
        lines=NO_LINES,
        by=_NO_ROWS,
        at=_NO_ROWS,
        before=_NO_ROWS,
        due_before=_NO_ROWS,
        value_before=_NO_ROWS,
        channels=_NO_ROWS,
    ),
    forfeited=Forfeited(lines=NO_LINES, seq=_NO_ROWS, at=_NO_ROWS, before=_NO_ROWS, expected=_NO_ROWS),
    chosen=Chosen(
        lines=NO_LINES, states=_NO_ROWS, seq=_NO_ROWS, at=_NO_ROWS, choices=_NO_ROWS, channels=_NO_ROWS
    ),
    used=Used(lines=NO_LINES, states=_NO_ROWS, seq=_NO_ROWS, at=_NO_ROWS),
    vain={},
    out_of_reach=(),
    shifted=Expected(lines=NO_LINES, before=_NO_ROWS, after=_NO_ROWS, at=_NO_ROWS),
    late=LateReversals(lines=NO_LINES, at=_NO_ROWS, clawed=np.zeros(0, bool), signs=_NO_ROWS),
    ids=_NO_ROWS,
    states=_NO_ROWS,
    reasons=_NO_ROWS,
    choices=_NO_ROWS,
    state_at=_NO_ROWS,
    expected=_NO_ROWS,
    due=_NO_ROWS,
    value=_NO_ROWS,
    earned=_NO_ROWS,
)
"""Nothing happened to booked lines."""


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
    """Whether the budget may be short for all pending, new and returning lines, so that lines that fall matter."""
    values = ledger.lines["value"][reversals.lines]
    more = ledger.by_market(new.lines.ids, new.lines.value) + ledger.by_market(reversals.lines, values)
    return ledger.is_short(budget, more)


def is_booked(ledger: Ledger, lines: Lines) -> Bools:
    """Whether these new lines are booked."""
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
    amounts = [one.amount for one in adjusted.adjusted if one.conversion == conversion and one.row < row]
    if amounts:
        return amounts[-1], currency
    known = state.ledger.adjusted.get(conversion)
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


def read_journal(state: State) -> Booked:
    """Return what happened to booked lines."""
    ledger = state.ledger
    journal = ledger.journal
    if not (journal.moves or journal.shifts or journal.late or journal.vain or journal.out_of_reach):
        return NOTHING
    moves, shifts = journal.moves, journal.shifts
    voided = [one for one in moves if one.after == VOIDED]
    revoked = [one for one in moves if one.after == REVOKED]
    revalued = [one for one in moves if one.after == one.before]
    back = [one for one in moves if one.after == PENDING != one.before]
    forfeited = [one for one in moves if one.after == FORFEITED and one.step is None]
    tried = [one for one in moves if one.step == "try"]
    chosen = [one for one in moves if one.before == OFFERED and (one.after == ISSUED or one.step == "end")]
    used = [one for one in moves if one.after in (REDEEMED, EXPIRED)]
    late = replace(ledger.view(_column(journal.late, "line")), value=_column(journal.late, "value"))
    ids = np.unique(np.r_[_column(moves, "line"), _column(shifts, "line")])
    lines = [line for number in ids.tolist() if (line := ledger.booked_line(number)) is not None]
    again = _view(ledger, back)
    of_revoked, of_revalued = _view(ledger, revoked), _view(ledger, revalued)
    return Booked(
        released=_released(state, [one for one in moves if one.step == "release"]),
        tried=_released(state, tried),
        voided=Voided(
            lines=_view(ledger, voided),
            seq=_column(voided, "seq"),
            by=_column(voided, "by"),
            at=_column(voided, "at"),
            before=_column(voided, "before"),
        ),
        expected_before=_column(voided, "expected"),
        revoked=Revoked(
            lines=of_revoked,
            seq=_column(revoked, "seq"),
            by=_column(revoked, "by"),
            at=_column(revoked, "at"),
            channels=state.channels_of(of_revoked),
            value_before=_column(revoked, "value_before"),
            cut=_column(revoked, "cut").astype(bool),
        ),
        reinstated=Reinstated(
            lines=again,
            by=_column(back, "by"),
            at=_column(back, "at"),
            before=_column(back, "before"),
            due_before=_column(back, "due_before"),
            value_before=_column(back, "value_before"),
            channels=state.channels_of(again),
        ),
        revalued=Revalued(
            lines=of_revalued,
            value_before=_column(revalued, "value_before"),
            states=_column(revalued, "after"),
            expected=_column(revalued, "expected"),
            seq=_column(revalued, "seq"),
            at=_column(revalued, "at"),
            channels=state.channels_of(of_revalued),
        ),
        forfeited=Forfeited(
            lines=_view(ledger, forfeited),
            seq=_column(forfeited, "seq"),
            at=_column(forfeited, "at"),
            before=_column(forfeited, "before"),
            expected=_column(forfeited, "expected"),
        ),
        chosen=_chosen(state, chosen),
        used=_used(ledger, used),
        vain=journal.vain,
        out_of_reach=journal.out_of_reach,
        shifted=Expected(
            lines=_view(ledger, shifts),
            before=_column(shifts, "before"),
            after=_column(shifts, "after"),
            at=_column(shifts, "at"),
        ),
        late=LateReversals(
            lines=late,
            at=_column(journal.late, "at"),
            clawed=_column(journal.late, "clawed").astype(bool),
            signs=_column(journal.late, "sign"),
        ),
        ids=ids,
        states=np.array([line.state for line in lines], np.int64),
        reasons=np.array([line.reason for line in lines], np.int64),
        choices=np.array([line.choice for line in lines], np.int64),
        state_at=np.array([line.state_at for line in lines], np.int64),
        expected=np.array([line.expected for line in lines], np.int64),
        due=np.array([line.due for line in lines], np.int64),
        value=np.array([line.value for line in lines], np.int64),
        earned=np.array([line.earned for line in lines], np.int64),
    )


def _released(state: State, moves: list[BookMove]) -> Released:
    lines = _view(state.ledger, moves)
    return Released(
        lines=lines,
        states=_column(moves, "after"),
        numbers=_column(moves, "number"),
        value_before=_column(moves, "value_before"),
        reasons=_column(moves, "reason"),
        channels=state.channels_of(lines),
    )


def _chosen(state: State, moves: list[BookMove]) -> Chosen:
    lines = _view(state.ledger, moves)
    return Chosen(
        lines=lines,
        states=_column(moves, "after"),
        seq=_column(moves, "seq"),
        at=_column(moves, "at"),
        choices=_column(moves, "choice"),
        channels=state.channels_of(lines),
    )


def _used(ledger: Ledger, moves: list[BookMove]) -> Used:
    return Used(
        lines=_view(ledger, moves),
        states=_column(moves, "after"),
        seq=_column(moves, "seq"),
        at=_column(moves, "at"),
    )


def _view(ledger: Ledger, moves: list[BookMove] | list[BookShift]) -> Lines:
    """Return the lines of moves, with their due times and values at that time."""
    return replace(
        ledger.view(_column(moves, "line")), due=_column(moves, "due"), value=_column(moves, "value")
    )


def _column(rows: list[BookMove] | list[BookShift] | list[LateLine], name: str) -> Ints:
    return np.array([getattr(row, name) for row in rows], np.int64)
