"""Record a batch's events, attributions and decisions."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Ints, grouped
from simulator.engine.audit import ATTRIBUTED, DECIDED, PROGRAM, SETTLED, absent
from simulator.engine.batch import Batch
from simulator.engine.frames import LISTED, Column, frame_of
from simulator.engine.lateness import histogram
from simulator.engine.record import Rows
from simulator.engine.record_parts import count_attributed, count_ruled, count_settled
from simulator.engine.results import (
    FirstEvents,
    Generations,
    NewAttributions,
    NewDecisions,
    NewLinks,
    ReviewedMoney,
    Settlements,
    Sources,
    Withheld,
)
from simulator.engine.rollup import METRIC, by_day
from simulator.engine.rules import OUTCOMES, REVIEW
from simulator.engine.version import CompiledProgram, version_row
from simulator.events.columns import TYPES

_DECISION = METRIC[f"decision.{OUTCOMES[0]}"]


def record_program(rows: Rows, compiled: CompiledProgram, from_seq: int, at: int) -> None:
    """Record a change of program, caused by the event `from_seq` received at `at` (milliseconds UTC)."""
    number, program = compiled.number, compiled.program
    rows.versions.append(version_row(number, from_seq, program))
    seq = np.array([from_seq])
    rows.trail.of_events(
        PROGRAM,
        "program-changed",
        at=np.array([at]),
        seq=seq,
        trigger=seq,
        person=np.array([NONE]),
        ref=np.array([number]),
        version=number,
        detail=[f"version {number}: {program.name}"],
    )


def record_events(rows: Rows, batch: Batch, links: NewLinks, firsts: FirstEvents, sources: Sources) -> None:
    """Count the events by type and source, people with a first link, and people who share for the first time."""
    shared = batch.rows("referral.shared")
    reach = np.zeros(len(batch), np.int64)
    reach[shared] = batch.reach[shared]
    sharing, linked = firsts.sharing, links.rows[links.owners_firsts]
    rows.metrics.add_of(batch.person[sharing], METRIC["referrer.sharing"], batch.received[sharing])
    rows.metrics.add_of(batch.person[linked], METRIC["referrer.linked"], batch.received[linked])
    # the first metrics are the event types; an event may concern nobody, but always a market
    rows.metrics.add_in(batch.market, batch.type, batch.received, 1, reach)
    if rows.watched:
        rows.lateness.append(histogram(batch))
        _count_sources(rows, batch, sources)


def _count_sources(rows: Rows, batch: Batch, sources: Sources) -> None:
    """Count the events of each type by source and day."""
    names = list(sources.labels)
    numbers: Ints = np.zeros(len(batch), np.int64)
    if len(names) > 1 and len(batch) <= LISTED:
        places_of = {name: place for place, name in enumerate(names)}
        numbers = np.array([places_of[name] for name in batch.events["source"].to_list()], np.int64)
    elif len(names) > 1:
        numbers = batch.events["source"].cast(pl.Enum(names)).to_physical().to_numpy()
    kept, places = grouped(batch.type * np.int64(len(names)) + numbers)
    parts = list(sources.labels.values())
    codes = [
        rows.breakdown.code(f"event.{TYPES[key // len(names)]}", parts[key % len(names)])
        for key in kept.tolist()
    ]
    rows.breakdown.add(np.array(codes)[places], by_day(batch.received))


def record_attributed(
    rows: Rows, compiled: CompiledProgram, new: NewAttributions, counted: Generations
) -> None:
    """Record the batch's attributions: rows and audit entries."""
    if not len(new.ids):
        return
    methods = ["code" if code else "link" for code in new.by_code.tolist()]
    channels = [rows.names.words[number] for number in new.channel.tolist()]
    codes = rows.names.codes.texts(new.link)
    columns: dict[str, Column] = {
        "seq": new.seq,
        "friend": new.friend,
        "referrer": new.referrer,
        "code": codes,
        "channel": channels,
        "method": methods,
        "touch_at": new.touch_at,
        "attributed_at": new.attributed_at,
        "touch_seq": new.touch_seq,
        "generation": counted.generation,
        "ended_at": [None] * len(new.ids),
    }
    rows.attributions.append(frame_of("attributions", columns))
    rows.metrics.add_of(new.friend, METRIC["attribution.link"] + new.by_code, new.attributed_at)
    count_attributed(rows, new, counted)
    rows.trail.of_events(
        ATTRIBUTED,
        "attributed",
        at=new.attributed_at,
        seq=new.seq,
        trigger=new.seq,
        person=new.friend,
        ref=new.seq,
        version=compiled.number,
        detail=[", ".join(words) for words in zip(methods, channels, codes, strict=True)],
    )


def record_decided(
    rows: Rows, batch: Batch, compiled: CompiledProgram, decided: NewDecisions, withheld: Withheld
) -> None:
    """Record the batch's decisions as first made: rows and audit entries."""
    if not len(decided.ids):
        return
    names = [milestone.name for milestone in compiled.program.milestones]
    milestones = [names[place] for place in decided.milestone.tolist()]
    outcomes = [OUTCOMES[code] for code in decided.outcome.tolist()]
    seq, at = batch.seq[decided.rows], batch.received[decided.rows]
    money = np.full(len(decided.ids), NONE)
    money[withheld.places] = withheld.money
    columns: dict[str, Column] = {
        "id": decided.ids,
        "seq": seq,
        "milestone": milestones,
        "friend": decided.friend,
        "referrer": absent(decided.referrer),
        "outcome": outcomes,
        "reason": decided.reason,
        "decided_at": at,
        "failed": decided.failed,
        "offered": decided.offered,
        "facts": decided.facts,
        "program_version": np.full(len(decided.ids), compiled.number),
        "withheld_minor": absent(money),
    }
    count_ruled(rows, batch, compiled, decided, withheld)
    rows.decisions.append(frame_of("decisions", columns))
    rows.metrics.add_of(decided.friend, _DECISION + decided.outcome, at)
    rows.trail.of_events(
        DECIDED,
        "decided",
        at=at,
        seq=seq,
        trigger=seq,
        person=decided.friend,
        ref=decided.ids,
        version=compiled.number,
        detail=[_decision(*words) for words in zip(milestones, outcomes, decided.reason, strict=True)],
    )


def record_settled(
    rows: Rows, batch: Batch, compiled: CompiledProgram, verdicts: Settlements, reviewed: ReviewedMoney
) -> None:
    """Record verdicts: those that settled a decision, and those that had no effect."""
    settled = verdicts.settled
    if not settled and not verdicts.no_effect:
        return
    places = np.array([settlement.row for settlement in settled], np.int64)
    outcome = np.array([settlement.outcome for settlement in settled], np.int64)
    at, seq = batch.received[places], batch.seq[places]
    for settlement, when in zip(settled, at.tolist(), strict=True):
        rows.settled[settlement.case.decision] = (OUTCOMES[settlement.outcome], settlement.reason, when)
    friends = np.array([settlement.case.friend for settlement in settled], np.int64)
    rows.metrics.add_of(friends, _DECISION + REVIEW, at, -1)
    rows.metrics.add_of(friends, _DECISION + outcome, at)
    count_settled(rows, settled, reviewed, at)
    words = [_decision(s.case.milestone_name, OUTCOMES[s.outcome], s.reason) for s in settled]
    rows.trail.of_events(
        SETTLED,
        "settled",
        at=at,
        seq=seq,
        trigger=seq,
        person=friends,
        ref=np.array([s.case.decision for s in settled], np.int64),
        version=np.array([s.case.compiled.number for s in settled], np.int64),
        detail=[
            f"{word}, by {by}" for word, by in zip(words, batch.texts("by", places).to_list(), strict=True)
        ],
    )
    no_effect = np.array(verdicts.no_effect, np.int64)
    named = batch.texts("decision_milestone", no_effect).to_list()
    rows.trail.of_events(
        SETTLED,
        "verdict-without-effect",
        at=batch.received[no_effect],
        seq=batch.seq[no_effect],
        trigger=batch.seq[no_effect],
        person=batch.person[no_effect],
        ref=np.full(len(no_effect), NONE),
        version=compiled.number,
        detail=[f"{milestone}: no such decision in review" for milestone in named],
    )


def _decision(milestone: str, outcome: str, reason: str | None) -> str:
    return f"{milestone}: {outcome}, {reason}" if reason else f"{milestone}: {outcome}"
