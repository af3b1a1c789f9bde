"""Stage 3c: what falls due is released and numbered, and gets the state that was expected of it (stage 3b)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.engine.arrays import Ints, chain_back, running_count
from simulator.engine.ledger import ISSUED, Ledger


@dataclass(frozen=True)
class Released:
    """Lines released, in the order of release, with the state each got and its number for its account."""

    lines: Ints
    states: Ints
    numbers: Ints


def release(ledger: Ledger, before: int) -> Released:
    """Release every pending line due before a moment (milliseconds)."""
    lines = ledger.take_due(before)
    if not len(lines):
        return Released(lines, lines, lines)
    held, accounts = ledger.lines, ledger.accounts
    account = held["account"][lines]
    numbers = accounts["releases"][account] + running_count(account) + 1
    accounts["releases"][account] = numbers
    states = held["expected"][lines].astype(np.int64)
    ledger.count_pending(lines, -1)
    ledger.uncount_limited(lines)
    _note(ledger, lines[states == ISSUED])
    held["state"][lines] = states
    held["state_at"][lines] = held["due"][lines]
    return Released(lines, states, numbers)


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
