"""Record what happened to offered and issued lines, and events about lines that changed nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from simulator.domain.vocabulary import AuditKind
from simulator.engine.arrays import NONE, Ints
from simulator.engine.audit import CHOICE_ENDS, CHOSEN, EXPIRIES
from simulator.engine.batch import Batch
from simulator.engine.book_results import Chosen as ChosenLines
from simulator.engine.line_entries import count_issued, enter_lines, line_words
from simulator.engine.line_results import Act, Lines, Used
from simulator.engine.record import Rows
from simulator.engine.terms import FORFEITED, ISSUED, NOT_CHOSEN, OFFERED, REASONS, STATES
from simulator.engine.version import CompiledProgram

_WITHOUT_EFFECT: dict[str, AuditKind] = {
    "chosen": AuditKind.CHOICE_WITHOUT_EFFECT,
    "redeemed": AuditKind.REDEMPTION_WITHOUT_EFFECT,
    "vetoed": AuditKind.VETO_WITHOUT_EFFECT,
}


def record_chosen(rows: Rows, chosen: ChosenLines) -> None:
    """Record offered lines that were chosen, or that nobody chose in time."""
    lines, states, at = chosen.lines, chosen.states, chosen.at
    if not len(lines):
        return
    kinds = rows.names.kinds_of(lines.terms, chosen.choices)
    ends = [
        f", {REASONS[NOT_CHOSEN] if state == FORFEITED else kind}"
        for state, kind in zip(states.tolist(), kinds, strict=True)
    ]
    _enter(rows, CHOICE_ENDS, lines, states, chosen.seq, at, ends)
    rows.move(lines, OFFERED, states, at)
    count_issued(rows, chosen.released)


def record_used(rows: Rows, used: Used) -> None:
    """Record issued lines that were redeemed, or have expired."""
    if not len(used.lines):
        return
    _enter(rows, EXPIRIES, used.lines, used.states, used.seq, used.at, [""] * len(used.lines))
    rows.move(used.lines, ISSUED, used.states, used.at)


def _enter(
    rows: Rows, phase: int, lines: Lines, states: Ints, seq: Ints, at: Ints, ends: Sequence[str]
) -> None:
    """Enter lines in the trail: under the events (seq) that changed them, or as timed steps if there is none."""
    for of in (np.flatnonzero(seq > 0), np.flatnonzero(seq == 0)):
        theirs, kinds = lines.at(of), [STATES[code] for code in states[of].tolist()]
        words = [ends[place] for place in of.tolist()]
        if len(of) and seq[of[0]]:
            enter_lines(rows, kinds, CHOSEN, theirs, at[of], seq[of], seq[of], words)
        elif len(of):
            rows.trail.of_steps(
                phase,
                kinds,
                at=at[of],
                due=theirs.due,
                seq=theirs.seq,
                place=np.array([entry.place for entry in rows.names.terms], np.int64)[theirs.terms],
                person=theirs.friend,
                ref=theirs.ids + 1,
                version=rows.names.versions_of(theirs.terms),
                detail=[f"{one}{end}" for one, end in zip(line_words(rows, theirs), words, strict=True)],
            )


def record_acts_without_effect(
    rows: Rows,
    batch: Batch,
    compiled: CompiledProgram,
    acts: Sequence[Act],
    without_effect: Mapping[int, str],
) -> None:
    """Record choices, redemptions and vetoes that changed nothing; `without_effect` are reasons by seq."""
    found = [(act, act.why or without_effect.get(act.seq)) for act in acts]
    acted = [(act, why) for act, why in found if why is not None]
    if not acted:
        return
    of = np.array([act.row for act, _ in acted], np.int64)
    seq = batch.seq[of]
    rows.trail.of_events(
        CHOSEN,
        [_WITHOUT_EFFECT[act.kind].value for act, _ in acted],
        at=batch.received[of],
        seq=seq,
        trigger=seq,
        person=batch.person[of],
        ref=np.full(len(of), NONE),
        version=compiled.number,
        detail=[why for _, why in acted],
    )
