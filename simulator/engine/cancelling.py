"""Stage 4c: void the pending lines of reversed conversions, and revoke the issued ones that a clawback reaches."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import NONE, Ints
from simulator.engine.ledger import Ledger
from simulator.engine.results import NewLines, ReversedLines, Revoked, Voided
from simulator.engine.state import State
from simulator.engine.terms import ISSUED, PENDING


def void(ledger: Ledger, new: NewLines, found: ReversedLines) -> Voided:
    """Void the pending lines, new ones too, whose conversion was reversed in time."""
    lines, first = np.unique(np.r_[new.lines.ids, found.ids], return_index=True)
    by, at = _reversals(ledger, np.r_[new.targets, found.targets][first])
    held = ledger.lines
    hit = (by > 0) & (at <= held["due"][lines]) & (held["state"][lines] == PENDING)
    lines, by, at = lines[hit], by[hit], np.maximum(at[hit], held["state_at"][lines[hit]])
    return Voided(lines=ledger.view(lines), by=by, at=at)


def revoke(state: State, found: ReversedLines) -> Revoked:
    """Revoke the issued lines whose conversion was reversed within their clawback period."""
    ledger = state.ledger
    lines, held = found.ids, ledger.lines
    clawbacks = [NONE if e.reward.clawback_ms is None else e.reward.clawback_ms for e in ledger.terms]
    clawback = np.array(clawbacks, np.int64)[held["terms"][lines]] if len(lines) else lines
    by, at = _reversals(ledger, found.targets)
    issued_at = held["due"][lines]
    hit = (
        (held["state"][lines] == ISSUED)
        & (clawback != NONE)
        & (at > issued_at)
        & (at <= issued_at + clawback)
    )
    revoked = ledger.view(lines[hit])
    return Revoked(lines=revoked, by=by[hit], at=at[hit], channels=state.channels_of(revoked.friend))


def _reversals(ledger: Ledger, targets: Ints) -> tuple[Ints, Ints]:
    """Return the seq (0 for none) and the receipt of each conversion's reversal."""
    held = ledger.targets
    return held["reversal_seq"][targets], held["reversed_at"][targets]
