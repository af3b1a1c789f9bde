"""Stage 4f: find which issued lines are redeemed or expire, among those not booked; the book handles its own.

Neither affects any other line: caps, budget and numbers count them as before.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from simulator.engine.arrays import NONE, Ints
from simulator.engine.book_results import Booked
from simulator.engine.cancelling import Reached
from simulator.engine.ledger import Ledger
from simulator.engine.line_results import NO_LINES, Act, Used
from simulator.engine.terms import EXPIRED, ISSUED, REDEEMED, STATES


def use(ledger: Ledger, acts: Iterable[Act], before: int) -> Used:
    """Find the lines that are redeemed by these events, and those that expire before a moment (milliseconds).

    What is due before that moment has been released.
    """
    held = ledger.lines
    redeemed: dict[int, Act] = {}
    without_effect: dict[int, str] = {}
    for act in acts:
        if act.kind != "redeemed" or act.line == NONE or held["booked"][act.line]:
            continue
        if act.line not in redeemed and _is_issued(ledger, act.line, act.at):
            redeemed[act.line] = act
        else:
            without_effect[act.seq] = "not-issued"
    expired, left = ledger.expiring_lines(before)
    if not redeemed and not len(expired):
        none = expired
        return Used(
            lines=NO_LINES,
            states=none,
            seq=none,
            at=none,
            before=before,
            left=left,
            without_effect=without_effect,
        )
    used: Ints = np.array(list(redeemed), np.int64)
    if redeemed:
        expired = expired[~np.isin(expired, used)]
    return Used(
        lines=ledger.view(np.r_[used, expired]),
        states=np.r_[np.full(len(used), REDEEMED), np.full(len(expired), EXPIRED)],
        seq=np.r_[
            np.array([one.seq for one in redeemed.values()], np.int64), np.zeros(len(expired), np.int64)
        ],
        at=np.r_[np.array([one.at for one in redeemed.values()], np.int64), ledger.expiry_of(expired)],
        before=before,
        left=left,
        without_effect=without_effect,
    )


def _is_issued(ledger: Ledger, line: int, at: int) -> bool:
    """Return whether a line is issued as of the events of a moment, which come before its timed steps."""
    held = ledger.lines
    return int(held["state"][line]) == ISSUED and int(held["due"][line]) < at <= int(
        ledger.expiry_of(np.array([line]))[0]
    )


def find_out_of_reach(ledger: Ledger, reached: Reached, booked: Booked) -> dict[int, str]:
    """Return for reversals (seqs) the state of a line that they would have taken back, redeemed before expired."""
    found = list(booked.out_of_reach)
    lines, by = reached
    if len(lines):
        held = ledger.lines
        states, due = held["state"][lines].tolist(), held["due"][lines].tolist()
        clawbacks = [ledger.terms[terms].reward.clawback_ms for terms in held["terms"][lines].tolist()]
        for one, state, issued, clawback in zip(by, states, due, clawbacks, strict=True):
            if state in (REDEEMED, EXPIRED) and clawback is not None and issued < one.at <= issued + clawback:
                found.append((one.by, state))
    found.sort(key=lambda pair: pair[1] == REDEEMED)
    return {seq: STATES[state] for seq, state in found}
