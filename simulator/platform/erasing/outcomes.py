"""Erase people from decisions: remove the facts that reveal something about them, and keep the answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.read import erasures
from db.read.erasures import DecisionFacts
from db.write.erasing import Kept
from db.write.store import Store
from simulator.engine.kept import OFFERS, RULES
from simulator.platform.erasing.people import Person
from simulator.program.model import Program


@dataclass(frozen=True)
class PersonalFacts:
    """The facts of a program that reveal something about the friend, or the referrer, that an erasure removes."""

    friend: tuple[str, ...]
    referrer: tuple[str, ...]

    @classmethod
    def of(cls, program: Program) -> PersonalFacts:
        """Return the personal facts of a program."""
        customers = [one.name for one in program.attributes if one.of != "conversion"]
        conversions = [one.name for one in program.attributes if one.of == "conversion"]
        return cls(
            ("friend_segment", "friend_country", *(f"friend_{name}" for name in customers), *conversions),
            (
                "referrer_segment",
                "referrer_country",
                "community",
                *(f"referrer_{name}" for name in customers),
            ),
        )


@dataclass
class Outcomes:
    """The decisions about people who are to be erased, as they are now, by number; `of_person` has their numbers."""

    decisions: dict[int, DecisionFacts]
    of_person: dict[int, list[int]]

    @classmethod
    def of(cls, store: Store, people: Sequence[Person]) -> Outcomes:
        """Read the decisions about these people."""
        numbers = [number for person in people for number in person.refs]
        found = cls({one.id: one for one in store.read(erasures.decisions_about, numbers)}, {})
        for one in found.decisions.values():
            for number in {one.friend, one.referrer} - {None}:
                found.of_person.setdefault(int(number or 0), []).append(one.id)
        return found

    def about(self, person: Person) -> list[DecisionFacts]:
        """Return the decisions in which a person is the friend or the referrer, in order."""
        numbers = {one for number in person.refs for one in self.of_person.get(number, ())}
        return [self.decisions[one] for one in sorted(numbers)]

    def blank(self, person: Person, facts: Mapping[int, PersonalFacts]) -> tuple[dict[int, str], list[Kept]]:
        """Return the new facts of decisions about a person, and the answers given from the old ones."""
        new: dict[int, str] = {}
        kept: list[Kept] = []
        for one in self.about(person):
            if one.facts is None:
                continue
            text = _without(one.facts, self.names(person, one, facts))
            if text != one.facts:
                new[one.id] = text
                kept += [
                    (one.seq, RULES + one.milestone, one.failed),
                    (one.seq, OFFERS + one.milestone, one.offered),
                ]
                self.decisions[one.id] = one._replace(facts=text)
        return new, kept

    @staticmethod
    def names(person: Person, one: DecisionFacts, facts: Mapping[int, PersonalFacts]) -> list[str]:
        """Return the facts of a decision about a person that reveal something about them."""
        found: list[str] = []
        if one.friend in person.refs:
            found += facts[one.program_version].friend
        if one.referrer in person.refs:
            found += facts[one.program_version].referrer
        return found

    def asked_of(self, person: Person, store: Store) -> list[tuple[int, int]]:
        """Return the events at which a person's community may have been asked for, with the person's number then."""
        theirs = {one.id: one for one in self.about(person) if one.referrer in person.refs}
        made = store.read(erasures.attributions_of, person.refs, ())
        verdicts = store.read(erasures.settlements, theirs)
        return [
            *((one.seq, one.referrer) for one in made),
            *((one.seq, int(one.referrer or 0)) for one in theirs.values()),
            *((seq, int(theirs[number].referrer or 0)) for number, seq in verdicts),
        ]


def _without(facts: str, names: Sequence[str]) -> str:
    """Return facts as JSON with the named ones null; everything else stays as it was written."""
    if not names:
        return facts
    pattern = "|".join(map(re.escape, names))
    value = r'"(?:[^"\\]|\\.)*"|[^,}]*'
    return re.sub(rf'"({pattern})":(?:{value})', r'"\1":null', facts)
