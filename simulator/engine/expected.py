"""Stage 3b: what each pending line would become if nothing else happened: issued, counted, capped or unfunded.

Only an event can change that: a line that is made or voided, or a program with another budget. Sums are kept by the
hour, so the lines are judged as they stood at the end of each hour in which something changed: neither the cut of the
log into batches nor its place in the hour can be seen. Lines are judged in the order of their release, beginning with
what the ledger holds as released; a line that falls due within the batch is still among them, since no event after
its release has anything to do with it.

Nearly all lines go through in bulk: those of rewards without limits, and those that fall due after all others of
their account and are nowhere near a cap. Other accounts are judged one by one, and all lines together (`tight.py`)
where the budget may not be enough for everything pending.
"""

from __future__ import annotations

import numpy as np

from simulator.domain.spans import HOUR_MS
from simulator.engine import tight
from simulator.engine.arrays import NONE, Bools, Ints, chain_back, running_count
from simulator.engine.judging import ALWAYS, NEVER, Changes, Shifts, judge, without_room
from simulator.engine.ledger import COUNTED, ENDLESS, PENDING, UNFUNDED, Ledger


def expect(ledger: Ledger, changes: Changes, budget: int | None) -> Shifts:
    """Judge anew what a batch's changes are about, and keep the ledger's sums of what is pending.

    The new lines are not in the ledger's calendar yet, the voided ones are marked as such. `budget` in minor units.
    """
    shifts = Shifts(ledger)
    made, voided = changes.made, changes.voided
    if not len(made) and not len(voided):
        return shifts
    room = None if budget is None else budget - ledger.spent
    stranded = room is not None and _nothing_fits(ledger, made, room)
    ledger.count_pending(made, 1)
    limited = ledger.limits.limited[ledger.lines["terms"][made]]
    if room is None or stranded or (not ledger.unfunded and ledger.pending <= room):
        _apart(ledger, changes, limited, shifts, stranded=stranded)
    else:
        ledger.chain(made[limited])
        tight.by_hour(ledger, changes, room, shifts)
    ledger.count_pending(voided, -1)
    ledger.uncount_limited(voided)
    return shifts


def expect_budget(ledger: Ledger, budget: int | None, at: int) -> Shifts:
    """Judge all pending lines anew under another budget (minor units), in force from `at` (milliseconds) on."""
    shifts = Shifts(ledger)
    room = ENDLESS if budget is None else budget - ledger.spent
    if ledger.unfunded or ledger.pending > room:
        tight.under_budget(ledger, room, at // HOUR_MS, shifts)
    return shifts


def _nothing_fits(ledger: Ledger, made: Ints, room: int) -> bool:
    """Whether the budget has no room for anything pending or new: then no line makes a difference to another."""
    least = int(ledger.lines["value"][made].min()) if len(made) else ENDLESS
    return ledger.promised == 0 and room < least and room < ledger.limits.smallest


def _apart(ledger: Ledger, changes: Changes, limited: Bools, shifts: Shifts, *, stranded: bool) -> None:
    """Judge each account by itself: the budget has room for all lines, or (`stranded`) for none."""
    held, accounts = ledger.lines, ledger.accounts
    lines, hours = changes.made[limited], changes.made_hours[limited]
    gone = changes.voided[ledger.limits.limited[held["terms"][changes.voided]]]
    account = held["account"][lines].astype(np.int64)
    slow = np.unique(np.r_[held["account"][gone], account[_out_of_order(ledger, lines, account)]])
    if not stranded:
        slow = np.union1d(slow, account[_near_caps(ledger, lines, account)])
    alone = ~np.isin(account, slow)
    numbers = accounts["releases"][account] + accounts["pending"][account] + running_count(account) + 1
    ledger.chain(lines)
    turn = ledger.limits.on_turn(held["terms"][lines], numbers)
    shifts.expect(lines[alone & ~turn], COUNTED, hours[alone & ~turn] * HOUR_MS)
    if stranded:
        chosen = alone & turn
        shifts.expect(lines[chosen], without_room(ledger, lines[chosen]), hours[chosen] * HOUR_MS)
        shifts.expect(changes.made[~limited], UNFUNDED, changes.made_hours[~limited] * HOUR_MS)
    for one, theirs in _gathered(ledger, slow, changes):
        made, voided = changes.made_hour(theirs), changes.voided_hour(theirs)
        moments = np.unique(np.r_[made[made > ALWAYS], voided[voided < NEVER]])
        for hour in moments.tolist():
            there = theirs[(made <= hour) & (hour < voided)]
            shifts.expect(there, judge(ledger, one, there, stranded=stranded), hour * HOUR_MS)


def _out_of_order(ledger: Ledger, lines: Ints, account: Ints) -> Bools:
    """Which of these new lines, in order of their making, do not fall due after all lines of their account."""
    order = np.argsort(account, kind="stable")
    due, owner = ledger.lines["due"][lines[order]], account[order]
    same = np.r_[False, owner[1:] == owner[:-1]][: len(owner)]
    before = np.where(same, np.r_[0, due[:-1]][: len(due)], ledger.accounts["last_due"][owner])
    late = np.empty(len(lines), bool)
    late[order] = due <= before
    return late


def _near_caps(ledger: Ledger, lines: Ints, account: Ints) -> Bools:
    """Which of these new lines could pass a cap, were all that is pending for their account issued."""
    terms = ledger.lines["terms"][lines]
    capped = ledger.limits.capped[terms]
    if not capped.any():
        return capped
    unique, which = np.unique(account, return_inverse=True)
    accounts = ledger.accounts
    more = (
        np.bincount(which, minlength=len(unique)) + accounts["issued"][unique] + accounts["pending"][unique]
    )
    money = accounts["issued_value"][unique] + accounts["pending_value"][unique]
    np.add.at(money, which, ledger.lines["value"][lines])
    over: Bools = (more[which] > ledger.limits.count[terms]) | (money[which] > ledger.limits.value[terms])
    return over & capped


def _gathered(ledger: Ledger, accounts: Ints, changes: Changes) -> list[tuple[int, Ints]]:
    """Return the pending lines of each of these accounts in the order of release, including those voided in this batch.

    What is pending no more leaves the accounts' chains by this: so every line is passed over once at most.
    """
    if not len(accounts):
        return []
    held, heads = ledger.lines, ledger.accounts["last_pending"]
    parts, nodes = [], heads[accounts].astype(np.int64)
    while len(nodes := nodes[nodes != NONE]):
        parts.append(nodes)
        nodes = held["pending_before"][nodes].astype(np.int64)
    lines = np.sort(np.concatenate(parts)) if parts else np.zeros(0, np.int64)
    pending = held["state"][lines] == PENDING
    heads[accounts] = NONE
    still = lines[pending]
    held["pending_before"][still] = chain_back(held["account"][still].astype(np.int64), still, heads)
    lines = ledger.in_order(lines[pending | np.isin(lines, changes.voided)])
    owner = held["account"][lines]
    order = np.argsort(owner, kind="stable")
    lines, owner = lines[order], owner[order]
    starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]][: len(owner)])
    groups = np.split(lines, starts[1:]) if len(lines) else []
    return [(int(held["account"][group[0]]), group) for group in groups]
