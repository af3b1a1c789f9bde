"""Stage 3a: number the batch's conversions among those of their person and type."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import Ints, running_count
from simulator.engine.batch import Batch
from simulator.engine.interner import NO_TEXTS, hash_pairs
from simulator.engine.results import NewConversions
from simulator.engine.state import State
from simulator.engine.state_columns import COUNTS

_NO_ROWS: Ints = np.zeros(0, np.int64)
NO_CONVERSIONS = NewConversions(
    rows=_NO_ROWS,
    seq=_NO_ROWS,
    person=_NO_ROWS,
    keys=NO_TEXTS,
    which=_NO_ROWS,
    number=_NO_ROWS,
    amount=_NO_ROWS,
    currency=_NO_ROWS,
)


def find_conversions(batch: Batch, state: State) -> NewConversions:
    """Return the batch's conversions, each with its number (from 1) among its person's events of its type."""
    rows = batch.conversions
    if not len(rows):
        return NO_CONVERSIONS
    which, people = batch.conversion_column(rows), batch.person[rows]
    number = running_count(people * len(COUNTS) + which) + 1
    for column in np.unique(which).tolist():
        of_type = which == column
        number[of_type] += state.people[COUNTS[column]][people[of_type]]
    return NewConversions(
        rows=rows,
        seq=batch.seq[rows],
        person=people,
        keys=hash_pairs(batch.columns(rows, source="source", id="id"), "source", "id"),
        which=which,
        number=number,
        amount=batch.given[rows],
        currency=batch.currencies(rows),
    )
