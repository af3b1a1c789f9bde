"""Stage 1: attribute friends to referrers.

Visits become touches; a friend is attributed once, by a code or by a touch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.domain.spans import DAY_MS
from simulator.engine.arrays import NONE, Bools, Ints, chain_back, first_of_each, running_count
from simulator.engine.batch import Batch
from simulator.engine.state import CODE_CHANNEL, State
from simulator.engine.version import CompiledProgram


@dataclass(frozen=True)
class NewAttributions:
    """New attributions of a batch, in log order.

    `ids` are rows of `State.attributions`, `rows` the batch rows that caused them, `links` the link ids.
    `touch_seqs` are the seqs of the winning visits; for an attribution by code, the seq of the event itself.
    """

    ids: Ints
    rows: Ints
    links: Ints
    touch_seqs: Ints


def attribute(batch: Batch, state: State, compiled: CompiledProgram) -> NewAttributions:
    """Attribute the friends of this batch, adding touches and attributions to the state."""
    _add_touches(batch, state, compiled)
    rows = np.sort(np.r_[batch.claims, batch.conversions])
    rows = rows[state.people["attribution"][batch.person[rows]] == NONE] if len(rows) else rows
    if not len(rows):
        none = np.zeros(0, np.int64)
        return NewAttributions(none, none, none, none)
    links = state.codes.find(batch.texts("code", rows))
    by_code = batch.usable_links(links, rows, compiled.kinds)
    touches = _best_touches(batch, state, compiled, rows, ~by_code)
    found = np.flatnonzero(by_code | (touches != NONE))
    found = found[first_of_each(batch.person[rows[found]])]
    return _record(batch, state, rows[found], links[found], by_code[found], touches[found])


def _add_touches(batch: Batch, state: State, compiled: CompiledProgram) -> None:
    """Add a touch for each visit by a friend not yet attributed whose link is live and may refer at that event."""
    visits = batch.visits
    visits = visits[state.people["attribution"][batch.person[visits]] == NONE] if len(visits) else visits
    if not len(visits):
        return
    links = state.codes.find(batch.texts("code", visits))
    usable = batch.usable_links(links, visits, compiled.kinds)
    visits, links = visits[usable], links[usable]
    if not len(visits):
        return
    words = state.words.assign(batch.words("channel", visits))
    nodes = state.touches.append(
        occurred_at=batch.occurred[visits], seq=batch.seq[visits], link=links, channel=words
    )
    state.touches["before"][nodes] = chain_back(batch.person[visits], nodes, state.people["touch"])


def _best_touches(batch: Batch, state: State, compiled: CompiledProgram, rows: Ints, wanted: Bools) -> Ints:
    """Return the winning touch of each row, or NONE, by walking each friend's list of touches, newest first."""
    best = np.full(len(rows), NONE, np.int64)
    touches, window = state.touches, compiled.program.attribution.window_ms
    last = compiled.program.attribution.model == "last-touch"
    active = np.flatnonzero(wanted)
    nodes = state.people["touch"][batch.person[rows[active]]]
    while True:
        there = nodes != NONE
        active, nodes = active[there], nodes[there]
        if not len(active):
            return best
        at, occurred, held = rows[active], touches["occurred_at"][nodes], best[active]
        fits = touches["seq"][nodes] < batch.seq[at]
        fits &= (occurred <= batch.occurred[at]) & (occurred > batch.occurred[at] - window)
        # the walk goes back in the log: on equal times last-touch keeps the later event, first-touch takes the earlier
        kept = touches["occurred_at"][held]
        fits &= (held == NONE) | ((occurred > kept) if last else (occurred <= kept))
        best[active[fits]] = nodes[fits]
        nodes = touches["before"][nodes]


def _record(
    batch: Batch, state: State, rows: Ints, links: Ints, by_code: Bools, touches: Ints
) -> NewAttributions:
    people, held = state.people, state.touches
    links = np.where(by_code, links, held["link"][touches])
    referrers = state.links["owner"][links].astype(np.int64)
    rows_of_referrers = _referrers(state, referrers)
    ranks = state.referrers["friends"][rows_of_referrers] + running_count(referrers) + 1
    ids = state.attributions.append(
        seq=batch.seq[rows],
        friend=batch.person[rows],
        referrer=referrers,
        touch_at=np.where(by_code, batch.occurred[rows], held["occurred_at"][touches]),
        attributed_at=batch.received[rows],
        by_code=by_code.astype(np.int8),
        channel=np.where(by_code, CODE_CHANNEL, held["channel"][touches]),
        community=batch.community.at(referrers, rows),
        rank=ranks,
    )
    people["attribution"][batch.person[rows]] = ids
    # NumPy keeps the last of several values for one referrer: the highest
    state.referrers["friends"][rows_of_referrers] = ranks
    _number_generations(state, ids, referrers)
    _count_days(state, ids, rows_of_referrers)
    return NewAttributions(ids, rows, links, np.where(by_code, batch.seq[rows], held["seq"][touches]))


def _referrers(state: State, persons: Ints) -> Ints:
    """Return the rows of these people in `State.referrers`, adding new ones."""
    held = state.people["referrer"]
    new = persons[held[persons] == 0]
    new = new[first_of_each(new)]
    held[new] = state.referrers.append(person=new) + 1
    return held[persons].astype(np.int64) - 1


def _number_generations(state: State, ids: Ints, referrers: Ints) -> None:
    """Set each attribution's generation: one more than the referrer's own.

    A referrer not attributed by then counts as generation 0.
    """
    if not len(ids):
        return
    generation = state.attributions["generation"]
    theirs = state.people["attribution"][referrers].astype(np.int64)
    theirs[theirs >= ids] = NONE
    generation[ids] = np.where(theirs == NONE, 1, generation[theirs] + 1)
    # referrers attributed in this batch: one by one, in order
    for place in np.flatnonzero(theirs >= ids[0]).tolist():
        generation[ids[place]] = generation[theirs[place]] + 1


def _count_days(state: State, ids: Ints, referrers: Ints) -> None:
    """Set `rank_day`: how many attributions each referrer (by row) has within 24 h, the new one included.

    A pointer to the oldest attribution in the window moves forward along each referrer's list, so the total cost is one
    step per attribution over the life of the log.
    """
    made = state.attributions
    at, after, rank, rank_day = made["attributed_at"], made["after"], made["rank"], made["rank_day"]
    last, start = state.referrers["last_friend"], state.referrers["day_start"]
    for new, referrer in zip(ids.tolist(), referrers.tolist(), strict=True):
        before = last[referrer]
        last[referrer] = new
        if before == NONE:
            start[referrer] = new
            rank_day[new] = 1
            continue
        after[before] = new
        oldest, edge = start[referrer], at[new] - DAY_MS
        while at[oldest] <= edge:
            oldest = after[oldest]
        start[referrer] = oldest
        rank_day[new] = rank[new] - rank[oldest] + 1
