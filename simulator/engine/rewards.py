"""Stage 4a: turn qualified decisions into reward lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.engine.adjusting import amounts_now
from simulator.engine.arrays import NONE, Array, Ints
from simulator.engine.batch import Batch
from simulator.engine.ledger import Ledger
from simulator.engine.line_results import NO_LINES, Adjustments, Lines, NewLines
from simulator.engine.money import worth
from simulator.engine.offers import are_offered
from simulator.engine.results import Decided, NewDecisions
from simulator.engine.reviews import Case
from simulator.engine.rules import QUALIFIED
from simulator.engine.state import State
from simulator.engine.version import CompiledProgram
from simulator.program.model import Reward


@dataclass(frozen=True, kw_only=True)
class QualifiedDecisions:
    """Decisions that qualified under one version of the program, in columns, by the events at `rows` of the batch.

    `targets` are the conversions (rows in `Ledger.conversions`), `amounts` are in minor units (NONE where missing),
    `offered` is the answers of the conditions of rewards, as JSON.
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
    attribution: Ints
    offered: Sequence[str]
    targets: Ints

    def on(self, milestone: str) -> Ints:
        """Return which of the decisions are on a milestone, by its name."""
        return np.flatnonzero(self.milestone == self.compiled.places[milestone])


def find_qualified(
    batch: Batch, state: State, compiled: CompiledProgram, decided: Decided, adjusted: Adjustments
) -> list[QualifiedDecisions]:
    """Return what qualified in this batch: its own decisions, and approved ones grouped by program version."""
    ledger = state.ledger
    places = np.flatnonzero(decided.new.outcome == QUALIFIED)
    groups = []
    if len(places):
        conversions = ledger.conversions_at(batch.seq[decided.new.rows[places]])
        groups.append(of_batch(batch, compiled, decided.new, places, conversions))
    approved = [(s.row, s.case) for s in decided.verdicts.settled if s.outcome == QUALIFIED]
    versions = {case.compiled.number: case.compiled for _, case in approved}
    for number, version in versions.items():
        groups.append(
            _approved(
                ledger, version, [pair for pair in approved if pair[1].compiled.number == number], adjusted
            )
        )
    return groups


def of_batch(
    batch: Batch, compiled: CompiledProgram, decided: NewDecisions, places: Ints, targets: Ints
) -> QualifiedDecisions:
    """Return these decisions of the batch as if they had qualified; `targets` are the rows of their conversions."""
    rows = decided.rows[places]
    return QualifiedDecisions(
        compiled=compiled,
        rows=rows,
        decisions=decided.ids[places],
        milestone=decided.milestone[places],
        seq=batch.seq[rows],
        friend=decided.friend[places],
        referrer=decided.referrer[places],
        occurred=batch.occurred[rows],
        amounts=batch.amount[rows],
        attribution=decided.attribution[places],
        offered=[decided.offered[place] for place in places.tolist()],
        targets=targets,
    )


def _approved(
    ledger: Ledger, compiled: CompiledProgram, cases: list[tuple[int, Case]], adjusted: Adjustments
) -> QualifiedDecisions:
    def column(name: str) -> Ints:
        return np.array([getattr(case, name) for _, case in cases], np.int64)

    rows, conversions = np.array([row for row, _ in cases], np.int64), ledger.conversions_at(column("seq"))
    return QualifiedDecisions(
        compiled=compiled,
        rows=rows,
        decisions=column("decision"),
        milestone=column("milestone"),
        seq=column("seq"),
        friend=column("friend"),
        referrer=column("referrer"),
        occurred=column("occurred"),
        amounts=amounts_now(ledger, compiled.program, conversions, rows, column("amount"), adjusted),
        attribution=column("attribution"),
        offered=[case.offered for _, case in cases],
        targets=conversions,
    )


def make_lines(batch: Batch, state: State, groups: list[QualifiedDecisions]) -> NewLines:
    """Make the pending lines, in order of the qualifying event, the decision and the reward's place in the file."""
    parts = [
        part
        for group in groups
        for place, reward in enumerate(group.compiled.program.rewards)
        if (part := _draft(batch, state, group, place, reward)) is not None
    ]
    if not parts:
        none = np.zeros(0, np.int64)
        return NewLines(lines=NO_LINES, rows=none, targets=none, made_at=none)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((columns.pop("place"), columns["decision"], columns["row"]))
    columns = {name: values[order] for name, values in columns.items()}
    rows, targets = columns.pop("row"), columns.pop("target")
    first = len(state.ledger.lines)
    lines = Lines(ids=np.arange(first, first + len(rows)), **columns)
    return NewLines(lines=lines, rows=rows, targets=targets, made_at=batch.received[rows])


def _draft(
    batch: Batch, state: State, group: QualifiedDecisions, place: int, reward: Reward
) -> dict[str, Array] | None:
    """Return the lines of one reward, in columns of `Lines` plus `row`, `place` and `target`, or None."""
    at, recipients, values = promises(batch, state, group, reward)
    if not len(at):
        return None
    ledger = state.ledger
    terms = ledger.terms_of[group.compiled.number][place]
    return {
        "row": group.rows[at],
        "place": np.full(len(at), place),
        "target": group.targets[at],
        "decision": group.decisions[at],
        "seq": group.seq[at],
        "made": batch.seq[group.rows[at]],
        "due": np.maximum(batch.received[group.rows[at]], group.occurred[at] + reward.hold_ms),
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
    at = group.on(reward.on)
    if not len(at):
        return at, at, at
    touch_at = state.attributions["touch_at"][group.attribution[at]]
    offered = [group.offered[place] for place in at.tolist()] if reward.when is not None else []
    at = at[are_offered(reward, group.occurred[at], touch_at, offered)]
    recipients = _recipients(batch, state, reward.to, group, at)
    values = worth(reward, group.amounts[at])
    kept = (recipients != NONE) & (values > 0)
    return at[kept], recipients[kept], values[kept]


def _recipients(batch: Batch, state: State, role: str, group: QualifiedDecisions, at: Ints) -> Ints:
    """Return the recipients of the reward as of the qualifying event; NONE if there is nobody."""
    friend, referrer = state.people_of(group.friend[at]), state.people_of(group.referrer[at])
    rows = group.rows[at]
    if role == "referrer":
        return referrer
    if role == "friend":
        return friend
    if role == "community":
        return batch.communities_of(referrer, rows).astype(np.int64)
    made = state.attributions
    theirs = state.people["attribution"][referrer]
    upline = state.people_of(made["referrer"][theirs].astype(np.int64))
    exists = (theirs != NONE) & (made["seq"][theirs] <= batch.seq[rows])
    return np.where(exists & (upline != referrer) & (upline != friend), upline, NONE)
