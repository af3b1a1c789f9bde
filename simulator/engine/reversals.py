"""Stage 3c: match reversals to the conversions they name, and decide which of several takes effect.

A reversal takes effect only if it names a conversion by its own source and on behalf of that conversion's friend. One
that arrives before its conversion waits for it. Of several that fit, the first in log order takes effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.domain.reversal_reasons import ALREADY, NOT_RECEIVED, OTHER_SOURCE, OTHER_SUBJECT
from simulator.engine.arrays import NONE, Bools, Ints, first_of_each
from simulator.engine.batch import Batch
from simulator.engine.intake import Intake
from simulator.engine.interner import Hashed, hash_pairs
from simulator.engine.ledger import Ledger, Waiting
from simulator.engine.state import State


@dataclass(frozen=True)
class MatchedReversal:
    """A reversal that was waiting, and the `row` of its conversion; `why` it has no effect, or None."""

    row: int
    reversal: Waiting
    why: str | None


@dataclass(frozen=True)
class Reversals:
    """The batch's reversals by batch `rows`, and why each has no effect (`why`, None for those that take effect).

    `firsts` are the indices of those that take effect, `targets` the conversions they name (see
    `Ledger.target_ids`), and `matched` are earlier reversals that were waiting for a conversion of this batch.
    """

    rows: Ints
    why: list[str | None]
    firsts: Ints
    targets: Ints
    matched: list[MatchedReversal]


@dataclass(frozen=True)
class ReversedLines:
    """Reward `lines` of the conversions that the batch's reversals name.

    `owners` are indices into `Reversals.firsts`.
    """

    lines: Ints
    owners: Ints


def enter_reversals(batch: Batch, state: State, ledger: Ledger, intake: Intake) -> Reversals:
    """Add the batch's conversions and reversals to the ledger, and decide which reversals take effect."""
    rows = batch.conversions
    keys: Hashed | None = None
    if len(rows):
        keys = hash_pairs(batch.events.select("source", "id")[rows], "source", "id")
        ledger.enter_conversions(batch.seq[rows], batch.person[rows], keys.checks)
    reversals = batch.rows("conversion.reversed")
    why: list[str | None] = []
    if len(reversals):
        why = _reasons(batch, state, ledger, intake, reversals)
    matched = [] if keys is None or not ledger.waiting else _match_waiting(batch, ledger, rows, keys)
    return _pick_first(batch, ledger, reversals, why, matched)


def _reasons(batch: Batch, state: State, ledger: Ledger, intake: Intake, rows: Ints) -> list[str | None]:
    """Return why each reversal has no effect, leaving earlier reversals aside; add those that wait."""
    for name in batch.events["source"].unique(maintain_order=True).to_list():
        state.sources.part(name)
    named = batch.events.select("source", "reverses")[rows]
    found = _find(ledger, intake, named, batch.seq[rows])
    person, subject = ledger.conversions["person"][found], batch.person[rows]
    why: list[str | None] = [None] * len(rows)
    for place in np.flatnonzero((found != NONE) & (person != subject)).tolist():
        why[place] = OTHER_SUBJECT
    unknown = np.flatnonzero(found == NONE)
    if not len(unknown):
        return why
    elsewhere = np.zeros(len(unknown), bool)
    for source in state.sources.kept:
        others = named[unknown].with_columns(source=pl.lit(source))
        places = _find(ledger, intake, others, batch.seq[rows[unknown]])
        elsewhere |= (places != NONE) & (ledger.conversions["person"][places] == subject[unknown])
    targets = ledger.target_ids.assign(hash_pairs(named[unknown], "source", "reverses"))[0].tolist()
    for place, target, other in zip(unknown.tolist(), targets, elsewhere.tolist(), strict=True):
        why[place] = reason = OTHER_SOURCE if other else NOT_RECEIVED
        row = rows[place]
        waits = Waiting(int(batch.seq[row]), int(batch.received[row]), int(batch.person[row]), reason)
        ledger.waiting.setdefault(target, []).append(waits)
    return why


def _find(ledger: Ledger, intake: Intake, named: pl.DataFrame, before: Ints) -> Ints:
    """Return the row in `Ledger.conversions` that each (`source`, `reverses`) names; NONE where it is not in the log.

    Only events with a seq below `before` are considered.
    """
    seqs = intake.seq_of(named["source"], named["reverses"])
    seqs = np.where(seqs < before, seqs, 0).clip(0)
    checks = hash_pairs(named, "source", "reverses").checks
    return ledger.find_conversions(seqs, checks)


def _match_waiting(batch: Batch, ledger: Ledger, rows: Ints, keys: Hashed) -> list[MatchedReversal]:
    """Match this batch's conversions with reversals that were waiting; the first that fits takes effect."""
    targets = ledger.target_ids.find(keys).tolist()
    ledger.targets.grow(len(ledger.target_ids))
    held, matched = ledger.targets, []
    for row, target in zip(rows.tolist(), targets, strict=True):
        for reversal in ledger.waiting.pop(target, ()):
            why = None
            if reversal.person != batch.person[row]:
                why = OTHER_SUBJECT
            elif held["reversal_seq"][target]:
                why = ALREADY
            else:
                held["reversal_seq"][target], held["reversed_at"][target] = reversal.seq, reversal.at
            matched.append(MatchedReversal(row, reversal, why))
    return matched


def _pick_first(
    batch: Batch, ledger: Ledger, rows: Ints, why: list[str | None], matched: list[MatchedReversal]
) -> Reversals:
    """Let the first fitting reversal of each conversion take effect."""
    fits: Bools = np.array([one is None for one in why], bool)
    places = np.flatnonzero(fits)
    if not len(places):
        return Reversals(rows, why, places, places, matched)
    named = batch.events.select("source", "reverses")[rows[places]]
    targets = ledger.target_ids.assign(hash_pairs(named, "source", "reverses"))[0]
    ledger.targets.grow(len(ledger.target_ids))
    held = ledger.targets
    firsts = first_of_each(targets)
    firsts = firsts[held["reversal_seq"][targets[firsts]] == 0]
    held["reversal_seq"][targets[firsts]] = batch.seq[rows[places[firsts]]]
    held["reversed_at"][targets[firsts]] = batch.received[rows[places[firsts]]]
    for place in np.setdiff1d(places, places[firsts]).tolist():
        why[place] = ALREADY
    return Reversals(rows, why, places[firsts], targets[firsts], matched)


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
    return ReversedLines(all_lines[order], all_owners[order])
