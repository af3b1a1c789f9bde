"""Stage 3a: turn qualified decisions into reward lines, and void or revoke lines on reversals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Array, Ints, chain_back
from simulator.engine.batch import Batch
from simulator.engine.decisions import NewDecisions
from simulator.engine.interner import hash_pairs
from simulator.engine.ledger import ISSUED, PENDING, REVOKED, VOIDED, Ledger
from simulator.engine.reviews import Case
from simulator.engine.rules import QUALIFIED
from simulator.engine.state import State
from simulator.engine.version import CompiledProgram
from simulator.program.model import MAX_LINE_MINOR, Reward


@dataclass(frozen=True)
class QualifiedDecisions:
    """Decisions that qualified under one version of the program, in columns, by the events at `rows` of the batch.

    `targets` are the conversions (see `Ledger.target_ids`), `amounts` are in minor units (NONE where missing).
    """

    compiled: CompiledProgram
    rows: Ints
    decisions: Ints
    milestone: Ints
    seq: Ints
    friend: Ints
    referrer: Ints
    occurred: Ints
    amounts: Ints
    targets: Ints


@dataclass(frozen=True)
class NewLines:
    """Reward lines made in this batch, with the batch row that qualified each and the id of its conversion."""

    lines: Ints
    rows: Ints
    targets: Ints


@dataclass(frozen=True)
class StateChanges:
    """Lines whose state a reversal changed: which lines, the seq of the reversal, and when (milliseconds UTC)."""

    lines: Ints
    by: Ints
    at: Ints


def qualified_now(
    batch: Batch, ledger: Ledger, compiled: CompiledProgram, decided: NewDecisions
) -> list[QualifiedDecisions]:
    """Return what qualified in this batch: its own decisions, and approved ones grouped by program version."""
    places = np.flatnonzero(decided.outcome == QUALIFIED)
    groups = []
    if len(places):
        pairs = hash_pairs(batch.events[decided.rows[places]], "source", "id")
        groups.append(of_batch(batch, compiled, decided, places, ledger.target_ids.assign(pairs)[0]))
    approved = [(s.row, s.case) for s in decided.settlements if s.outcome == QUALIFIED]
    versions = {case.compiled.number: case.compiled for _, case in approved}
    for number, version in versions.items():
        groups.append(
            _approved(ledger, version, [pair for pair in approved if pair[1].compiled.number == number])
        )
    return groups


def of_batch(
    batch: Batch, compiled: CompiledProgram, decided: NewDecisions, places: Ints, targets: Ints
) -> QualifiedDecisions:
    """Return these decisions of the batch as if they had qualified; `targets` are the ids of their conversions."""
    rows = decided.rows[places]
    return QualifiedDecisions(
        compiled,
        rows,
        decided.ids[places],
        decided.milestone[places],
        batch.seq[rows],
        decided.friend[places],
        decided.referrer[places],
        batch.occurred[rows],
        batch.amount[rows],
        targets,
    )


def _approved(ledger: Ledger, compiled: CompiledProgram, cases: list[tuple[int, Case]]) -> QualifiedDecisions:
    def column(name: str) -> Ints:
        return np.array([getattr(case, name) for _, case in cases], np.int64)

    names = pl.DataFrame({"source": [case.source for _, case in cases], "id": [case.id for _, case in cases]})
    return QualifiedDecisions(
        compiled,
        np.array([row for row, _ in cases], np.int64),
        column("decision"),
        column("milestone"),
        column("seq"),
        column("friend"),
        column("referrer"),
        column("occurred"),
        column("amount"),
        ledger.target_ids.assign(hash_pairs(names, "source", "id"))[0],
    )


def add_lines(
    batch: Batch, state: State, ledger: Ledger, groups: list[QualifiedDecisions], terms: dict[int, Ints]
) -> NewLines:
    """Add the pending lines, in order of the qualifying event, the decision and the reward's place in the program file.

    `terms` are the ids of each version's terms.
    """
    parts = [
        part
        for group in groups
        for place, reward in enumerate(group.compiled.program.rewards)
        if len(
            (part := _draft(batch, state, ledger, group, place, int(terms[group.compiled.number][place])))[
                "row"
            ]
        )
    ]
    if not parts:
        return NewLines(*[np.zeros(0, np.int64)] * 3)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((columns.pop("place"), columns["decision"], columns["row"]))
    columns = {name: values[order] for name, values in columns.items()}
    rows, targets = columns.pop("row"), columns.pop("target")
    lines = ledger.lines.append(**columns)
    np.add.at(ledger.accounts["made"], columns["account"], 1)
    ledger.targets.grow(len(ledger.target_ids))
    ledger.lines["sibling"][lines] = chain_back(targets, lines, ledger.targets["line"])
    return NewLines(lines, rows, targets)


def _draft(
    batch: Batch, state: State, ledger: Ledger, group: QualifiedDecisions, place: int, terms: int
) -> dict[str, Array]:
    """Return the lines of one reward, in columns of `Ledger.lines` plus `row`, `place` and `target`."""
    reward = group.compiled.program.rewards[place]
    at, recipients, values = promises(batch, state, group, reward)
    received = batch.received[group.rows[at]]
    return {
        "row": group.rows[at],
        "place": np.full(len(at), place),
        "target": group.targets[at],
        "decision": group.decisions[at],
        "seq": group.seq[at],
        "made": batch.seq[group.rows[at]],
        "due": np.maximum(received, group.occurred[at] + reward.hold_ms),
        "state_at": received,
        "value": values,
        "occurred": group.occurred[at],
        "account": ledger.accounts_of(reward, recipients),
        "terms": np.full(len(at), terms),
        "friend": group.friend[at],
    }


def promises(
    batch: Batch, state: State, group: QualifiedDecisions, reward: Reward
) -> tuple[Ints, Ints, Ints]:
    """Return which rows of the group get a line of this reward, the recipients, and the money (minor units)."""
    at = np.flatnonzero(
        np.array([m.name == reward.on for m in group.compiled.program.milestones], bool)[group.milestone]
    )
    recipients = _recipients(batch, state, reward.to, group, at)
    values = _values(reward.value_minor, reward.percent, group.amounts[at])
    kept = (recipients != NONE) & (values > 0)
    return at[kept], recipients[kept], values[kept]


def _recipients(batch: Batch, state: State, role: str, group: QualifiedDecisions, at: Ints) -> Ints:
    """Return the recipients of the reward as of the qualifying event; NONE where there is nobody."""
    friend, referrer, rows = group.friend[at], group.referrer[at], group.rows[at]
    if role == "referrer":
        return referrer
    if role == "friend":
        return friend
    if role == "community":
        return batch.community.at(referrer, rows).astype(np.int64)
    made = state.attributions
    theirs = state.people["attribution"][referrer]
    upline = made["referrer"][theirs].astype(np.int64)
    exists = (theirs != NONE) & (made["seq"][theirs] <= batch.seq[rows])
    return np.where(exists & (upline != referrer) & (upline != friend), upline, NONE)


def _values(fixed: int | None, percent: Decimal | None, amounts: Ints) -> Ints:
    """Return each line's money in minor units, 0 where there is none.

    Percentages are computed exactly and rounded half to even, as `round` does.
    """
    if fixed is not None:
        return np.full(len(amounts), fixed, np.int64)
    exact = Fraction(percent or 0) / 100
    shares = [0 if amount == NONE else round(amount * exact) for amount in amounts.tolist()]
    return np.array([min(share, MAX_LINE_MINOR) for share in shares], np.int64)


def void(ledger: Ledger, lines: Ints, targets: Ints) -> StateChanges:
    """Void the pending lines whose conversion (`targets`, by line) was reversed in time."""
    lines, first = np.unique(lines, return_index=True)
    held, reversals, targets = ledger.lines, ledger.targets, targets[first]
    by, at = reversals["reversal_seq"][targets], reversals["reversed_at"][targets]
    hit = (by > 0) & (at <= held["due"][lines]) & (held["state"][lines] == PENDING)
    lines, by, at = lines[hit], by[hit], np.maximum(at[hit], held["state_at"][lines[hit]])
    held["state"][lines], held["state_at"][lines] = VOIDED, at
    return StateChanges(lines, by, at)


def revoke(ledger: Ledger, lines: Ints, targets: Ints) -> StateChanges:
    """Revoke the issued lines whose conversion was reversed within their clawback period."""
    held, reversals = ledger.lines, ledger.targets
    clawbacks = [NONE if e.reward.clawback_ms is None else e.reward.clawback_ms for e in ledger.terms]
    clawback = np.array(clawbacks, np.int64)[held["terms"][lines]] if len(lines) else lines
    by, at = reversals["reversal_seq"][targets], reversals["reversed_at"][targets]
    issued_at = held["due"][lines]
    hit = (
        (held["state"][lines] == ISSUED)
        & (clawback != NONE)
        & (at > issued_at)
        & (at <= issued_at + clawback)
    )
    lines, by, at = lines[hit], by[hit], at[hit]
    held["state"][lines], held["state_at"][lines] = REVOKED, at
    return StateChanges(lines, by, at)
