"""Stage 3a: number the batch's conversions among those of their person and type."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import Ints, running_count
from simulator.engine.batch import Batch
from simulator.engine.interner import NO_TEXTS, Hashed, hash_pairs
from simulator.engine.results import NewConversions
from simulator.engine.state import COUNTS, State


def find_conversions(batch: Batch, state: State) -> NewConversions:
    """Return the batch's conversions, each with its number (from 1) among its person's events of its type."""
    rows = batch.conversions
    which, people = batch.conversion_column(rows), batch.person[rows]
    number = running_count(people * len(COUNTS) + which) + 1
    for column in np.unique(which).tolist():
        of_type = which == column
        number[of_type] += state.people[COUNTS[column]][people[of_type]]
    return NewConversions(
        rows=rows,
        seq=batch.seq[rows],
        person=people,
        keys=_keys(batch, rows),
        which=which,
        number=number,
        amount=batch.given[rows],
        currency=batch.currencies(rows),
    )


def _keys(batch: Batch, rows: Ints) -> Hashed:
    return (
        hash_pairs(batch.columns(rows, source="source", id="id"), "source", "id") if len(rows) else NO_TEXTS
    )
