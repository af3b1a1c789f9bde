"""Erase people: what is stored about them is overwritten, and what follows from it stays as it is.

The log keeps its order, its times and amounts; the person's reference, codes, contacts and devices become erasure
pseudonyms wherever they stand, the same text always the same one, so that equal is still equal. Segments, countries,
communities and attributes are gone; what the program's conditions had said of them is kept as an answer. So the log,
folded again, gives every decision and sum as it was.

No log is folded to do this, but where a program keeps rewards for an attribute: it takes a look over the events, a
tenth of a microsecond each, and the event about it is received at a time at which nothing falls due.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import orjson
import polars as pl

from db.read import erasures, resume
from db.read.erasures import DecisionFacts, EventCells, Merged, Names
from db.shards.merging import parts_of
from db.sqlite.readonly import making_sense
from db.write.erasing import Cells, Overwriting
from db.write.store import Store
from simulator.domain.errors import InputError
from simulator.domain.naming import naming
from simulator.domain.personal_data import ERASED
from simulator.domain.spans import DAY_MS
from simulator.domain.vocabulary import EventType
from simulator.domain.wall_clock import wall_ms
from simulator.domain.write_set import WriteSet
from simulator.engine import Engine
from simulator.engine.codes import folded
from simulator.engine.experiments import variant_of
from simulator.engine.frames import EMPTY
from simulator.engine.interner import OTHER, PARTS
from simulator.engine.kept import COMMUNITY, KEEPING, OFFERS, RULES, HeardAnswers, word_of
from simulator.events.columns import EVENT_SCHEMA
from simulator.events.contract import EVENT_TYPES
from simulator.events.values import Bad, check_field
from simulator.platform.folding import replay_log
from simulator.platform.receipt_sums import receipt_rollup
from simulator.platform.receipts import IntakeCounters
from simulator.platform.records import parse_program
from simulator.program.facts import facts_at
from simulator.program.load import load_program
from simulator.program.model import Experiment, Program
from simulator.program.rules import compile_condition

_LETTERS: Final = 24  # of an erasure pseudonym: 113 bits, and no digit that a phone number could be seen in
ANEW_BYTES: Final = 64 * 2**20
"""Up to which size a database is written anew when somebody is erased from it, which takes a second for 100 MB."""
_MOST_DRAWS: Final = 100_000
_NAMING: Final = ("code", "contact_ref", "device_ref")
_REMOVED: Final = ("segment", "community", "country", "attributes")
TYPE_NAME: Final = str(EventType.PERSON_ERASED)
Kept = tuple[int, str, str]
"""A row of `kept_answer`: the seq of the event, the question, the answer."""


@dataclass(frozen=True)
class ErasedPerson:
    """A person who was erased: what stands in the place of the reference, and in how many rows of each table.

    `seq` is the erasure's event, `references` how many references the person had, `kept` how many answers of the
    program's conditions are kept in the place of what they were about.
    """

    pseudonym: str
    seq: int
    references: int
    rows: Mapping[str, int]
    kept: int


@dataclass
class _Person:
    """Somebody to be erased: all their references by number, and the pseudonyms of what is theirs, by its text."""

    refs: dict[int, str]
    main: str
    new_refs: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    told: ErasedPerson | None = None

    def named(self, column: str) -> dict[str, str]:
        """Return the pseudonyms of what names them in a column of events."""
        return {"code": self.codes, "contact_ref": self.contacts, "device_ref": self.devices}[column]

    @property
    def texts(self) -> dict[str, str]:
        """Everything that names them, and what stands in its place."""
        return {**self.devices, **self.contacts, **self.codes, **self.new_refs}


@dataclass(frozen=True)
class Erasure:
    """What was erased: a person each, what stands in the place of each text that named them, and what could not be.

    `references` are those that were overwritten. `in_ids` is the number of events whose id, which stays, has one of the
    texts in it. `anew` says that the file was written anew as a whole. Texts and references are for looking in other
    places, and nobody may keep them longer than that takes.
    """

    people: Sequence[ErasedPerson]
    references: Sequence[str] = field(repr=False)
    texts: Mapping[str, str] = field(repr=False)
    in_ids: int
    anew: bool

    def as_json(self) -> dict[str, object]:
        """Return the receipt as values of JSON; without what was overwritten."""
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
) -> Erasure:
    """Erase people from the database at `path`, with everybody who was merged with them.

    They are those with these references, those who have a contact in common with `contact_of`, and those of whom
    nothing was received for `older_than` days. `by` is the reference of the operator, `reason` the basis.

    Raises:
        InputError: a reference is unknown, or `by` or `reason` break the contract.
        DatabaseError: the database is in use, merged from others, or can't be read or written.

    """
    if parts := parts_of(path):
        raise InputError(
            f"{path}: is merged from others; erase in each of them: {', '.join(one.name for one in parts)}"
        )
    _check_said(by, reason)
    with Store.open(path) as store, making_sense(path):
        programs = {
            row[0]: load_program(row[-1], f"{path}, program version {row[0]}") for row in store.versions()
        }
        wanted = list(references)
        if contact_of is not None:
            wanted += _with_contact_of(store, contact_of)
        if older_than is not None:
            wanted += _silent(store, older_than)
        eraser = _Eraser(store, programs)
        people = eraser.find(wanted)
        store.empty_log()  # whoever keeps it from being emptied is told before, not after
        in_ids = eraser.erase(people, by=by, reason=reason)
        anew = path.stat().st_size <= ANEW_BYTES
        if anew and people:
            store.make_anew()
        store.empty_log()
    return Erasure(
        people=[one.told for one in people if one.told is not None],
        references=[ref for one in people for ref in one.new_refs],
        texts={text: pseudonym for one in people for text, pseudonym in one.texts.items()},
        in_ids=in_ids,
        anew=anew,
    )


def _check_said(by: str, reason: str) -> None:
    for contract, option, value in zip(
        EVENT_TYPES[TYPE_NAME].fields, ("--by", "--basis"), (by, reason), strict=True
    ):
        try:
            check_field(contract.name, contract, value)
        except Bad as bad:
            raise InputError(f"{option}: {bad.reason}") from None


def _with_contact_of(store: Store, reference: str) -> list[str]:
    """Return the references that have a contact in common with this one, which is the first."""
    known = store.read(erasures.persons_named, [reference])
    if not known:
        raise _unknown(reference)
    own = store.read(erasures.events_of, known.values())
    contacts = {text for one in own if (text := one.cells["contact_ref"]) is not None}
    persons = store.read(erasures.persons_with_contact, sorted(contacts))
    found = store.read(erasures.refs_of, persons)
    return [reference, *(ref for ref in found.values() if ref != reference)]


def _silent(store: Store, days: int) -> list[str]:
    """Return the people, not erased yet, of whom nothing was received for so many days, by the database's own time."""
    simulated = store.settings().get("kind") == "simulate"
    now = int(store.clock()["sim_at"]) if simulated else wall_ms()
    silent = store.read(erasures.silent_since, now - days * DAY_MS)
    return [ref for _, ref in silent if not ref.startswith(ERASED)]


class _Eraser:
    """Erases people from one open database."""

    def __init__(self, store: Store, programs: Mapping[int, Program]) -> None:
        self._store = store
        self._programs = programs
        self._alike = any(one.attribution.codes == "fold" for one in programs.values())
        self._merges = store.read(erasures.merges)
        self._facts = {version: _PersonalFacts.of(program) for version, program in programs.items()}

    def find(self, references: Sequence[str]) -> list[_Person]:
        """Find the people with these references, each once."""
        known = self._store.read(erasures.persons_named, references)
        people: list[_Person] = []
        found: set[int] = set()
        for ref in dict.fromkeys(references):
            if ref not in known:
                raise _unknown(ref)
            if ref.startswith(ERASED):
                raise InputError(f"{ref}: stands in the place of somebody who was erased already")
            if known[ref] in found:
                continue
            ids = _united(known[ref], self._merges)
            found.update(ids)
            people.append(_Person(self._store.read(erasures.refs_of, ids), ref))
        return people

    def erase(self, people: Sequence[_Person], *, by: str, reason: str) -> int:
        """Erase people, a transaction each; return how many ids of events have something in them that names one."""
        in_ids = 0
        log = _Log.of(self._store, people, alike=self._alike)
        outcomes = _Outcomes.of(self._store, people)
        for person in people:
            self._name(person, log)
            in_ids += self._store.read(erasures.ids_with, list(person.refs), list(person.texts))
            blanked = {"event": log.blank(person)}
            blanked["person"] = {number: {"ref": person.new_refs[ref]} for number, ref in person.refs.items()}
            blanked["quarantine"] = self._quarantine(person)
            codes, blanked["audit"] = self._attributions(person)
            facts, kept = outcomes.blank(person, self._facts)
            kept += self._communities(person, log, outcomes) + self._kept_for(person, outcomes)
            what = Overwriting(
                blanked=blanked, codes=codes, facts=facts, commands=self._commands(person), kept=kept
            )
            seq = self._write(person, what, by, reason)
            person.told = _told(person, seq, what)
        return in_ids

    def _name(self, person: _Person, log: _Log) -> None:
        """Draw a pseudonym for everything that names the person."""
        experiments = list(dict.fromkeys(e for one in self._programs.values() for e in one.experiments))
        person.new_refs = {ref: _reference(ref, experiments) for ref in person.refs.values()}
        own = log.own(person)
        for place, name in (("contacts", "contact_ref"), ("devices", "device_ref")):
            texts = dict.fromkeys(text for one in own if (text := one.cells[name]) is not None)
            setattr(person, place, {text: _pseudonym() for text in texts if not text.startswith(ERASED)})
        person.codes = log.codes_of(person)

    def _attributions(self, person: _Person) -> tuple[dict[int, str], dict[int, Cells]]:
        """Return the new codes of attributions, and the new details of the audit entries about them."""
        made = self._store.read(erasures.attributions_of, (), person.codes) if person.codes else []
        before = {one.seq: one.code for one in made}
        details: dict[int, Cells] = {
            seq: {"detail": detail.removesuffix(before[ref]) + person.codes[before[ref]]}
            for seq, ref, detail in (self._store.read(erasures.attribution_entries, before) if before else ())
        }
        return {seq: person.codes[code] for seq, code in before.items()}, details

    def _quarantine(self, person: _Person) -> dict[int, Cells]:
        """Return the new cells of refused messages that name the person."""
        named = naming(person.texts)
        main = person.new_refs[person.main]
        return {
            number: {"reason": main, "message": main, "sha256": main}
            for number, *texts in self._store.read(erasures.quarantined_with, list(person.texts))
            if any(named.search(text) for text in texts)
        }

    def _commands(self, person: _Person) -> dict[int, tuple[str, str | None]]:
        """Return the new arguments, and why they were refused, of commands that name the person."""
        named = naming(person.texts)
        main = person.new_refs[person.main]
        return {
            number: (named.sub(main, args), None if refused is None else named.sub(main, refused))
            for number, args, refused in self._store.read(erasures.commands_with, list(person.texts))
        }

    def _communities(self, person: _Person, log: _Log, outcomes: _Outcomes) -> list[Kept]:
        """Return for which community the person's referrals counted, by the events at which that was asked."""
        said = [
            (one.seq, one.person, text)
            for one in (log.before[now.seq] for now in log.own(person))
            if one.type == "customer.identified" and (text := one.cells["community"]) is not None
        ]
        if not said:
            return []
        kept: dict[int, str] = {}
        for seq, referrer in outcomes.asked_of(person, self._store):
            known = _united(referrer, [one for one in self._merges if one.seq <= seq], into_only=True)
            theirs = [text for at, number, text in said if number in known and at <= seq]
            if theirs:
                kept[seq] = theirs[-1]
        return [(seq, COMMUNITY, text) for seq, text in sorted(kept.items())]

    def _kept_for(self, person: _Person, outcomes: _Outcomes) -> list[Kept]:
        """Return what was said of the rewards that are kept for something which the erasure removes."""
        about = {one.id: one for one in outcomes.about(person)} if self._keeping else {}
        found: list[Kept] = []
        for number, decision, name in self._store.read(erasures.rewards_of, about) if about else ():
            read = self._keeping.get((about[decision].program_version, name), frozenset())
            if read.intersection(outcomes.names(person, about[decision], self._facts)):
                answers = self._heard.get(number - 1, {})
                found += [(seq, f"{KEEPING}{number}", word_of(answer)) for seq, answer in answers.items()]
        return found

    @cached_property
    def _heard(self) -> dict[int, dict[int, int]]:
        """All answers to what rewards are kept for, by line and event; they are in no table, so the log is folded."""
        answers = HeardAnswers.of(self._store.read(resume.kept_answers))
        replay_log(self._store, None, None, kept=answers)
        return answers.heard

    @cached_property
    def _keeping(self) -> dict[tuple[int, str], frozenset[str]]:
        """What rewards are kept for of what an erasure removes, by version and reward."""
        found = {}
        for version, program in self._programs.items():
            known, facts = facts_at(program, "release"), self._facts[version]
            for reward in program.rewards:
                if reward.keep_if is not None:
                    condition = compile_condition(reward.keep_if, known, f'reward "{reward.name}".keep_if')
                    read = frozenset(condition.facts).intersection((*facts.friend, *facts.referrer))
                    if read:
                        found[version, reward.name] = read
        return found

    def _write(self, person: _Person, what: Overwriting, by: str, reason: str) -> int:
        """Overwrite, and write the event about it; return its seq."""
        store, main = self._store, person.new_refs[person.main]
        number = next(number for number, ref in person.refs.items() if ref == person.main)
        settings = store.settings()
        counters = IntakeCounters.of(settings)
        last, newest = store.read(erasures.newest_event)
        watermark = int(store.clock()["watermark"])
        at = max(newest, watermark + 1 if watermark else 0)  # nothing falls due by then that is not released
        seq = last + 1
        program = self._programs[max(self._programs)]
        parts = store.read(erasures.sources_counted)
        source = "platform" if "platform" in parts or len(parts - {OTHER}) < PARTS else OTHER

        def event(digest: str) -> WriteSet:
            row = {
                "seq": seq,
                "received_at": at,
                "occurred_at": at,
                "source": "platform",
                "id": f"erasure-{digest}",
                "type": TYPE_NAME,
                "subject": main,
                "by": by,
                "reason": reason,
            }
            events = pl.DataFrame([row], schema=EVENT_SCHEMA)
            written = Engine(program, parse_program).replay(events)
            sums = receipt_rollup(events, events, (), pl.DataFrame())
            return replace(
                written.with_sums(sums, EMPTY["breakdown"]),
                persons=EMPTY["persons"],
                events=events.with_columns(
                    person=pl.lit(number, pl.Int64), type=pl.col("type").cast(pl.String)
                ),
                breakdown=written.breakdown.with_columns(part=pl.lit(source)),
                clock={"sim_at": max(at, int(store.clock()["sim_at"]))},
                settings=replace(
                    counters, receipts=counters.receipts + 1, newest=max(counters.newest, at)
                ).settings(),
            )

        store.erase(seq, what, event)
        return seq


@dataclass
class _Log:
    """The events that name somebody who is to be erased: `before` as they were, `events` as they are by now.

    `of_person` and `of_text` are their seqs by the person's number, and by what names somebody.
    """

    before: dict[int, EventCells]
    events: dict[int, EventCells]
    owners: dict[str, int]
    spellings: dict[str, list[str]]
    of_person: dict[int, list[int]]
    of_text: dict[tuple[str, str], list[int]]

    @classmethod
    def of(cls, store: Store, people: Sequence[_Person], *, alike: bool) -> _Log:
        """Look over the log for everything that names these people."""
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
        log = cls({seq: found[seq] for seq in sorted(found)}, {}, {}, {}, {}, {})
        for one in log.before.values():
            log._enter(one, alike=alike)
        return log

    def _enter(self, one: EventCells, *, alike: bool) -> None:
        self.events[one.seq] = one
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
        spellings = self.spellings.setdefault(key, [])
        if code not in spellings:
            spellings.append(code)

    def own(self, person: _Person) -> list[EventCells]:
        """Return the events of a person, as they are by now, in order."""
        return [
            self.events[seq]
            for seq in sorted(s for number in person.refs for s in self.of_person.get(number, ()))
        ]

    def codes_of(self, person: _Person) -> dict[str, str]:
        """Return a pseudonym for each code of a person's links; of codes that are alike, pseudonyms that are alike."""
        found: dict[str, str] = {}
        for key, owner in self.owners.items():
            if owner in person.refs and not key.startswith(ERASED):
                base = _pseudonym()
                found |= {text: _spelling(base, place) for place, text in enumerate(self.spellings[key])}
        return found

    def blank(self, person: _Person) -> dict[int, Cells]:
        """Return the new cells of the events that name a person or are theirs, and remember them."""
        keys = [(name, text) for name in _NAMING for text in person.named(name)]
        keys += [("into", ref) for ref in person.new_refs]
        seqs = {seq for number in person.refs for seq in self.of_person.get(number, ())}
        seqs |= {seq for key in keys for seq in self.of_text.get(key, ())}
        new: dict[int, Cells] = {}
        for seq in sorted(seqs):
            one = self.events[seq]
            if changed := _new_cells(one, person):
                new[seq] = changed
                self.events[seq] = one._replace(cells={**one.cells, **changed})
        return new


def _distinct(column: str, events: Iterable[EventCells]) -> list[str]:
    """Return the texts of a column of events, each once."""
    return list(dict.fromkeys(text for one in events if (text := one.cells[column]) is not None))


def _into(one: EventCells) -> str | None:
    """Return the reference that a merge names as the one to merge into."""
    steering = one.cells["steering"]
    if one.type != "customer.merged" or steering is None:
        return None
    into: str | None = orjson.loads(steering).get("into")
    return into


def _new_cells(one: EventCells, person: _Person) -> dict[str, str | None]:
    """Return the cells of an event that erasing a person changes."""
    changed: dict[str, str | None] = {}
    for name in _NAMING:
        text = one.cells[name]
        if text is not None and text in person.named(name):
            changed[name] = person.named(name)[text]
    if one.person in person.refs:
        changed |= dict.fromkeys((name for name in _REMOVED if one.cells[name] is not None), None)
    into = _into(one)
    if into is not None and into in person.new_refs:
        data = orjson.loads(one.cells["steering"] or "{}")
        changed["steering"] = orjson.dumps(data | {"into": person.new_refs[into]}).decode()
    return changed


@dataclass(frozen=True)
class _PersonalFacts:
    """The facts of a program that tell something of the friend, or of the referrer, that an erasure removes."""

    friend: tuple[str, ...]
    referrer: tuple[str, ...]

    @classmethod
    def of(cls, program: Program) -> _PersonalFacts:
        """Return those of a program."""
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
class _Outcomes:
    """The decisions about people who are to be erased, as they are by now, by number; `of_person` are these numbers."""

    decisions: dict[int, DecisionFacts]
    of_person: dict[int, list[int]]

    @classmethod
    def of(cls, store: Store, people: Sequence[_Person]) -> _Outcomes:
        """Read them."""
        numbers = [number for person in people for number in person.refs]
        found = cls({one.id: one for one in store.read(erasures.decisions_about, numbers)}, {})
        for one in found.decisions.values():
            for number in {one.friend, one.referrer} - {None}:
                found.of_person.setdefault(int(number or 0), []).append(one.id)
        return found

    def about(self, person: _Person) -> list[DecisionFacts]:
        """Return the decisions in which a person is the friend or the referrer, in order."""
        numbers = {one for number in person.refs for one in self.of_person.get(number, ())}
        return [self.decisions[one] for one in sorted(numbers)]

    def blank(
        self, person: _Person, facts: Mapping[int, _PersonalFacts]
    ) -> tuple[dict[int, str], list[Kept]]:
        """Return the new facts of decisions about a person, and the answers that were given by the old ones."""
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
    def names(person: _Person, one: DecisionFacts, facts: Mapping[int, _PersonalFacts]) -> list[str]:
        """Return the facts of a decision about a person that tell something of them."""
        found: list[str] = []
        if one.friend in person.refs:
            found += facts[one.program_version].friend
        if one.referrer in person.refs:
            found += facts[one.program_version].referrer
        return found

    def asked_of(self, person: _Person, store: Store) -> list[tuple[int, int]]:
        """Return the events at which a person's community may have been asked for, and by which number of theirs."""
        theirs = {one.id: one for one in self.about(person) if one.referrer in person.refs}
        made = store.read(erasures.attributions_of, person.refs, ())
        verdicts = store.read(erasures.settlements, theirs)
        return [
            *((one.seq, one.referrer) for one in made),
            *((one.seq, int(one.referrer or 0)) for one in theirs.values()),
            *((seq, int(theirs[number].referrer or 0)) for number, seq in verdicts),
        ]


def _without(facts: str, names: Sequence[str]) -> str:
    """Return facts as JSON with those of these names as null; everything else stays as it was written."""
    if not names:
        return facts
    pattern = "|".join(map(re.escape, names))
    value = r'"(?:[^"\\]|\\.)*"|[^,}]*'
    return re.sub(rf'"({pattern})":(?:{value})', r'"\1":null', facts)


def _united(number: int, merges: Sequence[Merged], *, into_only: bool = False) -> list[int]:
    """Return the numbers of all references that merges made one person; `into_only`: of those merged into this one."""
    found = {number}
    while True:
        more = {one.merged for one in merges if one.person in found}
        if not into_only:
            more |= {one.person for one in merges if one.merged in found}
        if more <= found:
            return sorted(found)
        found |= more


def _reference(ref: str, experiments: Sequence[Experiment]) -> str:
    """Draw a pseudonym that falls into the same variants of experiments as a reference does."""
    wanted = [variant_of(one, ref) for one in experiments]
    for _ in range(_MOST_DRAWS):
        drawn = _pseudonym()
        if [variant_of(one, drawn) for one in experiments] == wanted:
            return drawn
    raise InputError(
        "no pseudonym falls into the same variants of all experiments; there are too many of them"
    )


def _pseudonym() -> str:
    return ERASED + "".join(secrets.choice(string.ascii_lowercase) for _ in range(_LETTERS))


def _spelling(code: str, number: int) -> str:
    """Return another spelling of a code that is the same but for its capitals, one for each number."""
    return "".join(
        sign.upper() if number >> place & 1 else sign for place, sign in enumerate(reversed(code))
    )[::-1]


def _told(person: _Person, seq: int, what: Overwriting) -> ErasedPerson:
    counts = {chain: len(rows) for chain, rows in what.blanked.items()}
    counts |= {"attribution": len(what.codes), "decision": len(what.facts), "command": len(what.commands)}
    return ErasedPerson(
        pseudonym=person.new_refs[person.main],
        seq=seq,
        references=len(person.refs),
        rows={table: count for table, count in counts.items() if count},
        kept=len(what.kept),
    )


def _unknown(reference: str) -> InputError:
    return InputError(f"{reference}: the database knows nobody by this reference")
