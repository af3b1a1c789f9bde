"""Stage 0: messages become events of the log. Idempotent by (`source`, `id`) over the whole life of a database."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Bools, Ints, Keys, first_of_each
from simulator.engine.interner import Interner, hash_columns, hash_pairs
from simulator.engine.keys import KeyIndex
from simulator.engine.outcome import Receipts
from simulator.events.contract import DATA_COLUMNS

Stored = Callable[[list[int]], pl.DataFrame]
"""Gives the log's rows with these seqs, in the columns of EVENT_SCHEMA, in the order asked."""

_CONTENT = ("type", "occurred_at", "subject", *DATA_COLUMNS)
_FIELD_NAMES = {
    "occurred_at": "time",
    "decision_source": "data.decision",
    "decision_id": "data.decision",
    "decision_milestone": "data.decision",
    **{name: f"data.{name}" for name in DATA_COLUMNS if not name.startswith("decision_")},
}


class Intake:
    """Knows every accepted (`source`, `id`) by a 64-bit fingerprint; a hit is confirmed against the log's row."""

    def __init__(self) -> None:
        self.last_seq = 0
        self._index = KeyIndex()
        self._strays: dict[tuple[str, str], int] = {}  # ids whose fingerprint belongs to another

    @property
    def nbytes(self) -> int:
        """Memory of the index in bytes."""
        return self._index.nbytes

    def seq_of(self, sources: pl.Series, ids: pl.Series) -> Ints:
        """The seq under which each (`source`, `id`) was accepted, or -1."""
        pairs = pl.DataFrame({"source": sources, "id": ids})
        found = self._index.find(hash_pairs(pairs, "source", "id").keys)
        if self._strays:
            for row, key in enumerate(zip(sources.to_list(), ids.to_list(), strict=True)):
                found[row] = self._strays.get(key, found[row])
        return found

    def receive(self, messages: pl.DataFrame, persons: Interner, stored: Stored) -> Receipts:
        """Sort messages into new ones, duplicates and conflicts, and number the new ones."""
        keys = hash_pairs(messages, "source", "id").keys
        found = self._index.find(keys)
        fresh = _firsts(keys) & (found < 0)
        if fresh.all():
            return Receipts(self._accept(messages, keys, persons), [], [])
        again = np.flatnonzero(~fresh)
        duplicates, conflicts, strays = self._compare(messages, keys, found, fresh, again, stored)
        for row in strays:
            fresh[row] = True
        accepted = np.flatnonzero(fresh)
        events = self._accept(messages[accepted], keys[accepted], persons, set(strays), accepted)
        return Receipts(events, duplicates, conflicts)

    def again(self, events: pl.DataFrame, persons: Interner) -> pl.DataFrame:
        """Events of the log on a restart: enter their keys and people; gives them with `person`."""
        keys = hash_pairs(events, "source", "id").keys
        seqs = events["seq"].to_numpy()
        free = (self._index.find(keys) < 0) & _firsts(keys)
        self._index.add(keys[free], seqs[free])
        for row in np.flatnonzero(~free).tolist():
            self._strays[(events["source"][row], events["id"][row])] = int(seqs[row])
        if len(seqs):
            self.last_seq = int(seqs[-1])
        return self._with_persons(events, persons)

    def _accept(
        self,
        messages: pl.DataFrame,
        keys: Keys,
        persons: Interner,
        strays: set[int] | None = None,
        rows: Ints | None = None,
    ) -> pl.DataFrame:
        seqs = np.arange(self.last_seq + 1, self.last_seq + 1 + len(messages))
        self.last_seq += len(messages)
        plain = np.ones(len(messages), bool)
        if strays and rows is not None:
            plain = ~np.isin(rows, list(strays))
            for row in np.flatnonzero(~plain).tolist():
                self._strays[(messages["source"][row], messages["id"][row])] = int(seqs[row])
        self._index.add(keys[plain], seqs[plain])
        return self._with_persons(messages.with_columns(seq=pl.Series(seqs)), persons)

    def _with_persons(self, events: pl.DataFrame, persons: Interner) -> pl.DataFrame:
        ids, firsts = persons.assign(hash_columns(events, ("subject",))["subject"])
        self.new_refs = events["subject"][firsts]
        column = pl.Series(ids)
        if (ids == NONE).any():
            column = column.set(column == NONE, None)
        return events.with_columns(person=column)

    def _compare(
        self, messages: pl.DataFrame, keys: Keys, found: Ints, fresh: np.ndarray, again: Ints, stored: Stored
    ) -> tuple[list[int], list[tuple[int, str]], list[int]]:
        """Hold each repeated message against the accepted one: duplicates, conflicts and strays, as rows."""
        accepted_here = {int(keys[row]): row for row in np.flatnonzero(fresh).tolist()} if len(again) else {}
        columns = ["source", "id", *_CONTENT]
        in_log = again[found[again] >= 0]
        here = again[found[again] < 0]
        pairs: list[tuple[Ints, pl.DataFrame]] = []
        if len(in_log):
            pairs.append((in_log, stored(found[in_log].tolist()).select(columns)))
        if len(here):
            firsts = [accepted_here[int(keys[row])] for row in here.tolist()]
            pairs.append((here, messages[firsts].select(columns)))
        duplicates: list[int] = []
        conflicts: list[tuple[int, str]] = []
        unsure: list[int] = []
        for rows, others in pairs:
            mine = messages[rows].select(columns)
            same = {name: mine[name].eq_missing(others[name]).to_numpy() for name in columns}
            same_key = same["source"] & same["id"]
            unsure += rows[~same_key].tolist()
            equal = np.logical_and.reduce([same[name] for name in _CONTENT])
            duplicates += rows[same_key & equal].tolist()
            for place in np.flatnonzero(same_key & ~equal).tolist():
                field = next(name for name in _CONTENT if not same[name][place])
                conflicts.append((int(rows[place]), _FIELD_NAMES.get(field, field)))
        strays = self._strays_of(messages, sorted(unsure), duplicates, conflicts, stored)
        return sorted(duplicates), sorted(conflicts), strays

    def _strays_of(
        self,
        messages: pl.DataFrame,
        rows: list[int],
        duplicates: list[int],
        conflicts: list[tuple[int, str]],
        stored: Stored,
    ) -> list[int]:
        """Messages whose fingerprint belongs to another id (about one in 10**12 at 50 million): one at a time."""
        new: dict[tuple[str, str], int] = {}
        for row in rows:
            key = (messages["source"][row], messages["id"][row])
            if key in self._strays:
                other = stored([self._strays[key]])
            elif key in new:
                other = messages[[new[key]]]
            else:
                new[key] = row
                continue
            fields = [n for n in _CONTENT if not messages[[row]][n].eq_missing(other[n])[0]]
            if fields:
                conflicts.append((row, _FIELD_NAMES.get(fields[0], fields[0])))
            else:
                duplicates.append(row)
        return list(new.values())


def _firsts(keys: Keys) -> Bools:
    first = np.zeros(len(keys), bool)
    first[first_of_each(keys)] = True
    return first
