"""Stage 4b: find the events that act on a reward line: its recipient chooses or redeems it, or an operator vetoes it.

Whether the line is in the right state is checked where the line is kept: in the book, or in `using`.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from simulator.engine.arrays import NONE, Ints
from simulator.engine.batch import Batch
from simulator.engine.intake import Intake
from simulator.engine.ledger import Ledger
from simulator.engine.line_results import Act
from simulator.engine.standing import find_named
from simulator.engine.state import State
from simulator.engine.terms import ROLES

_Kind = Literal["chosen", "redeemed", "vetoed"]
_KINDS: tuple[tuple[str, _Kind], ...] = (
    ("reward.chosen", "chosen"),
    ("reward.redeemed", "redeemed"),
    ("reward.vetoed", "vetoed"),
)
_COMMUNITY = ROLES.index("community")


def find_acts(batch: Batch, state: State, intake: Intake) -> list[Act]:
    """Find the lines that the batch's choices, redemptions and vetoes name, in log order.

    The batch's own lines are in the ledger.
    """
    kinds = [(kind, of) for name, kind in _KINDS if len(of := batch.rows(name))]
    if not kinds:
        return []
    rows = np.concatenate([of for _, of in kinds])
    kind_of = {row: kind for kind, of in kinds for row in of.tolist()}
    rows, ledger = np.sort(rows), state.ledger
    named, seqs = batch.columns(rows, source="reward_source", id="reward_id"), batch.seq[rows]
    conversions = find_named(ledger, intake, named, seqs).tolist()
    columns = zip(
        rows.tolist(),
        seqs.tolist(),
        conversions,
        batch.words("reward_milestone", rows),
        batch.words("reward_reward", rows),
        batch.words("choice", rows),
        strict=True,
    )
    found = []
    for row, seq, conversion, milestone, reward, chosen in columns:
        kind, line = kind_of[row], _line_named(ledger, conversion, seq, milestone, reward)
        choice = NONE if kind != "chosen" else _choice(ledger, line, chosen)
        why = _why(state, batch, row, kind, line)
        found.append(Act(row, seq, int(batch.received[row]), kind, line, choice, why))
    return found


def _line_named(ledger: Ledger, conversion: int, seq: int, milestone: str, reward: str) -> int:
    """Return the line of a conversion for a reward on a milestone that was made before an event, or NONE."""
    if conversion == NONE:
        return NONE
    lines: Ints = ledger.lines_of(np.array([conversion]))[0]
    for line in lines.tolist():
        terms = ledger.terms[int(ledger.lines["terms"][line])].reward
        if (terms.on, terms.name) == (milestone, reward) and ledger.lines["made"][line] < seq:
            return int(line)
    return NONE


def _choice(ledger: Ledger, line: int, chosen: str) -> int:
    """Return which of its reward's choices is chosen for a line, or NONE."""
    choices = () if line == NONE else ledger.terms[int(ledger.lines["terms"][line])].reward.choices
    return choices.index(chosen) if chosen in choices else NONE


def _why(state: State, batch: Batch, row: int, kind: _Kind, line: int) -> str | None:
    """Return why an event has no effect whatever the line's state, or None if that depends on the state."""
    if line == NONE:
        return "unknown"
    ledger = state.ledger
    if kind != "chosen":
        return None
    account = ledger.account_of(np.array([line]))
    recipient = state.people_of(ledger.accounts["recipient"][account].astype(np.int64))
    if ledger.accounts["role"][account[0]] == _COMMUNITY or recipient[0] != batch.person[row]:
        return "other-subject"
    return None if ledger.terms[int(ledger.lines["terms"][line])].reward.choices else "not-offered"
