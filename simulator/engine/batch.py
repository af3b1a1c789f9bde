"""Lay out a batch of events for the stages: NumPy columns, rows by type, and people's fields as of each event."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import polars as pl

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.engine.arrays import NONE, Array, Bools, Columns, Ints, sorted_rows
from simulator.engine.frames import LISTED, numbers, types_of
from simulator.engine.interner import NO_TEXTS, Hashed, hash_texts
from simulator.engine.money import at_rates
from simulator.engine.results import FieldUpdates
from simulator.engine.state import State
from simulator.events.columns import TYPE_CODES
from simulator.program.model import Program

_CLOSED = TYPE_CODES["customer.closed"]
CONVERSION_CODES = np.array([TYPE_CODES[name] for name in CONVERSION_TYPES])


_NO_ROWS: Ints = np.zeros(0, np.int64)
_NO_SERIES = pl.Series(dtype=pl.String)


class Latest:
    """A person field as of any event: the state before the batch, overlaid with the batch's own updates."""

    def __init__(self, people: Columns, name: str, persons: Array, rows: Ints, values: Array) -> None:
        self._people, self._name = people, name
        self._persons, self._rows, self._values = persons, rows, values

    @cached_property
    def _sorted(self) -> tuple[Ints, Ints]:
        """The updates' keys (person, then row) in ascending order, and the index of each; computed on first use."""
        keys = (self._persons << 32) | self._rows
        order = np.argsort(keys)
        return keys[order], order

    def at(self, persons: Array, rows: Ints) -> Array:
        """Return each person's latest value as of the event at `rows`, that event included; NONE for NONE persons."""
        known = persons >= 0
        held = self._people[self._name][np.where(known, persons, 0)].astype(np.int32)
        result = np.where(known, held, NONE)
        if len(self._rows) and len(persons):
            keys, order = self._sorted
            places = np.searchsorted(keys, (persons.astype(np.int64) << 32) | rows, side="right") - 1
            there = (places >= 0) & known
            there[there] = (keys[places[there]] >> 32) == persons[there]
            result[there] = self._values[order[places[there]]]
        return result

    @property
    def updates(self) -> tuple[Array, Array]:
        """The people whose field the batch updates, and the values, in order."""
        return self._persons, self._values

    @property
    def rows(self) -> Array:
        """The batch rows of the updates."""
        return self._rows


class Batch:
    """A sequence of events in log order, all under one version of the program.

    Columns by row: `seq`, `received` and `occurred` (milliseconds UTC), `type` (code), `person` (id or NONE).
    `market` is the market of each, or None if there is only one.
    Merged people share one id, that of the reference they are known by now.
    `amount` is in minor units of the program's currency, NONE if it is missing or its currency has no rate; `given` is
    the amount as sent, in minor units of its own currency. Creating a batch numbers its contacts, words and attributes;
    people's updated fields are in the state only once the batch is over (`field_updates`).
    """

    def __init__(self, events: pl.DataFrame, state: State, program: Program) -> None:
        self.events = events
        self.state = state
        self.program = program
        self.seq: Ints = events["seq"].to_numpy()
        self.received: Ints = events["received_at"].to_numpy()
        self.occurred: Ints = events["occurred_at"].to_numpy()
        self.type = types_of(events)
        self.person: Ints = state.people_of(numbers(events["person"]))
        self.reach: Ints = numbers(events["reach"], 1)
        self.given: Ints = numbers(events["amount_minor"])
        self._bare, self._ours = self._whose_money()
        self.amount = self._amounts()
        self.market: Ints | None = events["market"].to_numpy() if "market" in events.columns else None
        self._eligible = numbers(events["eligible"], 1)
        self.present = set(np.flatnonzero(np.bincount(self.type)).tolist())
        self.conversions = self._conversions()
        self.identified = self.rows("customer.identified")
        self.claims = self.rows("friend.claimed")
        self.visits = self.rows("friend.visited")
        self._lay_out_fields()

    def __len__(self) -> int:
        return len(self.seq)

    def rows(self, name: str) -> Ints:
        """Return the rows of one event type, in order."""
        code = TYPE_CODES[name]
        return np.flatnonzero(self.type == code) if code in self.present else np.zeros(0, np.int64)

    def texts(self, column: str, rows: Ints) -> pl.Series:
        """Return a text column at some rows."""
        if not len(rows):
            return _NO_SERIES
        # batches of one event are common, and gathering takes longer than hashing
        return self.events[column] if len(self) == len(rows) == 1 else self.events[column][rows]

    def words(self, column: str, rows: Ints) -> list[str | None]:
        """Return a text column at some rows as a list of strings."""
        if not len(rows):
            return []
        if len(self) > LISTED:
            return self.events[column][rows].to_list()
        texts = self.events[column].to_list()
        return [texts[row] for row in rows.tolist()]

    def currencies(self, rows: Ints) -> Ints:
        """Return the currencies of events as ids of words, numbering new ones; NONE if none was passed."""
        words, found = self.state.words, np.full(len(rows), NONE, np.int64)
        if self._ours[rows].any():
            found[self._ours[rows]] = words.assign([self.program.currency])
        foreign = np.flatnonzero(~(self._bare | self._ours)[rows])
        if len(foreign):
            found[foreign] = words.assign(self.words("currency", rows[foreign]))
        return found

    def hashed(self, column: str, rows: Ints) -> Hashed:
        """Return a text column at some rows, hashed.

        Ask only for what a stage needs: most events have nothing to look up.
        """
        return hash_texts(self.texts(column, rows)) if len(rows) else NO_TEXTS

    def columns(self, rows: Ints, **names: str) -> pl.DataFrame:
        """Return columns at some rows, under the keyword names they are passed by."""
        return pl.DataFrame([self.texts(column, rows).alias(name) for name, column in names.items()])

    def _whose_money(self) -> tuple[Bools, Bools]:
        """Return which events state no currency, and which state the program's."""
        column = self.events["currency"]
        if column.null_count() == len(self):
            return np.ones(len(self), bool), np.zeros(len(self), bool)
        if len(self) <= LISTED:
            given = column.to_list()
            ours = [currency == self.program.currency for currency in given]
            return np.array([currency is None for currency in given], bool), np.array(ours, bool)
        return column.is_null().to_numpy(), column.eq_missing(self.program.currency).to_numpy()

    def _amounts(self) -> Ints:
        own = self._bare | self._ours
        amounts = np.where(own, self.given, NONE)
        foreign = np.flatnonzero(~own & (self.given != NONE)) if self.program.rates else _NO_ROWS
        if len(foreign):
            amounts[foreign] = at_rates(self.program, self.words("currency", foreign), self.given[foreign])
        return amounts

    def _conversions(self) -> Ints:
        if not self.present.intersection(CONVERSION_CODES.tolist()):
            return np.zeros(0, np.int64)
        return np.flatnonzero(np.isin(self.type, CONVERSION_CODES))

    def conversion_column(self, rows: Ints) -> Ints:
        """Return the index in CONVERSION_TYPES of each of these conversion rows."""
        return np.searchsorted(CONVERSION_CODES, self.type[rows])

    def _lay_out_fields(self) -> None:
        rows = sorted_rows(self.identified, self.claims)
        self.field_rows = rows
        state, eligibility = self.state, self.rows("eligibility.confirmed")
        self.contact = self._latest(
            "contact", rows, state.contact_ids.assign(self.hashed("contact_ref", rows))[0]
        )
        self.segment = self._word("segment", "segment", rows)
        self.country = self._word("country", "country", rows)
        self.community = self._word("community", "community", self.identified)
        self.kind = self._word("kind", "referrer_kind", self.identified)
        verdicts = self._eligible[eligibility]
        self.eligible = self._latest("eligible", eligibility, verdicts.astype(np.int8))
        self.eligible_rows = eligibility[verdicts.astype(bool)]
        closed, reopened = self.rows("customer.closed"), self.rows("customer.reopened")
        changed = sorted_rows(closed, reopened)
        self.closed = self._latest("closed", changed, self.type[changed] == _CLOSED)
        self.attributes = self._attributes(rows)

    def _attributes(self, rows: Ints) -> Latest:
        """Return what events say about people's attributes, by rows of `State.attributes`."""
        held, column = self.state.attributes, self.events["attributes"]
        if column.null_count() == len(column):
            return Latest(held.rows, "value", _NO_ROWS, _NO_ROWS, _NO_ROWS)
        texts = self.words("attributes", rows)
        rows = rows[np.array([text is not None for text in texts], bool)]
        at, slots, values = held.enter(self.person[rows], [text for text in texts if text is not None])
        return Latest(held.rows, "value", slots, rows[at], values)

    def _word(self, name: str, column: str, rows: Ints) -> Latest:
        """Return a person's text field, as word ids; a null leaves the known value."""
        if not len(rows):
            return self._latest(name, rows, rows)
        ids = self.state.words.assign(self.words(column, rows))
        given = ids != NONE
        return self._latest(name, rows[given], ids[given])

    def _latest(self, name: str, rows: Ints, values: Array) -> Latest:
        return Latest(self.state.people, name, self.person[rows], rows, values)

    def communities_of(self, referrers: Ints, rows: Ints) -> Array:
        """Return the communities (words) of the referrers of the friends with events at `rows`, as of those events."""
        found = self.community.at(referrers, rows)
        return self.state.kept.with_communities(found, self.seq[rows], self.state.words)

    def usable_links(self, links: Ints, rows: Ints, kinds: Ints | None) -> Bools:
        """Return which of these links (ids or NONE) are live and may refer when the event at each of `rows` is judged.

        `kinds` are the words of the referrer kinds that may refer, None for all.
        """
        known: Bools = links != NONE
        usable: Bools = known.copy()
        usable[known] = self.state.links["seq"][links[known]] < self.seq[rows[known]]
        if kinds is not None and usable.any():
            at = np.flatnonzero(usable)
            owners = self.state.people_of(self.state.links["owner"][links[at]].astype(np.int64))
            usable[at] = np.isin(self.kind.at(owners, rows[at]), kinds)
        return usable

    def field_updates(self) -> FieldUpdates:
        """Return the new values of people's fields."""
        fields = {
            "contact": self.contact,
            "segment": self.segment,
            "country": self.country,
            "community": self.community,
            "kind": self.kind,
            "eligible": self.eligible,
            "closed": self.closed,
        }
        updates = {name: latest for name, latest in fields.items() if len(latest.rows)}
        attributes, attribute_values = self.attributes.updates
        return FieldUpdates(
            values={name: latest.updates for name, latest in updates.items()},
            seqs={name: self.seq[latest.rows] for name, latest in updates.items()},
            attributes=attributes,
            attribute_values=attribute_values,
            attribute_seqs=self.seq[self.attributes.rows],
            converted=self.person[self.conversions],
            converted_at=self.occurred[self.conversions],
        )
