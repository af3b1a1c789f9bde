"""Stage 4d: predict what each pending line becomes if nothing else happens: issued, counted, capped or unfunded.

Only an event can change that: one that makes or voids a line, or changes the budget. Sums are kept by the
hour, so the lines are judged as they stood at the end of each hour in which something changed: neither the cut of the
log into batches nor its place in the hour can be seen. Lines are judged in the order of their release, beginning with
what the ledger holds as released; a line that falls due within the batch is still among them, since no event after
its release concerns it.

Nearly all lines go through in bulk: those of rewards without limits, and those that are nowhere near a cap and, where
lines are numbered (`every`, `tier`), fall due after all others of their account. The lines of other accounts are judged
one by one (`tight.py`), as are all lines if the budget may not be enough for everything pending.
"""

from __future__ import annotations

import numpy as np

from simulator.domain.spans import HOUR_MS
from simulator.engine import tight
from simulator.engine.arrays import Bools, Ints, running_count
from simulator.engine.judging import Changes, Shifts, without_room
from simulator.engine.ledger import Ledger
from simulator.engine.line_results import NO_LINES, Expected, NewLines, Voided
from simulator.engine.state import State
from simulator.engine.terms import COUNTED, ENDLESS, PENDING, UNFUNDED

_NO_ROWS: Ints = np.zeros(0, np.int64)
NOTHING = Expected(lines=NO_LINES, before=_NO_ROWS, after=_NO_ROWS, at=_NO_ROWS)
"""All expected states are as before."""


def expect(state: State, new: NewLines, voided: Voided, budget: int | None) -> Expected:
    """Judge again the lines that the batch's new and voided lines affect. `budget` is in minor units.

    The new lines are not in the ledger's calendar and sums yet, the voided ones are marked as such.
    """
    if not len(new.lines) and not len(voided.lines):
        return NOTHING
    ledger, shifts = state.ledger, Shifts(state.ledger)
    changes = Changes.of(new.lines.ids, new.made_at, voided.lines.ids, voided.at)
    made, gone = changes.made, changes.voided
    read = (made[:0], made[:0])
    if len(made) or len(gone):
        held = ledger.lines
        short = ledger.is_short(budget, ledger.by_market(made, held["value"][made]))
        if budget is None or not short.any():
            read = _apart(ledger, changes, shifts, None)
        else:
            read = _by_market(ledger, changes, shifts, short, ledger.rooms(budget))
    lines_of, before, after, at = shifts.joined()
    ended = ledger.lines["expected"][voided.lines.ids].astype(np.int64)
    of = np.isin(lines_of.ids, voided.lines.ids)
    ended[np.searchsorted(voided.lines.ids, lines_of.ids[of])] = after[of]  # the last of several counts
    return Expected(
        lines=lines_of,
        before=before,
        after=after,
        at=at,
        made=made,
        voided=gone,
        read_accounts=read[0],
        read_lines=read[1],
        ended=ended,
    )


def expect_budget(state: State, budget: int | None, at: int) -> Expected:
    """Judge all pending lines again under another budget (minor units), in force from `at` (milliseconds) on."""
    ledger, shifts = state.ledger, Shifts(state.ledger)
    rooms = (ENDLESS if budget is None else budget) - ledger.spent
    judged = ~ledger.whole & ((ledger.unfunded > 0) | (ledger.pending > rooms))
    if judged.any():
        lines = ledger.pending_lines()
        markets = ledger.markets_of(lines)
        for market in np.flatnonzero(judged).tolist():
            tight.under_budget(ledger, lines[markets == market], int(rooms[market]), at // HOUR_MS, shifts)
    of, before, after, moments = shifts.joined()
    return Expected(lines=of, before=before, after=after, at=moments)


def expect_united(state: State, accounts: Ints, budget: int | None, at: int) -> Expected:
    """Judge again the pending lines of accounts to which others were added at a time (milliseconds).

    `budget` is in minor units.
    """
    ledger, shifts = state.ledger, Shifts(state.ledger)
    lines = ledger.waiting_lines(accounts)
    lines = lines[ledger.limits.limited[ledger.lines["terms"][lines]]]
    if len(lines):
        market, room = int(ledger.markets_of(lines[:1])[0]), None
        if budget is not None and ledger.is_short(budget)[market]:
            room, lines = int(ledger.rooms(budget)[market]), ledger.pending_lines()
            lines = lines[ledger.markets_of(lines) == market]
        tight.of_accounts(ledger, accounts, lines, room, at // HOUR_MS, shifts)
    of, before, after, moments = shifts.joined()
    return Expected(lines=of, before=before, after=after, at=moments)


def _by_market(
    ledger: Ledger, changes: Changes, shifts: Shifts, short: Bools, rooms: Ints
) -> tuple[Ints, Ints]:
    """Judge the changes of each market by what its budget leaves, `rooms` (minor units), if that may be `short`.

    Returns the accounts whose chains were read, and their lines that are pending.
    """
    made, gone = ledger.markets_of(changes.made), ledger.markets_of(changes.voided)
    read = []
    if not short.all():
        read.append(_apart(ledger, changes.at(~short[made], ~short[gone]), shifts, None))
    contested = []
    for market in np.intersect1d(np.flatnonzero(short), np.r_[made, gone]).tolist():
        theirs, room = changes.at(made == market, gone == market), int(rooms[market])
        if _nothing_fits(ledger, theirs.made, market, room):
            read.append(_apart(ledger, theirs, shifts, room))
        else:
            contested.append((market, theirs))
    pending = ledger.pending_lines() if contested else made[:0]
    markets = ledger.markets_of(pending)
    for market, theirs in contested:
        others = np.setdiff1d(theirs.voided, theirs.made)
        lines = np.concatenate([pending[markets == market], theirs.made, others])
        tight.by_hour(ledger, theirs, lines, int(rooms[market]), shifts)
    if not read:
        return changes.made[:0], changes.made[:0]
    accounts, lines = (np.concatenate(part) for part in zip(*read, strict=True))
    return accounts, lines


def _nothing_fits(ledger: Ledger, made: Ints, market: int, room: int) -> bool:
    """Return whether a market's budget has no room for anything pending or new, so that no line affects another."""
    least = int(ledger.lines["value"][made].min()) if len(made) else ENDLESS
    return int(ledger.promised[market]) == 0 and room < least and room < ledger.limits.smallest


def _apart(ledger: Ledger, changes: Changes, shifts: Shifts, room: int | None) -> tuple[Ints, Ints]:
    """Judge each account by itself: the budget has room for all lines (None), or so little that none fits.

    Returns the accounts whose chains were read, and their lines that are pending.
    """
    held, accounts = ledger.lines, ledger.accounts
    limited = ledger.limits.limited[held["terms"][changes.made]]
    lines, hours = changes.made[limited], changes.made_hours[limited]
    gone = changes.voided[ledger.limits.limited[held["terms"][changes.voided]]]
    account = ledger.account_of(lines)
    slow = _entangled(ledger, lines, gone, near_caps=room is None)
    alone = ~np.isin(account, slow)
    numbers = accounts["releases"][account] + accounts["pending"][account] + running_count(account) + 1
    turn = ledger.limits.on_turn(held["terms"][lines], numbers)
    shifts.expect(lines[alone & ~turn], COUNTED, hours[alone & ~turn] * HOUR_MS)
    if room is not None:
        chosen = alone & turn
        shifts.expect(lines[chosen], without_room(ledger, lines[chosen]), hours[chosen] * HOUR_MS)
        shifts.expect(changes.made[~limited], UNFUNDED, changes.made_hours[~limited] * HOUR_MS)
    if not len(slow):
        return slow, slow
    gathered = np.sort(np.r_[ledger.chained_lines(slow), lines[~alone]])
    pending = held["state"][gathered] == PENDING
    chosen = gathered[pending | np.isin(gathered, changes.voided)]
    tight.by_hour(ledger, changes, chosen, room, shifts)
    # the chains lose what is pending no more by this, so that every line is passed over once at most; the new lines
    # are added to them as all are
    return slow, gathered[pending & ~np.isin(gathered, lines)]


def _entangled(ledger: Ledger, made: Ints, gone: Ints, *, near_caps: bool) -> Ints:
    """Return the accounts of these lines in which the fate of one line may depend on the others.

    They are those whose numbers change other than by one more at the end, and, if requested, those near a cap.
    """
    account, gone_from = (ledger.account_of(lines) for lines in (made, gone))
    numbered = ledger.limits.numbered[ledger.lines["terms"][made]]
    late = numbered.copy()
    late[numbered] = _out_of_order(ledger, made[numbered], account[numbered])
    found = [account[late], gone_from[ledger.limits.numbered[ledger.lines["terms"][gone]]]]
    if near_caps:
        found.append(_near_caps(ledger, made, np.r_[made, gone], np.r_[account, gone_from]))
    return np.unique(np.concatenate(found))


def _out_of_order(ledger: Ledger, lines: Ints, account: Ints) -> Bools:
    """Return which of these new lines, in order of their making, do not fall due after all lines of their account."""
    order = np.argsort(account, kind="stable")
    due, owner = ledger.lines["due"][lines[order]], account[order]
    same = np.r_[False, owner[1:] == owner[:-1]][: len(owner)]
    before = np.where(same, np.r_[0, due[:-1]][: len(due)], ledger.accounts["last_due"][owner])
    late = np.empty(len(lines), bool)
    late[order] = due <= before
    return late


def _near_caps(ledger: Ledger, made: Ints, lines: Ints, account: Ints) -> Ints:
    """Return the lines' accounts that could exceed a cap if everything pending for them were issued.

    `made` are the new ones, which come first among the lines and are not in the accounts' pending sums yet.
    """
    terms, limits, accounts = ledger.lines["terms"][lines], ledger.limits, ledger.accounts
    if not limits.capped[terms].any():
        return account[:0]
    unique, which = np.unique(account, return_inverse=True)
    new = which[: len(made)]
    more = np.bincount(new, minlength=len(unique)) + accounts["issued"][unique] + accounts["pending"][unique]
    money = accounts["issued_value"][unique] + accounts["pending_value"][unique]
    np.add.at(money, new, ledger.lines["value"][made])
    over = (more[which] > limits.count[terms]) | (money[which] > limits.value[terms])
    return account[over]
