"""Stage 0: turn messages into events of the log, idempotent by (`source`, `id`) over the whole life of a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.domain.personal_data import ERASED
from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.engine.arrays import NONE, Bools, Ints, Keys
from simulator.engine.frames import LISTED, Received, types_of
from simulator.engine.interner import Hashed, Interner, hash_pairs, hash_texts, pair_keys, pair_keys_and
from simulator.engine.keys import Insertion, KeyIndex
from simulator.events.columns import TYPE_CODES
from simulator.events.contract import DATA_COLUMNS, PARTS

_NO_SEQS: Ints = np.zeros(0, np.int64)
_NAMED = [TYPE_CODES[name] for name in CONVERSION_TYPES]
_CONTENT = ("type", "occurred_at", "time_inferred", "subject", *DATA_COLUMNS)
_REPLACED = ("subject", "into", "code", "contact_ref", "device_ref")
"""The fields that an erasure pseudonym may stand in."""
_FIELD_NAMES = {
    "occurred_at": "time",
    "time_inferred": "time",
    **{name: f"data.{name}" for name in DATA_COLUMNS},
    **{f"{name}_{part}": f"data.{name}" for name, parts in PARTS.items() for part in parts},
}


@dataclass(frozen=True)
class Lookup:
    """The result of looking a batch of messages up in the index, before any of them is compared.

    `repeated` are the seqs, ascending, of accepted events that some of them may repeat: `receive` takes those rows
    of the log. `held` is, for each message, the seq under which its fingerprint is known, or the row of the first
    message of the batch that has it. `subjects` are the messages' subjects.
    """

    insertion: Insertion
    held: Ints
    repeated: Ints
    subjects: Hashed


@dataclass(frozen=True)
class _Compared:
    """Repeated messages, by row: duplicates, conflicts with the field that differs, and those of shared fingerprints.

    `unsure` are those whose fingerprint another id holds, `collisions` the new ones among them.
    """

    duplicates: list[int]
    conflicts: list[tuple[int, str]]
    unsure: list[int]
    collisions: list[int]


_NOTHING_REPEATED = _Compared([], [], [], [])


@dataclass(frozen=True)
class _Stored:
    """Rows of the log, found by their ascending seqs."""

    seqs: Ints
    events: pl.DataFrame

    def rows(self, seqs: Ints) -> pl.DataFrame:
        """Return the events with these seqs, in the order given."""
        return self.events[np.searchsorted(self.seqs, seqs)]


class Intake:
    """The set of all accepted (`source`, `id`), by 64-bit fingerprint; a hit is confirmed against the log's row."""

    def __init__(self) -> None:
        self.last_seq = 0
        self._index = KeyIndex()
        self._collisions: dict[tuple[str, str], int] = {}  # ids whose fingerprint another id holds

    def find(self, named: pl.DataFrame) -> tuple[Ints, Keys]:
        """Return the seq under which each (`source`, `id`) was accepted, or -1, and the pair's second hash."""
        hashed = hash_pairs(named, "source", "id")
        found = self._index.find(hashed.keys)
        if self._collisions:
            for row, key in enumerate(named.select("source", "id").iter_rows()):
                found[row] = self._collisions.get(key, found[row])
        return found, hashed.checks

    def look_up(self, messages: pl.DataFrame) -> Lookup:
        """Add the messages' fingerprints; return which accepted events they may repeat. `receive` must follow."""
        keys, subjects = pair_keys_and(messages, "source", "id", "subject")
        insertion = self._index.get_or_insert(keys)
        if insertion.first.all():
            return Lookup(insertion, _NO_SEQS, _NO_SEQS, subjects)
        held = self._index.get(insertion.slots)
        repeated = held[~insertion.entered]
        if self._collisions:
            rows = np.flatnonzero(~insertion.first).tolist()
            named = ((messages["source"][row], messages["id"][row]) for row in rows)
            repeated = np.r_[repeated, [self._collisions[pair] for pair in named if pair in self._collisions]]
        return Lookup(insertion, held, np.unique(repeated.astype(np.int64)), subjects)

    def accept(self, messages: pl.DataFrame, persons: Interner) -> pl.DataFrame:
        """Return messages, whose ids are known to be unique, as events with the next numbers.

        Only conversions enter the index, since nothing else is named by its id: it would take as long as a stage.
        """
        seqs = np.arange(self.last_seq + 1, self.last_seq + 1 + len(messages))
        self.last_seq += len(messages)
        rows = np.flatnonzero(np.isin(types_of(messages), _NAMED))
        if len(rows):
            self._index.add(pair_keys(messages[["source", "id"]][rows], "source", "id"), seqs[rows])
        subjects = hash_texts(messages["subject"])
        return self._with_persons(messages.hstack([pl.Series("seq", seqs)]), subjects, persons)

    def receive(
        self, messages: pl.DataFrame, lookup: Lookup, repeated: pl.DataFrame, persons: Interner
    ) -> Received:
        """Sort messages into new ones, duplicates and conflicts, and number the new ones.

        `lookup` is the result of `look_up` for the same messages, `repeated` the log's rows of `lookup.repeated`
        (EVENT_SCHEMA).
        """
        insertion = lookup.insertion
        fresh = insertion.first.copy()
        compared = _NOTHING_REPEATED
        if not fresh.all():
            stored = _Stored(lookup.repeated, repeated)
            repeats, again = np.flatnonzero(insertion.entered & ~fresh), np.flatnonzero(~insertion.entered)
            pairs = [(repeats, messages[lookup.held[repeats]])] if len(repeats) else []
            if len(again):
                pairs.append((again, stored.rows(lookup.held[again])))
            compared = self._compare(messages, pairs, stored)
            fresh[compared.collisions] = True
        rows = np.flatnonzero(fresh)
        seqs = np.arange(self.last_seq + 1, self.last_seq + 1 + len(rows))
        self.last_seq += len(rows)
        numbers = np.zeros(len(messages), np.int64)
        numbers[rows] = seqs
        self._index.put(insertion.slots[insertion.first], numbers[insertion.first])
        accepted, subjects = messages, lookup.subjects
        if len(rows) < len(messages):
            accepted, subjects = messages[rows], subjects.at(rows)
        for row in self._new_collisions(rows, np.flatnonzero(insertion.first)):
            self._collisions[(messages["source"][row], messages["id"][row])] = int(numbers[row])
        if len(rows) < len(messages):
            numbers = self._seqs_of_all(messages, lookup, numbers, compared.unsure)
        events = self._with_persons(accepted.hstack([pl.Series("seq", seqs)]), subjects, persons)
        return Received(events, compared.duplicates, compared.conflicts, numbers)

    def _seqs_of_all(
        self, messages: pl.DataFrame, lookup: Lookup, numbers: Ints, unsure: Sequence[int]
    ) -> Ints:
        """Return the seq of the event under each message's key; `numbers` has those of the new ones, otherwise 0."""
        entered = lookup.insertion.entered
        earlier = np.where(entered, numbers[np.where(entered, lookup.held, 0)], lookup.held)
        found = np.where(numbers == 0, earlier, numbers)
        for row in unsure:
            found[row] = self._collisions[(messages["source"][row], messages["id"][row])]
        return found

    def again(self, events: pl.DataFrame, persons: Interner) -> pl.DataFrame:
        """Add the ids and people of stored events on a restart, and return the events with `person`."""
        keys, subjects = pair_keys_and(events, "source", "id", "subject")
        seqs = events["seq"].to_numpy()
        insertion = self._index.get_or_insert(keys)
        self._index.put(insertion.slots[insertion.first], seqs[insertion.first])
        for row in self._new_collisions(np.arange(len(keys)), np.flatnonzero(insertion.first)):
            self._collisions[(events["source"][row], events["id"][row])] = int(seqs[row])
        if len(seqs):
            self.last_seq = int(seqs[-1])
        return self._with_persons(events, subjects, persons)

    @staticmethod
    def _new_collisions(accepted: Ints, entered: Ints) -> list[int]:
        """Return accepted rows that are not in the index, because another id holds their fingerprint."""
        return [] if len(accepted) == len(entered) else np.setdiff1d(accepted, entered).tolist()

    def _with_persons(self, events: pl.DataFrame, subjects: Hashed, persons: Interner) -> pl.DataFrame:
        """Return events with the ids of their subjects, which are also given hashed."""
        named = events["subject"]
        merges = events["into"].null_count() < len(events)
        if merges:  # a merge names two people, who get their ids in this order
            named = pl.concat([named, events["into"]])[np.arange(2 * len(events)).reshape(2, -1).T.ravel()]
            subjects = hash_texts(named)
        ids, firsts = persons.assign(subjects)
        self.new_refs = named[firsts] if len(firsts) else named[:0]
        own = ids[::2] if merges else ids
        if not named.null_count():
            column = pl.Series("person", own)
        elif len(own) <= LISTED:
            column = pl.Series("person", [None if one == NONE else one for one in own.tolist()], pl.Int64)
        else:
            column = pl.Series("person", own).replace(NONE, None)
        return events.hstack([column])

    def _compare(
        self, messages: pl.DataFrame, pairs: list[tuple[Ints, pl.DataFrame]], stored: _Stored
    ) -> _Compared:
        """Compare repeated messages (rows) with the accepted ones."""
        columns = ["source", "id", *_CONTENT]
        duplicates: list[int] = []
        conflicts: list[tuple[int, str]] = []
        unsure: list[int] = []
        for rows, others in pairs:
            mine = messages[rows].select(columns)
            same = {name: _same(name, mine, others) for name in columns}
            same_key = same["source"] & same["id"]
            unsure += rows[~same_key].tolist()
            equal = np.logical_and.reduce([same[name] for name in _CONTENT]) | _are_blanked(others)
            duplicates += rows[same_key & equal].tolist()
            for place in np.flatnonzero(same_key & ~equal).tolist():
                field = next(name for name in _CONTENT if not same[name][place])
                conflicts.append((int(rows[place]), _FIELD_NAMES.get(field, field)))
        unsure.sort()
        collisions = self._collisions_of(messages, unsure, duplicates, conflicts, stored)
        return _Compared(sorted(duplicates), sorted(conflicts), unsure, collisions)

    def _collisions_of(
        self,
        messages: pl.DataFrame,
        rows: list[int],
        duplicates: list[int],
        conflicts: list[tuple[int, str]],
        stored: _Stored,
    ) -> list[int]:
        """Sort messages whose fingerprint another id holds, one at a time; return the new ones among them.

        Such collisions are rare: about one in 10**12 at 50 million events.
        """
        new: dict[tuple[str, str], int] = {}
        for row in rows:
            key = (messages["source"][row], messages["id"][row])
            if key in self._collisions:
                other = stored.rows(np.array([self._collisions[key]]))
            elif key in new:
                other = messages[[new[key]]]
            else:
                new[key] = row
                continue
            fields = [name for name in _CONTENT if not _same(name, messages[[row]], other)[0]]
            fields = [] if _are_blanked(other)[0] else fields
            if fields:
                conflicts.append((row, _FIELD_NAMES.get(fields[0], fields[0])))
            else:
                duplicates.append(row)
        return list(new.values())


def _are_blanked(events: pl.DataFrame) -> Bools:
    """Return which events an erasure has overwritten, so that their original content is unknown."""
    texts = [pl.col(name).str.starts_with(ERASED) for name in _REPLACED]
    return events.select(pl.any_horizontal(texts).fill_null(value=False)).to_series().to_numpy()


def _same(name: str, mine: pl.DataFrame, others: pl.DataFrame) -> Bools:
    """Compare a field of messages and events, row by row; two unstated times are equal."""
    same = mine[name].eq_missing(others[name])
    if name == "occurred_at" and mine["time_inferred"].any():
        same |= (mine["time_inferred"] & others["time_inferred"]).fill_null(False)
    return same.to_numpy()
