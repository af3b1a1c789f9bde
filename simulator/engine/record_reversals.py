"""Record reversals: those that came too late for a reward, and those without effect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.domain.definitions import WITHOUT_EFFECT
from simulator.engine.arrays import NONE
from simulator.engine.audit import REVERSED
from simulator.engine.batch import Batch
from simulator.engine.line_results import LateReversals, NoEffect
from simulator.engine.record import Rows
from simulator.engine.rollup import METRIC, by_day
from simulator.engine.version import CompiledProgram


def record_late_reversals(rows: Rows, late: LateReversals) -> None:
    """Count rewards issued although their conversion had been reversed by then.

    Money that a clawback recovered and money that is lost are counted separately.
    """
    if not len(late.lines):
        return
    for fate, which in (("clawed", late.clawed), ("lost", ~late.clawed)):
        lines, at, signs = late.lines.at(which), late.at[which], late.signs[which]
        names = [rows.names.terms[term].reward.name for term in lines.terms.tolist()]
        rows.metrics.add_of(lines.friend, METRIC[f"late_reversal.{fate}"], at, signs, signs * lines.value)
        rows.breakdown.add(
            rows.breakdown.codes(f"late_reversal.{fate}", names), at, signs, signs * lines.value
        )


def record_no_effect(rows: Rows, batch: Batch, compiled: CompiledProgram, found: NoEffect) -> None:
    """Record reversals and reinstatements that changed nothing, each with the reason; reversals are counted by it.

    Where several markets are judged together, the part of the breakdown has the market before the reason.
    """
    if not found.rows and not found.matched_rows:
        return
    counted = [place for place, count in enumerate(found.counted) if count]
    _count(rows, batch, found.matched_rows, found.matched_why, -1)
    _count(rows, batch, [found.rows[at] for at in counted], [found.why[at] for at in counted], 1)
    places = np.array(found.rows, np.int64)
    rows.trail.of_events(
        REVERSED,
        found.kinds,
        at=batch.received[places],
        seq=batch.seq[places],
        trigger=np.array(found.seq, np.int64),
        person=np.array(found.person, np.int64),
        ref=np.full(len(places), NONE),
        version=compiled.number,
        detail=found.why,
    )


def _count(rows: Rows, batch: Batch, places: Sequence[int], reasons: Sequence[str], sign: int) -> None:
    if batch.market is not None:
        markets = batch.market[np.array(places, np.int64)].tolist()
        reasons = [f"{market}:{reason}" for market, reason in zip(markets, reasons, strict=True)]
    codes = rows.breakdown.codes(WITHOUT_EFFECT, reasons)
    rows.breakdown.add(codes, by_day(batch.received[np.array(places, np.int64)]), sign)
