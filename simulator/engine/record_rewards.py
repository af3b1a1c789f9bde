"""Record changes of reward lines, and the stages that friends reached."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import NONE, Ints
from simulator.engine.audit import PENDING, REVERSED
from simulator.engine.batch import Batch
from simulator.engine.judging import Shifts
from simulator.engine.ledger import ISSUED, STATES
from simulator.engine.ledger import PENDING as PENDING_STATE
from simulator.engine.record import Record
from simulator.engine.record_parts import count_money, count_qualified
from simulator.engine.release import Released
from simulator.engine.rewards import NewLines, QualifiedDecisions, StateChanges
from simulator.engine.rollup import METRIC, STAGES, raise_stages

_LEVEL = {name: level for level, name in enumerate(STAGES, 1)}


def record_lines(record: Record, batch: Batch, new: NewLines) -> None:
    """Record new lines, pending from the event that qualified them."""
    lines, at = new.lines, batch.received[new.rows]
    record.move(lines, None, PENDING_STATE, at)
    _entries(record, "pending", PENDING, lines, at, batch.seq[new.rows], batch.seq[new.rows])


def record_expected(record: Record, shifts: Shifts) -> None:
    """Record changes of what pending lines are expected to become."""
    record.shift(shifts)


def record_changed(record: Record, kind: str, before: int, after: int, change: StateChanges) -> None:
    """Record lines that reversals took from one state to another; `kind` is the kind of the audit entries."""
    made = record.ledger.lines["made"][change.lines]
    _entries(record, kind, REVERSED, change.lines, change.at, np.maximum(change.by, made), change.by)
    record.move(change.lines, before, after, change.at)
    if before == ISSUED:
        count_money(record, change.lines, -1, change.at)


def record_released(record: Record, released: Released) -> None:
    """Record lines that fell due: audit entries, sums, friends who are now rewarded, and the time it took them."""
    lines = released.lines
    if not len(lines):
        return
    held = record.ledger.lines
    at, seq = held["due"][lines], held["seq"][lines]
    words = zip(_words(record, lines), released.numbers.tolist(), strict=True)
    record.trail.of_releases(
        [STATES[code] for code in released.states.tolist()],
        at=at,
        seq=seq,
        place=np.array([entry.place for entry in record.ledger.terms], np.int64)[held["terms"][lines]],
        person=held["friend"][lines],
        ref=lines + 1,
        version=_versions(record, lines),
        detail=[f"{word}, release {number}" for word, number in words],
    )
    record.move(lines, PENDING_STATE, released.states, at)
    issued = released.states == ISSUED
    record.tally.add(METRIC["time_to_reward"], at[issued], 1, at[issued] - held["occurred"][lines[issued]])
    friends = held["friend"][lines[issued]].astype(np.int64)
    raise_stages(record.state.people["stage"], record.tally, [(friends, _LEVEL["rewarded"], at[issued])])
    count_money(record, lines[issued], 1, at[issued])


def record_stages(record: Record, batch: Batch, qualified: list[QualifiedDecisions]) -> None:
    """Count how far the batch's events brought each friend."""
    attribution = record.state.people["attribution"][batch.person[batch.conversions]]
    made = record.state.attributions["seq"][attribution] <= batch.seq[batch.conversions]
    converted = batch.conversions[(attribution != NONE) & made]
    moves = [
        (batch.person[rows], _LEVEL[name], batch.received[rows])
        for name, rows in (
            ("visited", batch.visits),
            ("claimed", batch.claims),
            ("eligible", batch.eligible_rows),
            ("converted", converted),
        )
    ]
    moves += [(group.friend, _LEVEL["qualified"], batch.received[group.rows]) for group in qualified]
    risen = raise_stages(record.state.people["stage"], record.tally, moves)
    if _LEVEL["qualified"] in risen:
        count_qualified(record, *risen[_LEVEL["qualified"]])


def _entries(record: Record, kind: str, stage: int, lines: Ints, at: Ints, seq: Ints, trigger: Ints) -> None:
    record.trail.of_events(
        stage,
        kind,
        at=at,
        seq=seq,
        trigger=trigger,
        person=record.ledger.lines["friend"][lines],
        ref=lines + 1,
        version=_versions(record, lines),
        detail=_words(record, lines),
    )


def _versions(record: Record, lines: Ints) -> Ints:
    versions = np.array([entry.version for entry in record.ledger.terms], np.int64)
    return versions[record.ledger.lines["terms"][lines]]


def _words(record: Record, lines: Ints) -> list[str]:
    held, terms = record.ledger.lines, record.ledger.terms
    ends = [(f"{entry.reward.name}: ", f" to {entry.reward.to}") for entry in terms]
    columns = zip(held["value"][lines].tolist(), held["terms"][lines].tolist(), strict=True)
    return [f"{ends[term][0]}{value}{ends[term][1]}" for value, term in columns]
