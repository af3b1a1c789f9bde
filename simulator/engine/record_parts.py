"""Record breakdowns by rule, channel and generation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.domain.definitions import LAST_GENERATION
from simulator.engine.arrays import Array, Ints
from simulator.engine.batch import Batch
from simulator.engine.record import Rows
from simulator.engine.results import (
    Generations,
    NewAttributions,
    NewDecisions,
    ReviewedMoney,
    Settlement,
    Withheld,
)
from simulator.engine.rules import OUTCOMES, QUALIFIED, REFUSED, RESULTS, REVIEW, UNASKED
from simulator.engine.version import CompiledProgram


def count_attributed(rows: Rows, new: NewAttributions, counted: Generations) -> None:
    """Count attributions by channel and generation."""
    at = new.attributed_at
    count_channels(rows, "channel.attributed", new.channel, at)
    generations = np.minimum(counted.generation, LAST_GENERATION)
    names = [str(number) for number in range(LAST_GENERATION + 1)]
    used = np.unique(generations).tolist()
    codes = np.zeros(LAST_GENERATION + 1, np.int64)
    codes[used] = [rows.breakdown.code("generation", names[number]) for number in used]
    rows.breakdown.add(codes[generations], at)


def count_channels(
    rows: Rows, metric: str, channels: Array, at: Ints, sign: int = 1, values: Array | int = 0
) -> None:
    """Count a metric by channel (words), at these times (milliseconds UTC)."""
    if not len(at):
        return
    words, places = np.unique(channels, return_inverse=True)
    codes = rows.breakdown.codes(metric, [rows.names.channel(word) for word in words.tolist()])
    rows.breakdown.add(codes[places], at, sign, values)


def count_ruled(
    rows: Rows, batch: Batch, compiled: CompiledProgram, decided: NewDecisions, withheld: Withheld
) -> None:
    """Count each rule's results, and the money that each rule withheld."""
    ruled = decided.ruled
    if ruled is None:
        return
    names = [rule.code for rule in compiled.rules]
    at = batch.received[decided.rows[ruled.places]]
    codes = np.array([rows.breakdown.codes(f"rule.{result}", names) for result in RESULTS])
    row, rule = np.nonzero(ruled.results != UNASKED)
    rows.breakdown.add(codes[ruled.results[row, rule], rule], at[row])
    outcome, at = decided.outcome[withheld.places], batch.received[decided.rows[withheld.places]]
    for which in (REFUSED, REVIEW):
        of = outcome == which
        parts = rows.breakdown.codes(f"rule.{OUTCOMES[which]}", names)
        rows.breakdown.add(parts[withheld.deciding[of]], at[of], 1, withheld.money[of])


def count_settled(rows: Rows, settled: Sequence[Settlement], reviewed: ReviewedMoney, at: Ints) -> None:
    """Count verdicts by the rule that put the decision in review; an overtaken one only leaves the review."""
    columns = zip(settled, reviewed.rules, reviewed.money, strict=True)
    for place, (settlement, rule, minor) in enumerate(columns):
        when = at[place : place + 1]
        rows.breakdown.add(rows.breakdown.code("rule.review", rule), when, -1, -minor)
        verdict = {QUALIFIED: "approved", REFUSED: "declined"}.get(settlement.outcome)
        if verdict is not None:
            rows.breakdown.add(rows.breakdown.code(f"rule.{verdict}", rule), when, 1, minor)
