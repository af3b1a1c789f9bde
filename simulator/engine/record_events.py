"""Record a batch's events, attributions and decisions."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, grouped, mark_first
from simulator.engine.attribution import NewAttributions
from simulator.engine.audit import ATTRIBUTED, DECIDED, PROGRAM, SETTLED, absent
from simulator.engine.batch import Batch
from simulator.engine.decisions import NewDecisions
from simulator.engine.lateness import histogram
from simulator.engine.outcome import SCHEMAS, Version
from simulator.engine.record import Record
from simulator.engine.record_parts import count_attributed, count_ruled, count_settled
from simulator.engine.rewards import NewLines
from simulator.engine.rollup import METRIC, by_day
from simulator.engine.rules import OUTCOMES, REVIEW
from simulator.events.columns import TYPES

_DECISION = METRIC[f"decision.{OUTCOMES[0]}"]


def record_program(record: Record, version: Version, at: int) -> None:
    """Record a change of program, caused by the event `version.from_seq` received at `at` (milliseconds UTC)."""
    record.versions.append(version)
    seq = np.array([version.from_seq])
    record.trail.of_events(
        PROGRAM,
        "program-changed",
        at=np.array([at]),
        seq=seq,
        trigger=seq,
        person=np.array([NONE]),
        ref=np.array([version.number]),
        version=version.number,
        detail=[f"version {version.number}: {version.program.name}"],
    )


def record_events(record: Record, batch: Batch) -> None:
    """Count the events by type, people with a first link, and people who share for the first time."""
    shared, people = batch.rows("referral.shared"), record.state.people
    reach = np.zeros(len(batch), np.int64)
    if len(shared):
        reach[shared] = batch.reach[shared]
        first = mark_first(people["shared_seq"], batch.person[shared], batch.seq[shared])
        record.tally.add(METRIC["referrer.sharing"], batch.received[shared[first]])
    record.tally.add(batch.type, batch.received, 1, reach)  # the first metrics are the event types
    record.tally.add(METRIC["referrer.linked"], batch.received[batch.newly_linked])
    record.lateness.append(histogram(batch))
    _count_sources(record, batch)


def _count_sources(record: Record, batch: Batch) -> None:
    """Count the events of each type by source and day."""
    sources = batch.events["source"]
    names = sources.unique(maintain_order=True)
    numbers = sources.cast(pl.Enum(names)).to_physical().to_numpy()
    kept, places = grouped(batch.type * np.int64(len(names)) + numbers)
    parts = [record.state.sources.part(name) for name in names.to_list()]
    codes = [
        record.breakdown.code(f"event.{TYPES[key // len(names)]}", parts[key % len(names)])
        for key in kept.tolist()
    ]
    record.breakdown.add(np.array(codes)[places], by_day(batch.received))


def record_attributed(record: Record, attributed: NewAttributions) -> None:
    """Record the batch's attributions: rows and audit entries."""
    made, ids, state = record.state.attributions, attributed.ids, record.state
    if not len(ids):
        return
    by_code = made["by_code"][ids].astype(np.int64)
    methods = ["code" if code else "link" for code in by_code.tolist()]
    channels = [state.words.texts[number] for number in made["channel"][ids].tolist()]
    codes = state.codes.texts(attributed.links)
    seq, at, friend = made["seq"][ids], made["attributed_at"][ids], made["friend"][ids]
    columns = {
        "seq": seq,
        "friend": friend,
        "referrer": made["referrer"][ids],
        "code": codes,
        "channel": channels,
        "method": methods,
        "touch_at": made["touch_at"][ids],
        "attributed_at": at,
        "touch_seq": attributed.touch_seqs,
        "generation": made["generation"][ids],
    }
    record.attributions.append(pl.DataFrame(columns, schema=SCHEMAS["attributions"]))
    record.tally.add(METRIC["attribution.link"] + by_code, at)
    count_attributed(record, ids)
    record.trail.of_events(
        ATTRIBUTED,
        "attributed",
        at=at,
        seq=seq,
        trigger=seq,
        person=friend,
        ref=seq,
        version=record.compiled.number,
        detail=[", ".join(words) for words in zip(methods, channels, codes, strict=True)],
    )


def record_decided(record: Record, batch: Batch, decided: NewDecisions, new: NewLines) -> None:
    """Record the batch's decisions as first made, rows and audit entries; `new` are the reward lines it made."""
    rows, ids = decided.rows, decided.ids
    if not len(rows):
        return
    names = [milestone.name for milestone in record.compiled.program.milestones]
    milestones = [names[place] for place in decided.milestone.tolist()]
    outcomes = [OUTCOMES[code] for code in decided.outcome.tolist()]
    seq, at = batch.seq[rows], batch.received[rows]
    columns = {
        "id": ids,
        "seq": seq,
        "milestone": milestones,
        "friend": decided.friend,
        "referrer": absent(decided.referrer),
        "outcome": outcomes,
        "reason": decided.reason,
        "decided_at": at,
        "failed": decided.failed,
        "facts": decided.facts,
        "program_version": np.full(len(rows), record.compiled.number),
        "withheld_minor": absent(count_ruled(record, batch, decided, new)),
    }
    record.decisions.append(pl.DataFrame(columns, schema=SCHEMAS["decisions"]))
    record.tally.add(_DECISION + decided.outcome, at)
    record.trail.of_events(
        DECIDED,
        "decided",
        at=at,
        seq=seq,
        trigger=seq,
        person=decided.friend,
        ref=ids,
        version=record.compiled.number,
        detail=[_decision(*words) for words in zip(milestones, outcomes, decided.reason, strict=True)],
    )


def record_settled(record: Record, batch: Batch, decided: NewDecisions) -> None:
    """Record verdicts: those that settled a decision, and those that had no effect."""
    settled = decided.settlements
    rows = np.array([settlement.row for settlement in settled], np.int64)
    outcome = np.array([settlement.outcome for settlement in settled], np.int64)
    at, seq = batch.received[rows], batch.seq[rows]
    for settlement, when in zip(settled, at.tolist(), strict=True):
        record.settled[settlement.case.decision] = (OUTCOMES[settlement.outcome], settlement.reason, when)
    record.tally.add(_DECISION + REVIEW, at, -1)
    record.tally.add(_DECISION + outcome, at)
    count_settled(record, settled, at)
    words = [_decision(s.case.milestone_name, OUTCOMES[s.outcome], s.reason) for s in settled]
    record.trail.of_events(
        SETTLED,
        "settled",
        at=at,
        seq=seq,
        trigger=seq,
        person=np.array([s.case.friend for s in settled], np.int64),
        ref=np.array([s.case.decision for s in settled], np.int64),
        version=np.array([s.case.compiled.number for s in settled], np.int64),
        detail=[
            f"{word}, by {by}" for word, by in zip(words, batch.texts("by", rows).to_list(), strict=True)
        ],
    )
    no_effect = np.array(decided.no_effect, np.int64)
    named = batch.texts("decision_milestone", no_effect).to_list()
    record.trail.of_events(
        SETTLED,
        "verdict-without-effect",
        at=batch.received[no_effect],
        seq=batch.seq[no_effect],
        trigger=batch.seq[no_effect],
        person=batch.person[no_effect],
        ref=np.full(len(no_effect), NONE),
        version=record.compiled.number,
        detail=[f"{milestone}: no such decision in review" for milestone in named],
    )


def _decision(milestone: str, outcome: str, reason: str | None) -> str:
    return f"{milestone}: {outcome}, {reason}" if reason else f"{milestone}: {outcome}"
