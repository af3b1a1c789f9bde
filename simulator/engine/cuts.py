"""Find where to cut a batch so that the ledger already holds what each decision needs.

Whether a milestone can be reached again depends on whether a reversed conversion is paid anyway. So a friend's event
after the reversal of another one of its type is judged in a separate part, once everything before it is settled. A
reversal that is received before its conversion waits for it, and leaves nothing of it to be paid.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Ints
from simulator.engine.batch import CONVERSION_CODES
from simulator.engine.frames import select
from simulator.engine.intake import Intake
from simulator.engine.state import State
from simulator.engine.version import CompiledProgram
from simulator.events.columns import TYPE_CODES

_CHANGES = {"conversion.reversed": "reverses", "conversion.reinstated": "reinstates"}
_REVERSED, _REINSTATED = (TYPE_CODES[name] for name in _CHANGES)
_VERDICT = TYPE_CODES["review.decided"]
_NOTHING = (NONE, NONE)


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
    about = _conversions(events, types, rows, state, intake)
    cuts: list[int] = []
    changed: set[tuple[int, int]] = set()
    last = 0
    for row, which, change in zip(rows.tolist(), about, changing[rows].tolist(), strict=True):
        if change:
            changed.add(which)
        elif (which in changed and which != _NOTHING) or (int(types[row]) in always and row > last):
            cuts.append(row)
            changed, last = set(), row
    return cuts


def _conversions(
    events: pl.DataFrame, types: np.ndarray, rows: Ints, state: State, intake: Intake
) -> list[tuple[int, int]]:
    """Return the person and type of the conversion that each event names or is; _NOTHING for an unknown one."""
    log = select(events, pl.col("seq"), pl.col("person").fill_null(NONE))
    seqs, people = (column.to_numpy() for column in log)
    persons, kinds = people[rows].astype(np.int64), types[rows].astype(np.int64)
    for code, source, name in (
        *((TYPE_CODES[kind], "source", field) for kind, field in _CHANGES.items()),
        (_VERDICT, "decision_source", "decision_id"),
    ):
        of = np.flatnonzero(types[rows] == code)
        if not len(of):
            continue
        named = pl.DataFrame({"source": events[source][rows[of]], "id": events[name][rows[of]]})
        found, checks = intake.find(named)
        held = state.ledger.find_conversions(found.clip(0), checks)
        known, conversions = held != NONE, state.ledger.conversions
        persons[of] = np.where(known, conversions["person"][held], NONE)
        kinds[of] = np.where(known, CONVERSION_CODES[conversions["which"][held]], NONE)
        here = np.searchsorted(seqs, found)  # those of the batch, each before the event that names it
        there = (found >= seqs[0]) & (here < rows[of])
        persons[of[there]], kinds[of[there]] = people[here[there]], types[here[there]]
    return list(zip(state.people_of(persons).tolist(), kinds.tolist(), strict=True))
