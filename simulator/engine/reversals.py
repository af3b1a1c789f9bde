"""Stage 4b: match reversals to the conversions they name, and decide which of several takes effect.

A reversal takes effect only if it names a conversion by its own source and on behalf of that conversion's friend. One
that arrives before its conversion waits for it. Of several that fit, the first in log order takes effect.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.domain.vocabulary import ReversalReason
from simulator.engine.arrays import NONE, Bools, Ints, first_of_each
from simulator.engine.batch import Batch
from simulator.engine.intake import Intake
from simulator.engine.interner import hash_pairs
from simulator.engine.ledger import Ledger
from simulator.engine.results import (
    LateReversals,
    MatchedReversal,
    NewConversions,
    NewLines,
    NoEffect,
    Reversals,
    ReversedLines,
    Revoked,
    Voided,
    WaitingReversal,
)
from simulator.engine.state import State
from simulator.engine.terms import ISSUED, REVOKED


def find_reversals(batch: Batch, state: State, intake: Intake, conversions: NewConversions) -> Reversals:
    """Decide which reversals take effect; the batch's conversions are in the state."""
    ledger, rows = state.ledger, batch.rows("conversion.reversed")
    why: list[str | None] = []
    waiting: list[tuple[int, WaitingReversal]] = []
    if len(rows):
        why, waiting = _reasons(batch, state, intake, rows)
    reversed_now: dict[int, tuple[int, int]] = {}
    matched: list[MatchedReversal] = []
    met: list[int] = []
    if len(conversions.rows) and (ledger.waiting or waiting):
        matched, met = _match_waiting(batch, ledger, conversions, waiting, reversed_now)
    firsts, targets = _pick_first(batch, ledger, rows, why, reversed_now)
    return Reversals(
        rows=rows,
        why=why,
        firsts=firsts,
        targets=targets,
        matched=matched,
        reversed=reversed_now,
        waiting=waiting,
        met=met,
    )


def _reasons(
    batch: Batch, state: State, intake: Intake, rows: Ints
) -> tuple[list[str | None], list[tuple[int, WaitingReversal]]]:
    """Return why each reversal has no effect, leaving earlier ones aside, and those that wait, with their targets."""
    ledger = state.ledger
    named = batch.events.select("source", "reverses")[rows]
    found = _find(ledger, intake, named, batch.seq[rows])
    person, subject = ledger.conversions["person"][found], batch.person[rows]
    why: list[str | None] = [None] * len(rows)
    for place in np.flatnonzero((found != NONE) & (person != subject)).tolist():
        why[place] = ReversalReason.OTHER_SUBJECT.value
    unknown = np.flatnonzero(found == NONE)
    if not len(unknown):
        return why, []
    elsewhere = np.zeros(len(unknown), bool)
    for source in state.sources.kept:
        others = named[unknown].with_columns(source=pl.lit(source))
        places = _find(ledger, intake, others, batch.seq[rows[unknown]])
        elsewhere |= (places != NONE) & (ledger.conversions["person"][places] == subject[unknown])
    targets = ledger.targets_of(hash_pairs(named[unknown], "source", "reverses")).tolist()
    waiting = []
    for place, target, other in zip(unknown.tolist(), targets, elsewhere.tolist(), strict=True):
        why[place] = reason = (
            ReversalReason.OTHER_SOURCE.value if other else ReversalReason.NOT_RECEIVED.value
        )
        row = rows[place]
        waits = WaitingReversal(
            seq=int(batch.seq[row]),
            at=int(batch.received[row]),
            person=int(batch.person[row]),
            why=reason,
        )
        waiting.append((target, waits))
    return why, waiting


def _find(ledger: Ledger, intake: Intake, named: pl.DataFrame, before: Ints) -> Ints:
    """Return the row in `Ledger.conversions` that each (`source`, `reverses`) names; NONE where it is not in the log.

    Only events with a seq below `before` are considered.
    """
    seqs = intake.seq_of(named["source"], named["reverses"])
    seqs = np.where(seqs < before, seqs, 0).clip(0)
    checks = hash_pairs(named, "source", "reverses").checks
    return ledger.find_conversions(seqs, checks)


def _match_waiting(
    batch: Batch,
    ledger: Ledger,
    conversions: NewConversions,
    waiting: list[tuple[int, WaitingReversal]],
    reversed_now: dict[int, tuple[int, int]],
) -> tuple[list[MatchedReversal], list[int]]:
    """Match this batch's conversions with reversals that were waiting; the first that fits takes effect.

    Those that take effect are added to `reversed_now`. Also returned are the conversions that none waits for any more.
    """
    targets = ledger.target_ids.find(conversions.keys).tolist()
    held, matched, met = ledger.targets["reversal_seq"], list[MatchedReversal](), list[int]()
    new: dict[int, list[WaitingReversal]] = {}
    for target, reversal in waiting:
        new.setdefault(target, []).append(reversal)
    for row, target in zip(conversions.rows.tolist(), targets, strict=True):
        if target not in ledger.waiting and target not in new:
            continue
        met.append(target)
        for reversal in (*ledger.waiting.get(target, ()), *new.get(target, ())):
            why = None
            if reversal.person != batch.person[row]:
                why = ReversalReason.OTHER_SUBJECT.value
            elif target in reversed_now or held[target]:
                why = ReversalReason.ALREADY_REVERSED.value
            else:
                reversed_now[target] = reversal.seq, reversal.at
            matched.append(MatchedReversal(row=row, reversal=reversal, why=why))
    return matched, met


def _pick_first(
    batch: Batch,
    ledger: Ledger,
    rows: Ints,
    why: list[str | None],
    reversed_now: dict[int, tuple[int, int]],
) -> tuple[Ints, Ints]:
    """Let the first fitting reversal of each conversion take effect; return their indices and the conversions.

    They are added to `reversed_now`, and the others get the reason for which they have no effect.
    """
    fits: Bools = np.array([one is None for one in why], bool)
    places = np.flatnonzero(fits)
    if not len(places):
        return places, places
    named = batch.events.select("source", "reverses")[rows[places]]
    targets = ledger.targets_of(hash_pairs(named, "source", "reverses"))
    firsts = first_of_each(targets)
    free = ledger.targets["reversal_seq"][targets[firsts]] == 0
    free &= np.array([target not in reversed_now for target in targets[firsts].tolist()], bool)
    firsts = firsts[free]
    for target, row in zip(targets[firsts].tolist(), rows[places[firsts]].tolist(), strict=True):
        reversed_now[target] = int(batch.seq[row]), int(batch.received[row])
    for place in np.setdiff1d(places, places[firsts]).tolist():
        why[place] = ReversalReason.ALREADY_REVERSED.value
    return places[firsts], targets[firsts]


def find_lines(ledger: Ledger, reversals: Reversals) -> ReversedLines:
    """Find the reward lines, new ones included, of the conversions that the batch's reversals name."""
    lines, owners = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    active = np.arange(len(reversals.firsts))
    nodes = ledger.targets["line"][reversals.targets].astype(np.int64)
    while True:
        there = nodes != NONE
        nodes, active = nodes[there], active[there]
        if not len(nodes):
            break
        lines.append(nodes)
        owners.append(active)
        nodes = ledger.lines["sibling"][nodes].astype(np.int64)
    all_lines, all_owners = np.concatenate(lines), np.concatenate(owners)
    order = np.argsort(all_lines)
    owner = all_owners[order]
    return ReversedLines(ids=all_lines[order], owners=owner, targets=reversals.targets[owner])


def find_late(batch: Batch, ledger: Ledger, reversals: Reversals, found: ReversedLines) -> LateReversals:
    """Find rewards issued although their conversion had been reversed by then: the reversal arrived too late."""
    rows, held = reversals.rows[reversals.firsts][found.owners], ledger.lines
    state = held["state"][found.ids]
    late = np.isin(state, (ISSUED, REVOKED)) & (batch.occurred[rows] <= held["due"][found.ids])
    return LateReversals(
        lines=ledger.view(found.ids[late]), at=batch.received[rows[late]], clawed=state[late] == REVOKED
    )


def find_no_effect(
    batch: Batch,
    ledger: Ledger,
    reversals: Reversals,
    found: ReversedLines,
    changes: tuple[Voided, Revoked],
    new: NewLines,
) -> NoEffect:
    """Find the reversals that changed no reward, each with the reason.

    They show either when they arrive, or when the conversion arrives that they were waiting for.
    """
    shown = [
        *_of_batch(batch, ledger, reversals, found, changes),
        *_of_matched(batch, reversals, new),
    ]
    return NoEffect(
        rows=[one[0] for one in shown],
        seq=[one[1] for one in shown],
        person=[one[2] for one in shown],
        why=[one[3] for one in shown],
        matched_rows=[one.row for one in reversals.matched],
        matched_why=[one.reversal.why for one in reversals.matched],
    )


_Shown = tuple[int, int, int, str]
"""A reversal without effect: the batch row at which it shows, the reversal's seq and subject, and the reason."""


def _of_batch(
    batch: Batch,
    ledger: Ledger,
    reversals: Reversals,
    found: ReversedLines,
    changes: tuple[Voided, Revoked],
) -> list[_Shown]:
    held = ledger.lines
    effective: set[int] = set()
    for change in changes:
        effective.update(change.by[change.lines.made < change.by].tolist())
    lines_of: dict[int, list[int]] = {}
    for line, owner in zip(found.ids.tolist(), found.owners.tolist(), strict=True):
        lines_of.setdefault(int(reversals.firsts[owner]), []).append(line)
    no_effect: list[_Shown] = []
    for place, row in enumerate(reversals.rows.tolist()):
        seq, why = int(batch.seq[row]), reversals.why[place]
        if why is None and seq not in effective:
            why = _reason(ledger, [line for line in lines_of.get(place, ()) if held["made"][line] < seq])
        if why is not None:
            no_effect.append((row, seq, int(batch.person[row]), why))
    return no_effect


def _of_matched(batch: Batch, reversals: Reversals, new: NewLines) -> list[_Shown]:
    """Return the reversals without effect among those that waited."""
    no_effect: list[_Shown] = []
    for one in reversals.matched:
        seq, why = batch.seq[one.row], one.why
        if why is None and not ((new.lines.seq == seq) & (new.lines.made == seq)).any():
            why = ReversalReason.NO_REWARD.value
        if why is not None:
            no_effect.append((one.row, one.reversal.seq, one.reversal.person, why))
    return no_effect


def _reason(ledger: Ledger, lines: list[int]) -> str:
    held = ledger.lines
    if not lines:
        return ReversalReason.NO_REWARD.value
    issued = [line for line in lines if held["state"][line] == ISSUED]
    if not issued:
        return ReversalReason.NOT_ISSUED.value
    terms = (ledger.terms[held["terms"][line]].reward for line in issued)
    revocable = any(reward.clawback_ms is not None for reward in terms)
    return (ReversalReason.CLAWBACK_OVER if revocable else ReversalReason.NO_CLAWBACK).value
