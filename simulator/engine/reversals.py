"""Stage 4b: find what effective reversals and reinstatements reach, and which ones have no effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from simulator.domain.vocabulary import AuditKind, ReversalReason
from simulator.engine.arrays import Ints
from simulator.engine.batch import Batch
from simulator.engine.book_results import Booked
from simulator.engine.cancelling import Reached
from simulator.engine.ledger import Ledger
from simulator.engine.line_results import (
    Adjustments,
    Change,
    FallenLines,
    LateReversals,
    NewLines,
    NoEffect,
    Reversals,
    Revoked,
    Voided,
)
from simulator.engine.results import StandingChanges
from simulator.engine.standing import WAITING
from simulator.engine.terms import GIVEN

_NO_ROWS: Ints = np.zeros(0, np.int64)


def find_reversals(batch: Batch, ledger: Ledger, standing: StandingChanges) -> Reversals:
    """Find what the batch's effective reversals and reinstatements reach; the batch's lines are in the ledger."""
    if not len(standing.conversion):
        return Reversals(changes=(), before=(), lines=_NO_ROWS, owners=_NO_ROWS)
    columns = zip(
        standing.position.tolist(),
        standing.conversion.tolist(),
        standing.fell.tolist(),
        standing.by.tolist(),
        strict=True,
    )
    changes: list[Change] = []
    before: list[Change | None] = []
    force: dict[int, Change | None] = {}
    for position, conversion, fell, by in columns:
        row = position // 2
        change = Change(
            position=position,
            row=row,
            seq=int(batch.seq[row]),
            at=int(batch.received[row]),
            conversion=conversion,
            fell=fell,
            by=by,
            occurred=int(batch.occurred[row]),
        )
        before.append(force.get(conversion, ledger.reversals.get(conversion)))
        force[conversion] = change if fell else None
        changes.append(change)
    conversions = np.unique(standing.conversion)
    lines, owners = ledger.lines_of(conversions)
    return Reversals(changes=changes, before=before, lines=lines, owners=conversions[owners])


def find_fallen(ledger: Ledger, new: NewLines, reversals: Reversals) -> FallenLines:
    """Find the new lines of conversions that had been reversed by the time they were made, and were not reinstated."""
    if not len(new.lines) or not (reversals.changes or ledger.reversals):
        return FallenLines(ids=_NO_ROWS, by=())
    changes: dict[int, list[Change]] = {}
    for one in reversals.changes:
        changes.setdefault(one.conversion, []).append(one)
    held = ledger.conversions["reversed_by"][new.targets] > 0
    if changes:
        held |= np.isin(new.targets, list(changes))
    ids, by = [], []
    for place in np.flatnonzero(held).tolist():
        conversion, row = int(new.targets[place]), int(new.rows[place])
        force = ledger.reversals.get(conversion)
        for one in changes.get(conversion, ()):
            if one.position // 2 <= row:
                force = one if one.fell else None
        if force is not None:
            ids.append(int(new.lines.ids[place]))
            by.append(force)
    return FallenLines(ids=np.array(ids, np.int64), by=by)


def find_late(ledger: Ledger, reached: Reached, booked: Booked) -> LateReversals:
    """Find rewards issued although their conversion had been reversed by then: the reversal arrived too late."""
    lines, by = reached
    if not len(lines) and not len(booked.late.lines):
        return booked.late
    held = ledger.lines
    state, due = held["state"][lines], held["due"][lines]
    at = np.array([one.at for one in by], np.int64)
    occurred = np.array([one.occurred for one in by], np.int64)
    late = np.isin(state, GIVEN) & (occurred <= due) & (due < at)
    found, of_book = ledger.view(lines[late]), booked.late
    return LateReversals(
        lines=found.joined(of_book.lines),
        at=np.r_[at[late], of_book.at],
        clawed=np.r_[np.zeros(len(found), bool), of_book.clawed],
        signs=np.r_[np.ones(len(found), np.int64), of_book.signs],
    )


@dataclass
class _Shown:
    """Collect the events that have no effect."""

    kinds: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    seq: list[int] = field(default_factory=list)
    person: list[int] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    counted: list[bool] = field(default_factory=list)

    def add(self, kind: AuditKind, row: int, seq: int, person: int, why: str) -> None:
        """Add one, by the batch row at which that is known."""
        self.kinds.append(kind.value)
        self.rows.append(row)
        self.seq.append(seq)
        self.person.append(person)
        self.why.append(why)
        self.counted.append(kind in (AuditKind.REVERSAL_WAITING, AuditKind.REVERSAL_WITHOUT_EFFECT))


def find_no_effect(
    batch: Batch,
    standing: StandingChanges,
    adjusted: Adjustments,
    new: NewLines,
    voided: Sequence[Voided],
    revoked: Revoked,
    out_of_reach: Mapping[int, str],
) -> NoEffect:
    """Find the reversals and reinstatements that changed nothing, each with the reason.

    That is known when they arrive, or when the conversion they were waiting for does. `out_of_reach` are the
    states, by seqs of reversals, of lines that these would have taken back.
    """
    shown = _Shown()
    for row, why in zip(adjusted.rows, adjusted.why, strict=True):
        if why is not None:
            shown.add(
                AuditKind.ADJUSTMENT_WITHOUT_EFFECT, row, int(batch.seq[row]), int(batch.person[row]), why
            )
    if not len(standing.rows) and not standing.met:
        return _no_effect(shown, standing)
    causes = [(change.seq, change.by) for change in voided] + [(revoked.seq, revoked.by)]
    effective = {int(one) for seq, by in causes for one in by[seq == by]}
    reversals = set(batch.rows("conversion.reversed").tolist())
    reasons = dict(_waiting_reasons(standing))
    for row, why in zip(standing.rows.tolist(), standing.why, strict=True):
        seq, person = int(batch.seq[row]), int(batch.person[row])
        if why == WAITING:
            shown.add(AuditKind.REVERSAL_WAITING, row, seq, person, reasons[seq])
        elif row not in reversals:
            if why is not None:
                shown.add(AuditKind.REINSTATEMENT_WITHOUT_EFFECT, row, seq, person, why)
        elif why is not None or seq not in effective:
            shown.add(
                AuditKind.REVERSAL_WITHOUT_EFFECT,
                row,
                seq,
                person,
                why or out_of_reach.get(seq, ReversalReason.NOTHING_TO_UNDO.value),
            )
    made = set(new.lines.seq[new.lines.seq == new.lines.made].tolist())
    for one in standing.met:
        why = one.why
        if why is None and int(batch.seq[one.row]) not in made:
            why = ReversalReason.NOTHING_TO_UNDO.value
        if why is not None:
            reversal = one.reversal
            person = int(batch.state.people_of(np.array([reversal.person]))[0])
            shown.add(AuditKind.REVERSAL_WITHOUT_EFFECT, one.row, reversal.seq, person, why)
    return _no_effect(shown, standing)


def _waiting_reasons(standing: StandingChanges) -> list[tuple[int, str]]:
    return [(one.seq, one.why) for _, one in standing.waiting]


def _no_effect(shown: _Shown, standing: StandingChanges) -> NoEffect:
    return NoEffect(
        kinds=shown.kinds,
        rows=shown.rows,
        seq=shown.seq,
        person=shown.person,
        why=shown.why,
        counted=shown.counted,
        matched_rows=[one.row for one in standing.met],
        matched_why=[one.reversal.why for one in standing.met],
    )
