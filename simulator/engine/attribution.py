"""Stage 2: attribute friends to referrers.

Visits become touches; a friend is attributed once, by a code or by a touch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.domain.spans import DAY_MS
from simulator.engine.arrays import NONE, Bools, Ints, first_of_each, running_count, sorted_rows
from simulator.engine.batch import Batch
from simulator.engine.results import Generations, NewAttributions, NewTouches
from simulator.engine.state import CODE_CHANNEL, State
from simulator.engine.uses import Serving
from simulator.engine.version import CompiledProgram

_NO_ROWS: Ints = np.zeros(0, np.int64)
_NO_TOUCHES = NewTouches(person=_NO_ROWS, occurred_at=_NO_ROWS, seq=_NO_ROWS, link=_NO_ROWS, channel=_NO_ROWS)
_NO_ATTRIBUTIONS = NewAttributions(
    ids=_NO_ROWS,
    rows=_NO_ROWS,
    seq=_NO_ROWS,
    friend=_NO_ROWS,
    referrer=_NO_ROWS,
    link=_NO_ROWS,
    touch_at=_NO_ROWS,
    touch_seq=_NO_ROWS,
    attributed_at=_NO_ROWS,
    by_code=_NO_ROWS,
    channel=_NO_ROWS,
    community=_NO_ROWS,
    rank=_NO_ROWS,
    labels={},
    late=_NO_ROWS,
)
_NO_GENERATIONS = Generations(
    ids=_NO_ROWS, generation=_NO_ROWS, rank_day=_NO_ROWS, referrers=_NO_ROWS, day_start=_NO_ROWS
)


def find_touches(batch: Batch, state: State, compiled: CompiledProgram) -> NewTouches:
    """Find the visits by friends not yet attributed whose link is live and may refer at that event.

    Where a code is used up within the batch, the visits after that are found too; `attribute` reports which those are.
    """
    visits = batch.visits
    visits = visits[state.people["attribution"][batch.person[visits]] == NONE] if len(visits) else visits
    if not len(visits):
        return _NO_TOUCHES
    links = state.find_links(batch.texts("code", visits), compiled.program.attribution.codes)
    usable = batch.usable_links(links, visits, compiled.kinds)
    serving = Serving(compiled.program.attribution.uses, state.links["uses"])
    if serving.limited:
        usable[usable] = serving.at(links[usable], batch.seq[visits[usable]])
    visits, links = visits[usable], links[usable]
    return NewTouches(
        person=batch.person[visits],
        occurred_at=batch.occurred[visits],
        seq=batch.seq[visits],
        link=links,
        channel=state.words.assign(batch.words("channel", visits)),
    )


def attribute(batch: Batch, state: State, compiled: CompiledProgram, new: NewTouches) -> NewAttributions:
    """Attribute the friends of this batch; its touches are in the state, the last of all."""
    rows = sorted_rows(batch.claims, batch.conversions)
    rows = rows[state.people["attribution"][batch.person[rows]] == NONE] if len(rows) else rows
    if not len(rows):  # no code has been used up
        return _NO_ATTRIBUTIONS
    serving = Serving(compiled.program.attribution.uses, state.links["uses"])
    matched = _match(batch, state, compiled, rows, serving)
    while serving.shorten(matched.links, batch.seq[matched.rows]):
        matched = _match(batch, state, compiled, rows, serving)
    first = len(state.touches) - len(new.seq)
    late = first + (np.flatnonzero(~serving.at(new.link, new.seq)) if serving.limited else rows[:0])
    return _attributions(batch, state, matched, late) if len(matched.rows) else _NO_ATTRIBUTIONS


@dataclass(frozen=True, kw_only=True)
class _Matched:
    """The batch rows at which friends are attributed, with the link of each, and the touch if it is not by code."""

    rows: Ints
    links: Ints
    by_code: Bools
    touches: Ints


def _match(batch: Batch, state: State, compiled: CompiledProgram, rows: Ints, serving: Serving) -> _Matched:
    """Match each friend of these rows at the first row that finds a referrer."""
    links = state.find_links(batch.texts("code", rows), compiled.program.attribution.codes)
    by_code = batch.usable_links(links, rows, compiled.kinds)
    if serving.limited:
        by_code[by_code] = serving.at(links[by_code], batch.seq[rows[by_code]])
    touches = _best_touches(batch, state, compiled, rows, ~by_code, serving)
    links = np.where(by_code, links, state.touches["link"][touches])
    found = np.flatnonzero(by_code | (touches != NONE))
    found = found[first_of_each(batch.person[rows[found]])]
    return _Matched(rows=rows[found], links=links[found], by_code=by_code[found], touches=touches[found])


def _best_touches(
    batch: Batch, state: State, compiled: CompiledProgram, rows: Ints, wanted: Bools, serving: Serving
) -> Ints:
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
        if serving.limited:
            fits &= serving.at(touches["link"][nodes].astype(np.int64), batch.seq[at])
        fits &= (occurred <= batch.occurred[at]) & (occurred > batch.occurred[at] - window)
        # the walk goes back in the log: on equal times last-touch keeps the later event, first-touch takes the earlier
        kept = touches["occurred_at"][held]
        fits &= (held == NONE) | ((occurred > kept) if last else (occurred <= kept))
        best[active[fits]] = nodes[fits]
        nodes = touches["before"][nodes]


def _attributions(batch: Batch, state: State, matched: _Matched, late: Ints) -> NewAttributions:
    held = state.touches
    rows, links, by_code, touches = matched.rows, matched.links, matched.by_code, matched.touches
    channels = np.where(by_code, CODE_CHANNEL, held["channel"][touches])
    referrers = state.people_of(state.links["owner"][links].astype(np.int64))
    first = len(state.attributions)
    before = state.referrers["friends"][state.people["referrer"][referrers].astype(np.int64) - 1]
    return NewAttributions(
        ids=np.arange(first, first + len(rows)),
        rows=rows,
        seq=batch.seq[rows],
        friend=batch.person[rows],
        referrer=referrers,
        link=links,
        touch_at=np.where(by_code, batch.occurred[rows], held["occurred_at"][touches]),
        touch_seq=np.where(by_code, batch.seq[rows], held["seq"][touches]),
        attributed_at=batch.received[rows],
        by_code=by_code.astype(np.int64),
        channel=channels,
        community=batch.communities_of(referrers, rows),
        rank=before + running_count(referrers) + 1,
        labels=state.channels.labels([state.words.texts[word] for word in channels.tolist()]),
        late=late,
    )


def count_generations(state: State, new: NewAttributions) -> Generations:
    """Count what depends on the other new attributions, which are in the state: generations and daily numbers."""
    if not len(new.ids):
        return _NO_GENERATIONS
    people = new.referrer[first_of_each(new.referrer)]
    rows = state.people["referrer"][new.referrer].astype(np.int64) - 1
    rank_day, starts = _ranks_of_a_day(state, new, rows)
    return Generations(
        ids=new.ids,
        generation=_generations(state, new),
        rank_day=rank_day,
        referrers=state.people["referrer"][people].astype(np.int64) - 1,
        day_start=starts,
    )


def _generations(state: State, new: NewAttributions) -> Ints:
    """Return each attribution's generation; a referrer not attributed by then counts as generation 0."""
    theirs = state.people["attribution"][new.referrer].astype(np.int64)
    theirs[theirs >= new.ids] = NONE
    found = np.where(theirs == NONE, 1, state.attributions["generation"][theirs].astype(np.int64) + 1)
    first = int(new.ids[0])
    # referrers attributed in this batch: one by one, in order
    for place in np.flatnonzero(theirs >= first).tolist():
        found[place] = found[theirs[place] - first] + 1
    return found


def _ranks_of_a_day(state: State, new: NewAttributions, referrers: Ints) -> tuple[Ints, Ints]:
    """Return how many attributions each referrer (by row) has within 24 h, the new one included.

    Also returned is the oldest attribution in the window, for each referrer in order of appearance. That pointer moves
    forward along the referrer's list, so the total cost is one step per attribution over the life of the log.
    """
    made = state.attributions
    at, after, rank = made["attributed_at"], made["after"], made["rank"]
    starts: dict[int, int] = {}
    ranks = np.zeros(len(new.ids), np.int64)
    for place, (one, referrer) in enumerate(zip(new.ids.tolist(), referrers.tolist(), strict=True)):
        oldest = starts.get(referrer)
        if oldest is None:
            oldest = int(state.referrers["day_start"][referrer])
        if oldest == NONE:
            oldest = one
        edge = at[one] - DAY_MS
        while at[oldest] <= edge:
            oldest = int(after[oldest])
        starts[referrer] = oldest
        ranks[place] = rank[one] - rank[oldest] + 1
    return ranks, np.array(list(starts.values()), np.int64)
