"""Find the events that name people who are to be erased, and their new content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from db.read import erasures
from db.read.erasures import EventCells, Names
from db.write.erasing import Cells
from db.write.store import Store
from simulator.domain.personal_data import ERASED
from simulator.engine.codes import folded
from simulator.platform.erasing.people import Person
from simulator.platform.erasing.pseudonyms import pseudonym, spelling

_NAMING: Final = ("code", "contact_ref", "device_ref")
_REMOVED: Final = ("segment", "community", "country", "attributes")


@dataclass
class NamedEvents:
    """The events that name somebody who is to be erased: `before` as they were, `events` as they are now.

    `of_person` and `of_text` are their seqs by the person's number, and by what names somebody. `written` are the
    reasons that somebody wrote, by seq, of all events, whoever they are about.
    """

    before: dict[int, EventCells]
    events: dict[int, EventCells]
    owners: dict[str, int]
    spellings: dict[str, dict[str, None]]
    of_person: dict[int, list[int]]
    of_text: dict[tuple[str, str], list[int]]
    written: dict[int, str]

    @classmethod
    def of(cls, store: Store, people: Sequence[Person], *, alike: bool) -> NamedEvents:
        """Scan the log for everything that names these people."""
        own = store.read(erasures.events_of, [number for person in people for number in person.refs])
        links = [one for one in own if one.type == "link.created"]
        names = Names(
            refs=[ref for person in people for ref in person.refs.values()],
            codes=_distinct("code", links),
            contacts=_distinct("contact_ref", own),
            devices=_distinct("device_ref", own),
            alike=alike,
        )
        named = store.read(erasures.events_naming, names)
        found = {one.seq: one for one in (*own, *named)}
        log = cls({seq: found[seq] for seq in sorted(found)}, {}, {}, {}, {}, {}, {})
        for one in log.before.values():
            log._enter(one, alike=alike)
        return log

    def _enter(self, one: EventCells, *, alike: bool) -> None:
        self.events[one.seq] = one
        if (reason := erasures.reason_in(one)) is not None:
            self.written[one.seq] = reason
        if one.person is not None:
            self.of_person.setdefault(one.person, []).append(one.seq)
        for name in _NAMING:
            if (text := one.cells[name]) is not None:
                self.of_text.setdefault((name, text), []).append(one.seq)
        if (into := _into(one)) is not None:
            self.of_text.setdefault(("into", into), []).append(one.seq)
        code = one.cells["code"]
        if code is None:
            return
        key = folded(code) if alike else code
        if one.type == "link.created" and one.person is not None:
            self.owners.setdefault(key, one.person)
        self.spellings.setdefault(key, {}).setdefault(code)

    def own(self, person: Person) -> list[EventCells]:
        """Return a person's own events, as they are now, in order."""
        return [
            self.events[seq]
            for seq in sorted(s for number in person.refs for s in self.of_person.get(number, ()))
        ]

    def codes_of(self, person: Person) -> dict[str, str]:
        """Return a pseudonym for each code of a person's links; codes that count as equal get equal pseudonyms."""
        found: dict[str, str] = {}
        for key, owner in self.owners.items():
            if owner in person.refs and not key.startswith(ERASED):
                base = pseudonym()
                found |= {text: spelling(base, place) for place, text in enumerate(self.spellings[key])}
        return found

    def blank(self, person: Person, store: Store) -> dict[int, Cells]:
        """Return the new cells of the events that name a person, are theirs, or have a reason about them.

        They are remembered as what the events hold by now.
        """
        by_reason = self._reasons_about(person, store)
        keys = [(name, text) for name in _NAMING for text in person.named(name)]
        keys += [("into", ref) for ref in person.new_refs]
        seqs = {seq for number in person.refs for seq in self.of_person.get(number, ())}
        seqs |= {seq for key in keys for seq in self.of_text.get(key, ())}
        seqs |= by_reason
        new: dict[int, Cells] = {}
        for seq in sorted(seqs):
            one = self.events[seq]
            if changed := _new_cells(one, person, in_reason=seq in by_reason):
                new[seq] = changed
                self.events[seq] = one._replace(cells={**one.cells, **changed})
        return new

    def _reasons_about(self, person: Person, store: Store) -> set[int]:
        """Return the events with a reason in which a person is named, or that are about them or what is theirs."""
        named = person.mentioned()
        found = set(store.read(erasures.reasons_about, person.refs, self.written)) if self.written else set()
        return found | {
            seq
            for seq, reason in self.written.items()
            if self.events[seq].person in person.refs or named.search(reason)
        }


def _distinct(column: str, events: Iterable[EventCells]) -> list[str]:
    """Return the texts of a column of events, each once."""
    return list(dict.fromkeys(text for one in events if (text := one.cells[column]) is not None))


def _into(one: EventCells) -> str | None:
    """Return the reference that a merge event merges into."""
    steering = one.cells["steering"]
    if one.type != "customer.merged" or steering is None:
        return None
    into: str | None = orjson.loads(steering).get("into")
    return into


def _new_cells(one: EventCells, person: Person, *, in_reason: bool) -> dict[str, str | None]:
    """Return the cells of an event that erasing a person changes; `in_reason` says that its reason tells of them."""
    changed: dict[str, str | None] = {}
    for name in _NAMING:
        text = one.cells[name]
        if text is not None and text in person.named(name):
            changed[name] = person.named(name)[text]
    if one.person in person.refs:
        changed |= dict.fromkeys((name for name in _REMOVED if one.cells[name] is not None), None)
    new: dict[str, str] = {}
    into = _into(one)
    if into is not None and into in person.new_refs:
        new["into"] = person.new_refs[into]
    if in_reason:
        new["reason"] = person.new_refs[person.main]
    if new:
        changed["steering"] = orjson.dumps(orjson.loads(one.cells["steering"] or "{}") | new).decode()
    return changed
