"""What became of reward lines, and how far the friends came, written into the record."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import NONE, Ints
from simulator.engine.audit import PENDING, REVERSED
from simulator.engine.batch import Batch
from simulator.engine.intake import Intake
from simulator.engine.ledger import ISSUED, REVOKED, STATES
from simulator.engine.ledger import PENDING as PENDING_STATE
from simulator.engine.record import Record
from simulator.engine.record_parts import count_money, count_qualified
from simulator.engine.release import Released
from simulator.engine.rewards import Changed, NewLines, Qualified, Reversals
from simulator.engine.rollup import METRIC, STAGES, raise_stages

ALREADY, NOT_RECEIVED, NO_REWARD = "already-reversed", "not-received", "no-reward"
NOT_ISSUED, NO_CLAWBACK, CLAWBACK_OVER = "not-issued", "no-clawback", "clawback-over"
_LEVEL = {name: level for level, name in enumerate(STAGES, 1)}


def record_lines(record: Record, batch: Batch, new: NewLines) -> None:
    """New lines, pending from the event that qualified them."""
    lines, at = new.lines, batch.received[new.rows]
    record.move(lines, None, PENDING_STATE, at)
    _entries(record, "pending", PENDING, lines, at, batch.seq[new.rows], batch.seq[new.rows])


def record_changed(record: Record, kind: str, before: int, after: int, change: Changed) -> None:
    """Lines that reversals took from one state to another; `kind` names the entries."""
    made = record.ledger.lines["made"][change.lines]
    _entries(record, kind, REVERSED, change.lines, change.at, np.maximum(change.by, made), change.by)
    record.move(change.lines, before, after, change.at)
    if before == ISSUED:
        count_money(record, change.lines, -1, change.at)


def record_late_reversals(record: Record, batch: Batch, reversals: Reversals) -> None:
    """Rewards issued though their conversion had been reversed by then: the news of it came too late.

    What a clawback brought home of it, and what is lost.
    """
    lines = reversals.lines
    rows = reversals.rows[reversals.firsts][reversals.owners]
    held = record.ledger.lines
    issued = np.isin(held["state"][lines], (ISSUED, REVOKED)) & (batch.occurred[rows] <= held["due"][lines])
    lines, at = lines[issued], batch.received[rows[issued]]
    clawed = held["state"][lines] == REVOKED
    for fate, which in (("clawed", clawed), ("lost", ~clawed)):
        values = held["value"][lines[which]]
        names = [record.ledger.terms[term].reward.name for term in held["terms"][lines[which]].tolist()]
        record.tally.add(METRIC[f"late_reversal.{fate}"], at[which], 1, values)
        record.breakdown.add(record.breakdown.codes(f"late_reversal.{fate}", names), at[which], 1, values)


def record_vain_reversals(
    record: Record, batch: Batch, reversals: Reversals, changes: tuple[Changed, ...], intake: Intake
) -> None:
    """Reversals that changed no reward as they came, each with the reason."""
    if not len(reversals.rows):
        return
    held = record.ledger.lines
    effective: set[int] = set()
    for change in changes:
        effective.update(change.by[held["made"][change.lines] < change.by].tolist())
    firsts = {place: number for number, place in enumerate(reversals.firsts.tolist())}
    seqs = batch.seq[reversals.rows].tolist()
    known = intake.seq_of(
        batch.texts("source", reversals.rows), batch.texts("reverses", reversals.rows)
    ).tolist()
    lines_of: dict[int, list[int]] = {}
    for line, number in zip(reversals.lines.tolist(), reversals.owners.tolist(), strict=True):
        lines_of.setdefault(number, []).append(line)
    vain, reasons = [], []
    for place, seq in enumerate(seqs):
        if seq in effective:
            continue
        vain.append(place)
        if place not in firsts:
            reasons.append(ALREADY)
        elif not 0 < known[place] < seq:
            reasons.append(NOT_RECEIVED)
        else:
            lines = [line for line in lines_of.get(firsts[place], ()) if held["made"][line] < seq]
            reasons.append(_why_in_vain(record, lines))
    rows = reversals.rows[vain]
    record.trail.of_events(
        REVERSED,
        "reversal-without-effect",
        at=batch.received[rows],
        seq=batch.seq[rows],
        trigger=batch.seq[rows],
        person=batch.person[rows],
        ref=np.full(len(rows), NONE),
        version=record.ready.number,
        detail=reasons,
    )


def _why_in_vain(record: Record, lines: list[int]) -> str:
    held = record.ledger.lines
    if not lines:
        return NO_REWARD
    issued = [line for line in lines if held["state"][line] == ISSUED]
    if not issued:
        return NOT_ISSUED
    terms = (record.ledger.terms[held["terms"][line]].reward for line in issued)
    return CLAWBACK_OVER if any(reward.clawback_ms is not None for reward in terms) else NO_CLAWBACK


def record_released(record: Record, released: Released) -> None:
    """Lines that fell due, with their number; friends who are rewarded; the time that it took."""
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


def record_stages(record: Record, batch: Batch, qualified: list[Qualified]) -> None:
    """How far the batch's events brought each friend."""
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
