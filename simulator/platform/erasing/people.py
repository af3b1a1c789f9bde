"""Find the people to erase: by reference, by a shared contact, or by how long nothing was received about them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from db.read import erasures
from db.read.erasures import Merged
from db.write.store import Store
from simulator.domain.errors import InputError
from simulator.domain.naming import mentioning
from simulator.domain.personal_data import ERASED
from simulator.domain.spans import DAY_MS
from simulator.domain.wall_clock import wall_ms

KnownAs = Callable[[Sequence[str]], Sequence[str]]
"""A function that returns by what the client knows people with these references: names, e-mail addresses, phones."""


@dataclass
class Person:
    """Somebody to be erased: all their references by number, and a pseudonym for each text that names them.

    `known_as` are the names, e-mail addresses and phone numbers in the client's records.
    """

    refs: dict[int, str]
    main: str
    new_refs: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    known_as: tuple[str, ...] = field(default=(), repr=False)

    def named(self, column: str) -> dict[str, str]:
        """Return the pseudonyms for the texts that name them in a column of events."""
        return {"code": self.codes, "contact_ref": self.contacts, "device_ref": self.devices}[column]

    @property
    def texts(self) -> dict[str, str]:
        """All texts that name them, with their replacements."""
        return {**self.devices, **self.contacts, **self.codes, **self.new_refs}

    def mentioned(self) -> re.Pattern[str]:
        """Return a pattern that finds this person in what somebody wrote."""
        return mentioning(self.texts, self.known_as)


def find(
    store: Store, references: Sequence[str], merges: Sequence[Merged], known_as: KnownAs
) -> list[Person]:
    """Find the people with these references, each once."""
    known = store.read(erasures.persons_named, references)
    people: list[Person] = []
    found: set[int] = set()
    for ref in dict.fromkeys(references):
        if ref not in known:
            raise unknown(ref)
        if ref.startswith(ERASED):
            raise InputError(f"{ref}: is the pseudonym of somebody who was erased already")
        if known[ref] in found:
            continue
        ids = united(known[ref], merges)
        found.update(ids)
        refs = store.read(erasures.refs_of, ids)
        people.append(Person(refs, ref, known_as=tuple(dict.fromkeys(known_as(list(refs.values()))))))
    return people


def with_contact_of(store: Store, reference: str) -> list[str]:
    """Return the references that share a contact with this one, this one first."""
    known = store.read(erasures.persons_named, [reference])
    if not known:
        raise unknown(reference)
    own = store.read(erasures.events_of, known.values())
    contacts = {text for one in own if (text := one.cells["contact_ref"]) is not None}
    persons = store.read(erasures.persons_with_contact, sorted(contacts))
    found = store.read(erasures.refs_of, persons)
    return [reference, *(ref for ref in found.values() if ref != reference)]


def silent_people(store: Store, days: int) -> list[str]:
    """Return the people not yet erased about whom nothing was received for so many days, by the database's time."""
    simulated = store.settings().get("kind") == "simulate"
    now = int(store.clock()["sim_at"]) if simulated else wall_ms()
    found = store.read(erasures.silent_since, now - days * DAY_MS)
    return [ref for _, ref in found if not ref.startswith(ERASED)]


def united(number: int, merges: Sequence[Merged], *, into_only: bool = False) -> list[int]:
    """Return the numbers of all references merged with this one, or with `into_only` of those merged into it."""
    found = {number}
    while True:
        more = {one.merged for one in merges if one.person in found}
        if not into_only:
            more |= {one.person for one in merges if one.merged in found}
        if more <= found:
            return sorted(found)
        found |= more


def unknown(reference: str) -> InputError:
    """Return the message for a reference that nobody has."""
    return InputError(f"{reference}: the database knows nobody by this reference")
