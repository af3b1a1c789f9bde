"""Stage 4d: void the pending lines of reversed conversions that are not booked; the book handles its own."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import Ints
from simulator.engine.ledger import Ledger
from simulator.engine.line_results import NO_LINES, Change, FallenLines, Reversals, Voided
from simulator.engine.terms import PENDING

Reached = tuple[Ints, list[Change]]
"""Lines, in order, and the reversal that reaches each."""


def find_reached(ledger: Ledger, fallen: FallenLines, reversals: Reversals) -> Reached:
    """Find the unbooked lines, made before a reversal of this batch, whose conversion it reverses."""
    if not len(reversals.lines):
        return reversals.lines, []
    by = {one.conversion: one for one in reversals.changes}
    free = (ledger.lines["booked"][reversals.lines] == 0) & ~np.isin(reversals.lines, fallen.ids)
    return reversals.lines[free], [by[owner] for owner in reversals.owners[free].tolist()]


def void(ledger: Ledger, fallen: FallenLines, reached: Reached) -> Voided:
    """Void the lines of reversed conversions that are pending then, and at once those made after the reversal."""
    held, (lines, by) = ledger.lines, reached
    if not len(fallen.ids) and not len(lines):
        return Voided(lines=NO_LINES, seq=lines, by=lines, at=lines, before=lines)
    free = held["booked"][fallen.ids] == 0
    at_once = fallen.ids[free]
    causes = [one for one, there in zip(fallen.by, free.tolist(), strict=True) if there]
    at = np.array([one.at for one in by], np.int64)
    hit = (held["state"][lines] == PENDING) & (at <= held["due"][lines])
    late = [one for one, there in zip(by, hit.tolist(), strict=True) if there]
    ids = np.r_[at_once, lines[hit]]
    order = np.argsort(ids)
    seqs = np.r_[held["made"][at_once], np.array([one.seq for one in late], np.int64)]
    bys = np.array([one.by for one in (*causes, *late)], np.int64)
    times = np.r_[held["state_at"][at_once], at[hit]]
    return Voided(
        lines=ledger.view(ids[order]),
        seq=seqs[order],
        by=bys[order],
        at=times[order],
        before=np.full(len(ids), PENDING),
    )
