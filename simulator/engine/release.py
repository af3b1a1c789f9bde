"""Stage 4e: release the lines that fall due, number them, and give them their expected states (stage 4d)."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import running_count
from simulator.engine.line_results import NO_LINES, Released
from simulator.engine.state import State


def release(state: State, before: int) -> Released:
    """Release every pending line due before a moment (milliseconds)."""
    ledger = state.ledger
    ids, left = ledger.due_lines(before)
    if not len(ids):
        return Released(lines=NO_LINES, states=ids, numbers=ids, channels=ids, before=before, left=left)
    lines = ledger.view(ids)
    account = lines.account
    return Released(
        lines=lines,
        states=ledger.lines["expected"][ids].astype(np.int64),
        numbers=ledger.accounts["releases"][account] + running_count(account) + 1,
        channels=state.channels_of(lines),
        before=before,
        left=left,
    )
