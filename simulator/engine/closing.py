"""Return reward lines as they stand at the end of a call."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import Ints
from simulator.engine.line_results import NO_LINES, Closing
from simulator.engine.state import State

_NO_ROWS: Ints = np.zeros(0, np.int64)
NOTHING = Closing(
    new=NO_LINES,
    new_role=_NO_ROWS,
    new_recipient=_NO_ROWS,
    new_earned=_NO_ROWS,
    new_state=_NO_ROWS,
    new_reason=_NO_ROWS,
    new_choice=_NO_ROWS,
    new_expected=_NO_ROWS,
    new_state_at=_NO_ROWS,
    changed=_NO_ROWS,
    changed_state=_NO_ROWS,
    changed_reason=_NO_ROWS,
    changed_choice=_NO_ROWS,
    changed_terms=_NO_ROWS,
    changed_expected=_NO_ROWS,
    changed_due=_NO_ROWS,
    changed_value=_NO_ROWS,
    changed_earned=_NO_ROWS,
    changed_state_at=_NO_ROWS,
)
"""No line is new or has changed."""


def close(state: State, first_line: int, moved: Ints) -> Closing:
    """Return the lines made since `first_line`, and those of the lines `moved` that are older, as they stand now."""
    ledger = state.ledger
    if first_line == len(ledger.lines) and not len(moved):
        return NOTHING
    held, accounts = ledger.lines, ledger.accounts
    new = ledger.view(np.arange(first_line, len(held)))
    account = held["account"][new.ids]  # as first written, even if the person has been merged since
    changed = moved[moved < first_line]
    return Closing(
        new=new,
        new_role=accounts["role"][account],
        new_recipient=accounts["recipient"][account],
        new_earned=held["earned"][new.ids],
        new_state=held["state"][new.ids],
        new_reason=held["reason"][new.ids],
        new_choice=held["choice"][new.ids],
        new_expected=held["expected"][new.ids],
        new_state_at=held["state_at"][new.ids],
        changed=changed,
        changed_state=held["state"][changed],
        changed_reason=held["reason"][changed],
        changed_choice=held["choice"][changed],
        changed_terms=held["terms"][changed],
        changed_expected=held["expected"][changed],
        changed_due=held["due"][changed],
        changed_value=held["value"][changed],
        changed_earned=held["earned"][changed],
        changed_state_at=held["state_at"][changed],
    )
