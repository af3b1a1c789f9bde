"""Stage 1: collect what a batch's events say about people, links, devices and sources, before anything is judged."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import Array, Bools, Ints, first_of_each, sorted_rows
from simulator.engine.batch import Batch
from simulator.engine.frames import LISTED
from simulator.engine.results import FirstEvents, NewLinks, Sightings, Sources
from simulator.engine.state import State

_NO_ROWS: Ints = np.zeros(0, np.int64)
_NO_LINKS = NewLinks(
    rows=_NO_ROWS,
    refs=(),
    owner=_NO_ROWS,
    seq=_NO_ROWS,
    received_at=_NO_ROWS,
    owners_firsts=np.zeros(0, bool),
)
_NO_SIGHTINGS = Sightings(person=_NO_ROWS, device=np.zeros(0, np.uint64), seq=_NO_ROWS)


def find_new_links(batch: Batch, state: State) -> NewLinks:
    """Find the links that the batch creates; only the first `link.created` of a code has an effect."""
    rows = batch.rows("link.created")
    if not len(rows):
        return _NO_LINKS
    rows = rows[state.enter_codes(batch.texts("code", rows), batch.program.attribution.codes)]
    owner = batch.person[rows]
    return NewLinks(
        rows=rows,
        refs=batch.words("subject", rows),  # null in a damaged database only
        owner=owner,
        seq=batch.seq[rows],
        received_at=batch.received[rows],
        owners_firsts=_firsts(state.people["link"], owner),
    )


def find_sightings(batch: Batch) -> Sightings:
    """Find the devices that people were seen with."""
    rows = sorted_rows(batch.field_rows, batch.visits)
    hashed = batch.hashed("device_ref", rows)
    rows = rows[hashed.given]
    if not len(rows):
        return _NO_SIGHTINGS
    return Sightings(person=batch.person[rows], device=hashed.keys[hashed.given], seq=batch.seq[rows])


def find_first_events(batch: Batch, state: State) -> FirstEvents:
    """Find the events by which people share, opt in, authenticate and claim for the first time."""
    marks = {}
    for column, name in (
        ("opted_in_seq", "friend.opted_in"),
        ("authenticated_seq", "session.authenticated"),
        ("shared_seq", "referral.shared"),
    ):
        rows = batch.rows(name)
        if len(rows):
            marks[column] = batch.person[rows], batch.seq[rows]
    shared = batch.rows("referral.shared")
    claims = batch.claims[_firsts(state.people["claim"], batch.person[batch.claims])]
    return FirstEvents(
        marks=marks,
        sharing=shared[_firsts(state.people["shared_seq"], batch.person[shared])],
        claim_person=batch.person[claims],
        claim_seq=batch.seq[claims],
        claim_occurred_at=batch.occurred[claims],
    )


def find_sources(batch: Batch, state: State) -> Sources:
    """Find the labels under which the batch's sources are counted."""
    column = batch.events["source"]
    few = len(column) <= LISTED
    names = list(dict.fromkeys(column.to_list())) if few else column.unique(maintain_order=True).to_list()
    return Sources(labels=state.sources.labels(names))


def _firsts(held: Array, owners: Ints) -> Bools:
    """Return which rows are the first of an owner that has no mark; `held` is 0 for those owners."""
    first = np.zeros(len(owners), bool)
    if not len(owners):
        return first
    free = np.flatnonzero(held[owners] == 0)
    first[free[first_of_each(owners[free])]] = True
    return first
