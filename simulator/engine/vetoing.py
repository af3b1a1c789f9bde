"""Stage 4b: which reward lines operators stop. Whether a line can be stopped still, the book knows."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import NONE, Ints
from simulator.engine.batch import Batch
from simulator.engine.intake import Intake
from simulator.engine.ledger import Ledger
from simulator.engine.results import Vetoes
from simulator.engine.standing import find_named


def find_vetoes(batch: Batch, ledger: Ledger, intake: Intake) -> Vetoes:
    """Find the lines that the batch's vetoes name; the batch's lines are in the ledger."""
    rows = batch.rows("reward.vetoed")
    if not len(rows):
        return Vetoes(rows=rows, lines=rows)
    named = batch.events[rows].select(
        "reward_milestone", "reward_reward", source="reward_source", id="reward_id"
    )
    seqs = batch.seq[rows]
    conversions = find_named(ledger, intake, named.select("source", "id"), seqs)
    columns = zip(
        conversions.tolist(), seqs.tolist(), named["reward_milestone"], named["reward_reward"], strict=True
    )
    return Vetoes(rows=rows, lines=np.array([_line_named(ledger, *one) for one in columns], np.int64))


def _line_named(ledger: Ledger, conversion: int, seq: int, milestone: str, reward: str) -> int:
    """Return the line of a conversion for a reward on a milestone, made before an event; NONE for none."""
    if conversion == NONE:
        return NONE
    lines: Ints = ledger.lines_of(np.array([conversion]))[0]
    for line in lines.tolist():
        terms = ledger.terms[int(ledger.lines["terms"][line])].reward
        if (terms.on, terms.name) == (milestone, reward) and ledger.lines["made"][line] < seq:
            return int(line)
    return NONE
