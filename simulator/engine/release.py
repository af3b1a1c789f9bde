"""Stage 3b: what falls due is released: numbered, held against its tier, its caps and the budget, and issued.

Most lines are nowhere near a limit and go through in bulk. Only the lines of accounts that could reach a cap, or
all of them when the budget could run out, are walked in order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from simulator.domain.spans import DAY_MS
from simulator.engine.arrays import Array, Bools, Ints, chain_back, running_count
from simulator.engine.ledger import CAPPED, COUNTED, ISSUED, UNFUNDED, History, Ledger
from simulator.program.model import Cap, CapWindow

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Released:
    """Lines released, in the order of release, with the state each got and its number for its account."""

    lines: Ints
    states: Ints
    numbers: Ints


def release(ledger: Ledger, before: int, budget: int | None) -> Released:
    """Release every pending line due before a moment (milliseconds); `budget` in minor units, None for none."""
    lines = ledger.take_due(before)
    if not len(lines):
        return Released(lines, lines, lines)
    held, accounts = ledger.lines, ledger.accounts
    account = held["account"][lines]
    numbers = accounts["releases"][account] + running_count(account) + 1
    accounts["releases"][account] = numbers
    states = np.full(len(lines), COUNTED, np.int64)
    due_for = np.flatnonzero(_on_turn(ledger, held["terms"][lines], numbers))
    chosen = lines[due_for]
    states[due_for] = _issue(ledger, chosen, budget)
    held["state"][lines] = states
    held["state_at"][lines] = held["due"][lines]
    return Released(lines, states, numbers)


def _on_turn(ledger: Ledger, terms: Array, numbers: Ints) -> Bools:
    """Whether each release stands on its reward's `every` and in its `tier`."""
    rewards = [entry.reward for entry in ledger.terms]
    every = np.array([reward.every or 1 for reward in rewards], np.int64)[terms]
    first = np.array([reward.tier[0] if reward.tier else 1 for reward in rewards], np.int64)[terms]
    endless = np.iinfo(np.int64).max
    last = np.array([(reward.tier[1] or endless) if reward.tier else endless for reward in rewards], np.int64)
    turn: Bools = (numbers % every == 0) & (first <= numbers) & (numbers <= last[terms])
    return turn


def _issue(ledger: Ledger, lines: Ints, budget: int | None) -> Ints:
    """Issue what fits its caps and the budget; gives the state of each line."""
    states = np.full(len(lines), ISSUED, np.int64)
    if not len(lines):
        return states
    values = ledger.lines["value"][lines]
    if budget is not None and float(values.sum(dtype=np.float64)) + ledger.spent > budget:
        careful = np.arange(len(lines))
    else:
        careful = np.flatnonzero(_near_a_cap(ledger, lines, values))
        if len(careful) and not np.array_equal(careful, np.arange(len(lines))):
            plain = np.ones(len(lines), bool)
            plain[careful] = False
            _note(ledger, lines[plain])
        elif not len(careful):
            _note(ledger, lines)
    for place in careful.tolist():
        states[place] = _issue_one(ledger, int(lines[place]), budget)
    return states


def _near_a_cap(ledger: Ledger, lines: Ints, values: Ints) -> Bools:
    """Lines of accounts whose whole history and this batch together could pass one of their caps."""
    capped = np.array([bool(entry.reward.caps) for entry in ledger.terms])[ledger.lines["terms"][lines]]
    if not capped.any():
        return capped
    endless = np.iinfo(np.int64).max
    counts = [
        min((c.count for c in e.reward.caps if c.count is not None), default=endless) for e in ledger.terms
    ]
    moneys = [
        min((c.value_minor for c in e.reward.caps if c.value_minor is not None), default=endless)
        for e in ledger.terms
    ]
    terms, account = ledger.lines["terms"][lines], ledger.lines["account"][lines]
    unique, which = np.unique(account, return_inverse=True)
    more = np.bincount(which, minlength=len(unique)) + ledger.accounts["issued"][unique]
    money = np.zeros(len(unique), np.int64)
    np.add.at(money, which, values)
    money += ledger.accounts["issued_value"][unique]
    over = (more[which] > np.array(counts)[terms]) | (money[which] > np.array(moneys)[terms])
    near = np.zeros(len(unique), bool)
    near[which[over & capped]] = True
    return near[which]


def _issue_one(ledger: Ledger, line: int, budget: int | None) -> int:
    held = ledger.lines
    at, value, account = int(held["due"][line]), int(held["value"][line]), int(held["account"][line])
    caps = ledger.terms[held["terms"][line]].reward.caps
    if caps:
        history = ledger.history(account)
        if any(not fits(cap, history, at, value) for cap in caps):
            return CAPPED
    if budget is not None and ledger.spent + value > budget:
        return UNFUNDED
    _note(ledger, np.array([line]))
    return ISSUED


def _note(ledger: Ledger, lines: Ints) -> None:
    """Enter lines as issued: totals, the account's list, and the histories that are kept."""
    held, accounts = ledger.lines, ledger.accounts
    account, values = held["account"][lines].astype(np.int64), held["value"][lines]
    ledger.spent += int(values.sum())
    np.add.at(accounts["issued"], account, 1)
    np.add.at(accounts["issued_value"], account, values)
    held["issued_before"][lines] = chain_back(account, lines, accounts["last_issued"])
    for place in np.flatnonzero(accounts["watched"][account]).tolist():
        ledger.histories[int(account[place])].add(int(held["due"][lines[place]]), int(values[place]))


def fits(cap: Cap, history: History, at: int, value: int) -> bool:
    """Whether one more reward of `value` (minor units) at `at` (milliseconds) leaves the cap kept."""
    first = _first_in_window(cap.window, history.times, at)
    count = len(history.times) - first
    money = history.totals[-1] - history.totals[first]
    within_count = cap.count is None or count + 1 <= cap.count
    return within_count and (cap.value_minor is None or money + value <= cap.value_minor)


def _first_in_window(window: CapWindow, times: list[int], at: int) -> int:
    if window.kind == "lifetime":
        return 0
    if window.ms is not None:
        return bisect_right(times, at - window.ms)
    return bisect_left(times, period_start(window.kind, at))


def period_start(kind: str, at: int) -> int:
    """The start (milliseconds UTC) of the calendar period that holds `at`; weeks start on Monday."""
    day = _EPOCH + timedelta(days=at // DAY_MS)
    if kind == "calendar-week":
        day -= timedelta(days=day.weekday())
    elif kind == "calendar-month":
        day = day.replace(day=1)
    elif kind == "calendar-year":
        day = day.replace(month=1, day=1)
    return (day - _EPOCH).days * DAY_MS
