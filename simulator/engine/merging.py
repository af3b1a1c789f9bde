"""Merge people: after an effective `customer.merged`, its subject is another reference to the person it names.

A merge is a step between two batches: it cuts one in two, as a change of the program does, or comes at its end
(`postponing.py`).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Ints, Keys
from simulator.engine.keys import KeyIndex, pair
from simulator.engine.occurrence import conversions_of, find_taken
from simulator.engine.postponing import NamedMerge
from simulator.engine.results import Merged, MergeWithoutEffect
from simulator.engine.state import State
from simulator.engine.state_columns import FIELDS

_NO_KEYS: Keys = np.zeros(0, np.uint64)
_NO_ACCOUNTS: tuple[Ints, Ints] = (np.zeros(0, np.int64), np.zeros(0, np.int64))


def find_merge(state: State, events: pl.DataFrame, one: NamedMerge) -> Merged | MergeWithoutEffect:
    """Find what a merge among `events` unites."""
    texts = str(events["subject"][one.row]), str(events["into"][one.row])
    merged, into = state.people_of(np.array([one.subject, one.target])).tolist()
    seq, at = int(events["seq"][one.row]), int(events["received_at"][one.row])
    if merged == into:
        return MergeWithoutEffect(seq=seq, at=at, person=into)
    people = state.people
    theirs = sorted(int(people["attribution"][one]) for one in (merged, into))
    kept, ended = (theirs[1], NONE) if theirs[0] == NONE else (theirs[0], theirs[1])
    attributes, attribute_values, attribute_seqs = _attributes(state, merged, into)
    devices, device_seqs = _devices(state, merged)
    levels = int(people["stage"][merged]), int(people["stage"][into])
    by_merged = int(people["attribution"][merged]) == kept
    conversions = np.sort(np.array([*conversions_of(state, merged), *conversions_of(state, into)], np.int64))
    converted = len(conversions) > 0  # only then have there been decisions
    # who has neither bought nor referred anybody has earned nothing, and most of those who are merged haven't
    earns = int(people["conversion"][merged]) != NONE or bool(people["referrer"][merged])
    return Merged(
        seq=seq,
        at=at,
        subject=one.subject,
        target=one.target,
        texts=texts,
        merged=merged,
        into=into,
        fields=_fields(state, merged, into),
        attributes=attributes,
        attribute_values=attribute_values,
        attribute_seqs=attribute_seqs,
        devices=devices,
        device_seqs=device_seqs,
        touches=_touches(state, merged, into),
        kept=kept,
        ended=ended,
        relisted=_relisted(state, merged, into, ended),
        levels=levels,
        own_levels=levels if by_merged else levels[::-1],
        both=[name for name in ("link", "shared_seq") if people[name][merged] and people[name][into]],
        conversions=conversions,
        taken=_taken(state, merged, into) if converted else {},
        qualified=_keys(state, state.qualified, merged, into) if converted else _NO_KEYS,
        stopped=_keys(state, state.stopped, merged, into) if converted else _NO_KEYS,
        accounts=state.ledger.accounts_of_both(merged, into) if earns else _NO_ACCOUNTS,
    )


def _fields(state: State, merged: int, into: int) -> dict[str, tuple[int, int]]:
    """Return the fields of the merged person that are newer than the other person's."""
    people, found = state.people, {}
    for name in FIELDS:
        seqs = people[f"{name}_seq"]
        if seqs[merged] > seqs[into]:
            found[name] = int(people[name][merged]), int(seqs[merged])
    return found


def _attributes(state: State, merged: int, into: int) -> tuple[Ints, Ints, Ints]:
    """Return the same for attributes: rows of the other person, values, and seqs."""
    theirs, rows = state.attributes.of_both(merged, into)
    held = state.attributes.rows
    later = held["seq"][theirs] > held["seq"][rows]
    return rows[later], held["value"][theirs[later]].astype(np.int64), held["seq"][theirs[later]]


def _devices(state: State, merged: int) -> tuple[Keys, Ints]:
    """Return the devices that the merged person was seen with, oldest first, and since when."""
    held = state.devices.rows
    nodes = _chain(held["before"], int(state.people["device"][merged]))[::-1]
    return held["device"][nodes], held["seq"][nodes].astype(np.int64)


def _touches(state: State, merged: int, into: int) -> Ints:
    """Return the touches of both people, in log order."""
    heads = (int(state.people["touch"][one]) for one in (merged, into))
    return np.sort(np.concatenate([_chain(state.touches["before"], head) for head in heads]))


def _relisted(state: State, merged: int, into: int, ended: int) -> list[tuple[int, Ints]]:
    """Return the attributions of referrers among whose friends something changes, by person."""
    found: dict[int, Ints] = {}
    if state.people["referrer"][merged]:
        found[into] = np.sort(np.concatenate([_friends(state, one) for one in (merged, into)]))
    if ended != NONE:
        referrer = int(state.people_of(state.attributions["referrer"][[ended]].astype(np.int64))[0])
        referrer = into if referrer == merged else referrer
        friends = found[referrer] if referrer in found else _friends(state, referrer)
        found[referrer] = friends[friends != ended]
    return list(found.items())


def _friends(state: State, referrer: int) -> Ints:
    """Return a referrer's attributions that have not ended, in log order."""
    row = int(state.people["referrer"][referrer]) - 1
    return _chain(state.attributions["after"], NONE if row < 0 else int(state.referrers["first_friend"][row]))


def _chain(following: np.ndarray, node: int) -> Ints:
    found = []
    while node != NONE:
        found.append(node)
        node = int(following[node])
    return np.array(found, np.int64)


def _taken(state: State, merged: int, into: int) -> dict[int, list[int]]:
    """Return the conversions of both that took a milestone, by the group of the other person and the milestone."""
    found, count = {}, len(state.ledger.conversions)
    for name, number in state.milestone_ids.items():
        groups = pair(np.array([merged, into]), np.array([number, number])).tolist()
        both = [
            find_taken(state, group, person, name, count)
            for group, person in zip(groups, (merged, into), strict=True)
        ]
        found[groups[1]] = sorted([*both[0], *both[1]])
    return found


def _keys(state: State, index: KeyIndex, merged: int, into: int) -> Keys:
    """Return the keys of the other person for the milestones that an index has of the merged one."""
    names = np.array(list(state.milestone_ids.values()), np.int64)
    theirs = index.find(pair(np.full(len(names), merged), names)) >= 0
    return pair(np.full(int(theirs.sum()), into), names[theirs])
