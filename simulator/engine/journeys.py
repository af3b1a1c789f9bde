"""Stage 5: how far the batch's events brought each friend."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import NONE, Ints
from simulator.engine.batch import Batch
from simulator.engine.book_results import Booked
from simulator.engine.line_results import Released
from simulator.engine.results import Reached
from simulator.engine.rewards import QualifiedDecisions
from simulator.engine.rollup import STAGES
from simulator.engine.state import State
from simulator.engine.terms import ISSUED

_LEVEL = {name: level for level, name in enumerate(STAGES, 1)}
_NONE: Ints = np.zeros(0, np.int64)
NOBODY = Reached(friends=_NONE, levels=_NONE, firsts={}, qualified=_NONE, channels=_NONE)
_Move = tuple[Ints, int, Ints]  # friends, level, times in milliseconds UTC


def reach(batch: Batch, state: State, qualified: list[QualifiedDecisions]) -> Reached:
    """Find the friends whom the batch's events brought further."""
    converted = batch.conversions
    if len(converted):
        attribution = state.people["attribution"][batch.person[converted]]
        made = state.attributions["seq"][attribution] <= batch.seq[converted]
        converted = converted[(attribution != NONE) & made]
    moves = [
        (batch.person[rows], _LEVEL[name], batch.received[rows])
        for name, rows in (
            ("visited", batch.visits),
            ("claimed", batch.claims),
            ("eligible", batch.eligible_rows),
            ("converted", converted),
        )
        if len(rows)
    ]
    moves += [
        (state.people_of(group.friend), _LEVEL["qualified"], batch.received[group.rows])
        for group in qualified
    ]
    return _reached(state, moves) if moves else NOBODY


def reach_rewarded(state: State, released: Released, booked: Booked) -> Reached:
    """Find the friends who are rewarded for the first time."""
    given = (released, booked.released, booked.tried, booked.chosen.released)
    issued = [one.lines.at(one.states == ISSUED) for one in given if len(one.lines)]
    if not issued:
        return NOBODY
    moves = [(state.people_of(of.friend.astype(np.int64)), _LEVEL["rewarded"], of.due) for of in issued]
    return _reached(state, moves)


def _reached(state: State, moves: list[_Move]) -> Reached:
    """Find who reaches a stage for the first time, each at the earliest move that implies it."""
    held = state.people["stage"]
    friends = np.concatenate([move[0] for move in moves])
    levels = np.concatenate([np.full(len(move[0]), move[1]) for move in moves])
    times = np.concatenate([move[2] for move in moves])
    rising = levels > held[friends]
    friends, levels, times = friends[rising], levels[rising], times[rising]
    if not len(friends):
        return NOBODY
    order = np.lexsort((times, friends))
    friends, levels, times = friends[order], levels[order], times[order]
    firsts = {}
    for level in range(1, len(STAGES) + 1):
        reached = (levels >= level) & (held[friends] < level)
        first = np.r_[True, np.diff(friends[reached]) != 0] if reached.any() else np.zeros(0, bool)
        firsts[level] = friends[reached][first], times[reached][first]
    qualified = state.people["attribution"][firsts[_LEVEL["qualified"]][0]].astype(np.int64)
    return Reached(
        friends=friends,
        levels=levels,
        firsts=firsts,
        qualified=qualified,
        channels=state.attributions["channel"][qualified],
    )
