"""Erase people: overwrite what is stored about them, and keep what follows from it.

The log keeps its order, times and amounts; the person's reference, codes, contacts and devices become erasure
pseudonyms wherever they occur, the same text always the same pseudonym, so that equal texts stay equal. Segments,
countries, communities and attributes are removed; what the program's conditions had answered about them is kept. So
folding the log again gives every decision and sum as before.

The log need not be folded for this, unless a program keeps rewards for an attribute: one scan over the events is
enough, a tenth of a microsecond each, and the event about it is received at a time at which nothing falls due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from db.read import erasures
from db.shards.merging import parts_of
from db.sqlite.readonly import reporting_damage
from db.write.erasing import Cells, Overwriting
from db.write.store import Store, Upstream
from simulator.domain.errors import InputError
from simulator.domain.naming import mentioning
from simulator.domain.personal_data import ERASED
from simulator.platform.erasing.event import check_by_and_reason, write
from simulator.platform.erasing.kept_answers import KeptAnswers
from simulator.platform.erasing.named_events import NamedEvents
from simulator.platform.erasing.outcomes import Outcomes, PersonalFacts
from simulator.platform.erasing.people import KnownAs, Person, find, silent_people, with_contact_of
from simulator.platform.erasing.pseudonyms import pseudonym, reference_like
from simulator.program.load import load_program
from simulator.program.model import Program

ANEW_BYTES: Final = 64 * 2**20
"""Up to this size a database is rewritten when somebody is erased from it, which takes a second for 100 MB."""


@dataclass(frozen=True)
class ErasedPerson:
    """A person who was erased: the pseudonym that replaces the reference, and in how many rows of each table.

    `seq` is the erasure's event, `references` how many references the person had, `kept` how many answers of the
    program's conditions are kept in place of the data they were about.
    """

    pseudonym: str
    seq: int
    references: int
    rows: Mapping[str, int]
    kept: int


@dataclass(frozen=True)
class Erasure:
    """What was erased: each person, the replacement of each text that named them, and what could not be replaced.

    `texts` are references, codes, contacts and devices, `known_as` names, e-mail addresses and phone numbers in the
    client's records. `references` are those that were overwritten. `in_ids` is the number of events whose id, which
    stays, contains one of the texts. `anew` says that the entire file was rewritten. Texts and references are for
    searching other places, and must not be kept longer than that takes.
    """

    people: Sequence[ErasedPerson]
    references: Sequence[str] = field(repr=False)
    texts: Mapping[str, str] = field(repr=False)
    known_as: Mapping[str, str] = field(repr=False)
    in_ids: int
    anew: bool

    def as_json(self) -> dict[str, object]:
        """Return the receipt as JSON values, without what was overwritten."""
        people = [
            {
                "pseudonym": one.pseudonym,
                "event": one.seq,
                "references": one.references,
                "rows": dict(one.rows),
                "answers_kept": one.kept,
            }
            for one in self.people
        ]
        return {"erased": people, "events_with_it_in_their_id": self.in_ids, "file_made_anew": self.anew}


def erase(
    path: Path,
    references: Sequence[str] = (),
    *,
    contact_of: str | None = None,
    older_than: int | None = None,
    by: str,
    reason: str,
    known_as: KnownAs = lambda _references: (),
    upstream: Upstream | None = None,
) -> Erasure:
    """Erase people from the database at `path`, along with everybody who was merged with them.

    They are the people with these references, those who share a contact with `contact_of`, and those about whom
    nothing was received for `older_than` days. `by` is the reference of the operator, `reason` the basis. `known_as`
    returns what the client's records call people, so that free text about them is found. What is written is committed
    `upstream` first.

    Raises:
        InputError: a reference is unknown, or `by` or `reason` break the contract or name somebody who is erased.
        DatabaseError: the database is in use, merged from others, or can't be read or written.

    """
    if parts := parts_of(path):
        raise InputError(
            f"{path}: is merged from others; erase in each of them: {', '.join(one.name for one in parts)}"
        )
    check_by_and_reason(by, reason)
    with Store.open(path, upstream) as store, reporting_damage(path):
        programs = {
            row[0]: load_program(row[-1], f"{path}, program version {row[0]}") for row in store.versions()
        }
        wanted = list(references)
        if contact_of is not None:
            wanted += with_contact_of(store, contact_of)
        if older_than is not None:
            wanted += silent_people(store, older_than)
        eraser = _Eraser(store, programs)
        people = find(store, wanted, eraser.merges, known_as)
        store.empty_log()  # whoever keeps it from being emptied is told before, not after
        erased, in_ids = eraser.erase(people, by=by, reason=reason)
        anew = path.stat().st_size <= ANEW_BYTES
        if anew and people:
            store.make_anew()
        store.empty_log()
    return Erasure(
        people=erased,
        references=[ref for one in people for ref in one.new_refs],
        texts={text: pseudonym for one in people for text, pseudonym in one.texts.items()},
        known_as={name: one.new_refs[one.main] for one in people for name in one.known_as},
        in_ids=in_ids,
        anew=anew,
    )


class _Eraser:
    """Erases people from one open database."""

    def __init__(self, store: Store, programs: Mapping[int, Program]) -> None:
        self._store = store
        self._programs = programs
        self._alike = any(one.attribution.codes == "fold" for one in programs.values())
        self.merges = store.read(erasures.merges)
        self._facts = {version: PersonalFacts.of(program) for version, program in programs.items()}
        self._answers = KeptAnswers(store, programs, self.merges, self._facts)

    def erase(self, people: Sequence[Person], *, by: str, reason: str) -> tuple[list[ErasedPerson], int]:
        """Erase people, one transaction each.

        Returns them as they stand now, and how many ids of events have something in them that names one.
        """
        erased, in_ids = [], 0
        log = NamedEvents.of(self._store, people, alike=self._alike)
        for person in people:
            _check_unnamed(person, log, by, reason)
        outcomes = Outcomes.of(self._store, people)
        for person in people:
            self._name(person, log)
            in_ids += self._store.read(erasures.ids_with, list(person.refs), list(person.texts))
            blanked = {"event": log.blank(person, self._store)}
            blanked["person"] = {number: {"ref": person.new_refs[ref]} for number, ref in person.refs.items()}
            blanked["quarantine"] = self._quarantine(person)
            codes, blanked["audit"] = self._attributions(person)
            facts, kept = outcomes.blank(person, self._facts)
            kept += self._answers.communities(person, log, outcomes)
            kept += self._answers.kept_for(person, outcomes)
            what = Overwriting(
                blanked=blanked, codes=codes, facts=facts, commands=self._commands(person), kept=kept
            )
            seq = write(self._store, self._programs, person, what, by=by, reason=reason)
            erased.append(_summary(person, seq, what))
        return erased, in_ids

    def _name(self, person: Person, log: NamedEvents) -> None:
        """Draw a pseudonym for every text that names the person."""
        experiments = list(dict.fromkeys(e for one in self._programs.values() for e in one.experiments))
        person.new_refs = {ref: reference_like(ref, experiments) for ref in person.refs.values()}
        own = log.own(person)
        for place, name in (("contacts", "contact_ref"), ("devices", "device_ref")):
            texts = dict.fromkeys(text for one in own if (text := one.cells[name]) is not None)
            setattr(person, place, {text: pseudonym() for text in texts if not text.startswith(ERASED)})
        person.codes = log.codes_of(person)

    def _attributions(self, person: Person) -> tuple[dict[int, str], dict[int, Cells]]:
        """Return the new codes of attributions, and the new details of the audit entries about them."""
        made = self._store.read(erasures.attributions_of, (), person.codes) if person.codes else []
        before = {one.seq: one.code for one in made}
        details: dict[int, Cells] = {
            seq: {"detail": detail.removesuffix(before[ref]) + person.codes[before[ref]]}
            for seq, ref, detail in (self._store.read(erasures.attribution_entries, before) if before else ())
        }
        return {seq: person.codes[code] for seq, code in before.items()}, details

    def _quarantine(self, person: Person) -> dict[int, Cells]:
        """Return the new cells of refused messages that name the person."""
        named = person.mentioned()
        main = person.new_refs[person.main]
        found = self._store.read(erasures.quarantined_with, list(person.texts), person.known_as)
        return {
            number: {"reason": main, "message": main, "sha256": main}
            for number, *texts in found
            if any(named.search(text) for text in texts)
        }

    def _commands(self, person: Person) -> dict[int, tuple[str, str | None]]:
        """Return the new arguments, and why they were refused, of commands that name the person."""
        named = person.mentioned()
        main = person.new_refs[person.main]
        return {
            number: (named.sub(main, args), None if refused is None else named.sub(main, refused))
            for number, args, refused in self._store.read(erasures.commands)
            if named.search(args) or named.search(refused or "")
        }


def _check_unnamed(person: Person, log: NamedEvents, by: str, reason: str) -> None:
    """Check that who erases somebody, and why, names nobody who is to be erased: both become part of the log.

    Raises:
        InputError: it does; says by what.

    """
    cells = [one.cells[name] for one in log.own(person) for name in ("contact_ref", "device_ref")]
    texts = {*person.refs.values(), *log.codes_of(person), *(text for text in cells if text is not None)}
    named = mentioning(texts, person.known_as)
    for option, value in (("--by", by), ("--basis", reason)):
        if (found := named.search(value)) is not None:
            raise InputError(
                f"{option}: {found[0]!r} names a person who is to be erased, and it stays in the log; name the request"
            )


def _summary(person: Person, seq: int, what: Overwriting) -> ErasedPerson:
    counts = {chain: len(rows) for chain, rows in what.blanked.items()}
    counts |= {"attribution": len(what.codes), "decision": len(what.facts), "command": len(what.commands)}
    return ErasedPerson(
        pseudonym=person.new_refs[person.main],
        seq=seq,
        references=len(person.refs),
        rows={table: count for table, count in counts.items() if count},
        kept=len(what.kept),
    )
