"""Record reversals: those that came too late for a reward, and those without effect."""

from __future__ import annotations

import numpy as np

from simulator.domain.reversal_reasons import (
    CLAWBACK_OVER,
    NO_CLAWBACK,
    NO_REWARD,
    NOT_ISSUED,
    WITHOUT_EFFECT,
)
from simulator.engine.arrays import NONE
from simulator.engine.audit import REVERSED
from simulator.engine.batch import Batch
from simulator.engine.ledger import ISSUED, REVOKED
from simulator.engine.record import Record
from simulator.engine.reversals import Reversals, ReversedLines
from simulator.engine.rewards import StateChanges
from simulator.engine.rollup import METRIC, by_day


def record_late_reversals(record: Record, batch: Batch, reversals: Reversals, found: ReversedLines) -> None:
    """Record rewards issued although their conversion had been reversed by then, because the reversal arrived too late.

    Money that a clawback recovered and money that is lost are counted separately.
    """
    lines = found.lines
    rows = reversals.rows[reversals.firsts][found.owners]
    held = record.ledger.lines
    issued = np.isin(held["state"][lines], (ISSUED, REVOKED)) & (batch.occurred[rows] <= held["due"][lines])
    lines, at = lines[issued], batch.received[rows[issued]]
    clawed = held["state"][lines] == REVOKED
    for fate, which in (("clawed", clawed), ("lost", ~clawed)):
        values = held["value"][lines[which]]
        names = [record.ledger.terms[term].reward.name for term in held["terms"][lines[which]].tolist()]
        record.tally.add(METRIC[f"late_reversal.{fate}"], at[which], 1, values)
        record.breakdown.add(record.breakdown.codes(f"late_reversal.{fate}", names), at[which], 1, values)


def record_reversals_without_effect(
    record: Record,
    batch: Batch,
    reversals: Reversals,
    found: ReversedLines,
    changes: tuple[StateChanges, ...],
) -> None:
    """Record reversals that changed no reward, each with the reason.

    They show either when they arrive, or when the conversion arrives that they were waiting for.
    """
    if not len(reversals.rows) and not reversals.matched:
        return
    no_effect = [*_of_batch(record, batch, reversals, found, changes), *_of_matched(record, batch, reversals)]
    if not no_effect:
        return
    rows, triggers, persons, reasons = (list(column) for column in zip(*no_effect, strict=True))
    record.trail.of_events(
        REVERSED,
        "reversal-without-effect",
        at=batch.received[rows],
        seq=batch.seq[rows],
        trigger=np.array(triggers, np.int64),
        person=np.array(persons, np.int64),
        ref=np.full(len(rows), NONE),
        version=record.compiled.number,
        detail=reasons,
    )
    _count(record, batch, rows, reasons, 1)


NoEffect = tuple[int, int, int, str]
"""A reversal without effect: the batch row at which it shows, the reversal's seq and subject, and the reason."""


def _of_batch(
    record: Record,
    batch: Batch,
    reversals: Reversals,
    found: ReversedLines,
    changes: tuple[StateChanges, ...],
) -> list[NoEffect]:
    held = record.ledger.lines
    effective: set[int] = set()
    for change in changes:
        effective.update(change.by[held["made"][change.lines] < change.by].tolist())
    lines_of: dict[int, list[int]] = {}
    for line, owner in zip(found.lines.tolist(), found.owners.tolist(), strict=True):
        lines_of.setdefault(int(reversals.firsts[owner]), []).append(line)
    no_effect: list[NoEffect] = []
    for place, row in enumerate(reversals.rows.tolist()):
        seq, why = int(batch.seq[row]), reversals.why[place]
        if why is None and seq not in effective:
            why = _reason(record, [line for line in lines_of.get(place, ()) if held["made"][line] < seq])
        if why is not None:
            no_effect.append((row, seq, int(batch.person[row]), why))
    return no_effect


def _of_matched(record: Record, batch: Batch, reversals: Reversals) -> list[NoEffect]:
    """Return reversals without effect among those that waited, which were counted by their reason for waiting."""
    held, no_effect = record.ledger.lines, list[NoEffect]()
    for one in reversals.matched:
        seq, why = batch.seq[one.row], one.why
        _count(record, batch, [one.row], [one.reversal.why], -1)
        if why is None:
            lines = np.arange(record.first_line, len(held))
            made = (held["seq"][lines] == seq) & (held["made"][lines] == seq)
            why = None if made.any() else NO_REWARD
        if why is not None:
            no_effect.append((one.row, one.reversal.seq, one.reversal.person, why))
    return no_effect


def _count(record: Record, batch: Batch, rows: list[int], reasons: list[str], sign: int) -> None:
    codes = record.breakdown.codes(WITHOUT_EFFECT, reasons)
    record.breakdown.add(codes, by_day(batch.received[rows]), sign)


def _reason(record: Record, lines: list[int]) -> str:
    held = record.ledger.lines
    if not lines:
        return NO_REWARD
    issued = [line for line in lines if held["state"][line] == ISSUED]
    if not issued:
        return NOT_ISSUED
    terms = (record.ledger.terms[held["terms"][line]].reward for line in issued)
    return CLAWBACK_OVER if any(reward.clawback_ms is not None for reward in terms) else NO_CLAWBACK
