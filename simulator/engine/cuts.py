"""Where a batch is cut, so that what a decision needs of the ledger is there.

Whether a milestone can be had again depends on whether a reversed conversion is paid all the same. So an event of a
friend after a reversal is judged in a part of its own, once all that came before is settled.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Ints
from simulator.engine.intake import Intake
from simulator.engine.state import State
from simulator.engine.version import CompiledProgram
from simulator.events.columns import TYPE_CODES

_CHANGES = {"conversion.reversed": "reverses", "conversion.reinstated": "reinstates"}
_REVERSED, _REINSTATED = (TYPE_CODES[name] for name in _CHANGES)
_VERDICT = TYPE_CODES["review.decided"]


def find_cuts(
    events: pl.DataFrame, types: np.ndarray, state: State, intake: Intake, compiled: CompiledProgram
) -> list[int]:
    """Return the rows before which the events, of these types (codes), must be cut, in order."""
    changing = (types == _REVERSED) | (types == _REINSTATED)
    mixed = state.mixed_milestones
    if not changing.any() and not mixed:
        return []
    milestones = [one for one in compiled.program.milestones if one.occurrence != "each"]
    judged = np.isin(types, [TYPE_CODES[one.event] for one in milestones])
    rows = np.flatnonzero(changing | judged | (types == _VERDICT))
    always = {TYPE_CODES[one.event] for one in milestones if one.name in mixed} | (
        {_VERDICT} if mixed else set()
    )
    persons = _persons(events, types, rows, state, intake)
    cuts: list[int] = []
    changed: set[int] = set()
    last = 0
    for row, person, change in zip(rows.tolist(), persons.tolist(), changing[rows].tolist(), strict=True):
        if change:
            changed.add(person)
        elif (person in changed) or (int(types[row]) in always and row > last):
            cuts.append(row)
            changed, last = set(), row
    return cuts


def _persons(events: pl.DataFrame, types: np.ndarray, rows: Ints, state: State, intake: Intake) -> Ints:
    """Return whom each event is about: whose the conversion is that it names, or is."""
    column = events["person"].fill_null(NONE).to_numpy()
    persons: Ints = column[rows].astype(np.int64)
    for code, source, name in (
        *((TYPE_CODES[kind], "source", field) for kind, field in _CHANGES.items()),
        (_VERDICT, "decision_source", "decision_id"),
    ):
        of = np.flatnonzero(types[rows] == code)
        if len(of):
            named = events[rows[of]].select(source=source, id=name)
            persons[of] = _owners(events, column, named, state, intake)
    return state.people_of(persons)


def _owners(
    events: pl.DataFrame, column: np.ndarray, named: pl.DataFrame, state: State, intake: Intake
) -> Ints:
    """Return whose the conversions are that are named by `source` and `id`; NONE where there is none."""
    (seqs, checks), log = intake.find(named), events["seq"].to_numpy()
    held = state.ledger.find_conversions(seqs.clip(0), checks)
    owners: Ints = np.where(held != NONE, state.ledger.conversions["person"][held], NONE).astype(np.int64)
    here = np.minimum(np.searchsorted(log, seqs), len(log) - 1)
    there = log[here] == seqs
    owners[there] = column[here[there]]
    return owners
