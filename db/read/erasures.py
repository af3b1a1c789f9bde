"""Read what is stored about people who are to be erased, and what erasures have left.

A look over the log costs about a tenth of a microsecond a row; everything else is found by an index, or in tables that
are small beside it. Texts and numbers to look for are handed over as JSON, since there may be many.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from db.control import VERDICT
from db.schema.blocks import CHAINS, PERSONAL
from db.sqlite.readonly import AMONG, Select, listed
from simulator.domain.naming import is_phone, probe
from simulator.domain.vocabulary import WRITTEN_REASONS

_WRITTEN = tuple(map(str, WRITTEN_REASONS))
_CELLS = ", ".join(f'"{name}"' for name in PERSONAL["event"])


class EventCells(NamedTuple):
    """The personal cells of an event, by column, with its number, its person's number and its type."""

    seq: int
    person: int | None
    type: str
    cells: dict[str, str | None]


class DecisionFacts(NamedTuple):
    """What a decision was made by: `failed` and `offered` are answers as JSON, `facts` a JSON object or None."""

    id: int
    seq: int
    milestone: str
    friend: int
    referrer: int | None
    failed: str
    offered: str
    facts: str | None
    program_version: int


class Attributed(NamedTuple):
    """An attribution: its event, whose it is, and the code of the link."""

    seq: int
    referrer: int
    code: str


class Merged(NamedTuple):
    """A merge by the event `seq`: from then on the person `merged` is `person`."""

    seq: int
    merged: int
    person: int


class BlankedRow(NamedTuple):
    """A row that an erasure overwrote, as in the table `blanked`."""

    chain: str
    number: int
    erasure: int
    before_hash: str
    after_hash: str
    salt: str | None


def persons_named(query: Select, refs: Iterable[str]) -> dict[str, int]:
    """Return the numbers of people by their references; unknown ones are left out."""
    return dict(query(f"SELECT ref, id FROM person WHERE ref {AMONG}", (listed(refs),)))


def refs_of(query: Select, persons: Iterable[int]) -> dict[int, str]:
    """Return the references of people by their numbers."""
    return dict(query(f"SELECT id, ref FROM person WHERE id {AMONG}", (listed(persons),)))


def merges(query: Select) -> list[Merged]:
    """Return all merges in order."""
    return [Merged(*row) for row in query("SELECT seq, merged, person FROM merge ORDER BY seq", ())]


def persons_with_contact(query: Select, contacts: Iterable[str]) -> list[int]:
    """Return the numbers of the people of whom an event has one of these contacts."""
    sql = f"SELECT DISTINCT person FROM event WHERE contact_ref {AMONG} AND person IS NOT NULL ORDER BY 1"
    return [number for (number,) in query(sql, (listed(contacts),))]


def events_of(query: Select, persons: Iterable[int]) -> list[EventCells]:
    """Return the personal cells of all events of these people."""
    sql = f"SELECT seq, person, type, {_CELLS} FROM event WHERE person {AMONG} ORDER BY seq"
    return _events(query(sql, (listed(persons),)))


@dataclass(frozen=True, kw_only=True)
class Names:
    """Texts to look for in the log: references that others are merged into, codes, contacts, devices.

    With `alike`, codes that differ in their ASCII capitals or the spaces around them are looked for, too.
    """

    refs: Sequence[str]
    codes: Sequence[str]
    contacts: Sequence[str]
    devices: Sequence[str]
    alike: bool


def events_naming(query: Select, names: Names) -> list[EventCells]:
    """Return the personal cells of all events that contain one of these, whoever they are about; scans every event.

    All events with a written reason are among them: the caller tells whom it is about.
    """
    code, codes = (
        ("lower(trim(code))", [one.strip(" ").lower() for one in names.codes])
        if names.alike
        else (
            "code",
            names.codes,
        )
    )
    sql = (
        f"SELECT seq, person, type, {_CELLS} FROM event NOT INDEXED "
        f"WHERE {code} {AMONG} OR contact_ref {AMONG} OR device_ref {AMONG} OR (steering IS NOT NULL "
        f"AND (type = 'customer.merged' AND json_extract(steering, '$.into') {AMONG} OR type IN {_WRITTEN})) "
        "ORDER BY seq"
    )
    wanted = (codes, names.contacts, names.devices, names.refs)
    return _events(query(sql, tuple(listed(one) for one in wanted)))


def reasons_about(query: Select, persons: Iterable[int], among: Iterable[int]) -> list[int]:
    """Return which of the events `among`, by seq, changed a conversion or a reward of these people.

    They are about somebody's conversion, or a reward for it or for them, and need not name anybody.
    """
    theirs = listed(persons)
    sql = (
        f"WITH own AS MATERIALIZED (SELECT source, id FROM event WHERE person {AMONG}), "
        "line AS MATERIALIZED (SELECT e.source, e.id, d.milestone, r.reward FROM reward r "
        f"JOIN decision d ON d.id = r.decision JOIN event e ON e.seq = r.seq WHERE r.recipient {AMONG}) "
        f"SELECT seq FROM event WHERE seq {AMONG} AND ("
        "(source, coalesce(reinstates, adjusts)) IN own OR json_valid(steering) AND ("
        "(json_extract(steering, '$.reward_source'), json_extract(steering, '$.reward_id')) IN own OR ("
        "json_extract(steering, '$.reward_source'), json_extract(steering, '$.reward_id'), "
        "json_extract(steering, '$.reward_milestone'), json_extract(steering, '$.reward_reward')) IN line)) "
        "ORDER BY seq"
    )
    return [seq for (seq,) in query(sql, (theirs, theirs, listed(among)))]


def reason_in(one: EventCells) -> str | None:
    """Return the reason that somebody wrote into an event, or None."""
    steering = one.cells["steering"]
    if steering is None or one.type not in WRITTEN_REASONS:
        return None
    try:
        reason = json.loads(steering).get("reason")
    except (ValueError, AttributeError):
        return None  # in a damaged database
    return reason if isinstance(reason, str) else None


def _events(rows: Iterable[tuple[Any, ...]]) -> list[EventCells]:
    names = PERSONAL["event"]
    return [
        EventCells(seq, person, kind, dict(zip(names, cells, strict=True)))
        for seq, person, kind, *cells in rows
    ]


def attributions_of(query: Select, referrers: Iterable[int], codes: Iterable[str]) -> list[Attributed]:
    """Return the attributions to these referrers, and those made by these codes."""
    sql = f"SELECT seq, referrer, code FROM attribution WHERE referrer {AMONG} OR code {AMONG} ORDER BY seq"
    return [Attributed(*row) for row in query(sql, (listed(referrers), listed(codes)))]


def decisions_about(query: Select, persons: Iterable[int]) -> list[DecisionFacts]:
    """Return the decisions in which one of these people is the friend or the referrer."""
    sql = (
        "SELECT id, seq, milestone, friend, referrer, failed, offered, facts, program_version FROM decision "
        f"WHERE friend {AMONG} OR referrer {AMONG} ORDER BY id"
    )
    wanted = listed(persons)
    return [DecisionFacts(*row) for row in query(sql, (wanted, wanted))]


def rewards_of(query: Select, decisions: Iterable[int]) -> list[tuple[int, int, str]]:
    """Return the reward lines of decisions: their number, the decision's, and the reward's name."""
    sql = f"SELECT id, decision, reward FROM reward WHERE decision {AMONG} ORDER BY id"
    return query(sql, (listed(decisions),))


def settlements(query: Select, decisions: Iterable[int]) -> list[tuple[int, int]]:
    """Return the verdicts on decisions that settled them: the decision's number, and the seq of the verdict."""
    sql = f"SELECT ref, \"trigger\" FROM audit WHERE kind = 'settled' AND ref {AMONG} ORDER BY seq"
    return query(sql, (listed(decisions),))


def attribution_entries(query: Select, attributions: Iterable[int]) -> list[tuple[int, int, str]]:
    """Return the audit entries about attributions: their seq, the attribution's, and the detail, which has the code."""
    sql = (
        "SELECT seq, ref, detail FROM audit WHERE kind IN ('attributed', 'attribution-ended') "
        f"AND ref {AMONG} ORDER BY seq"
    )
    return query(sql, (listed(attributions),))


def quarantined_with(
    query: Select, texts: Sequence[str], known_as: Sequence[str] = ()
) -> list[tuple[int, str, str, str]]:
    """Return the rows of the quarantine in which one of these texts stands: number, reason, message, SHA-256.

    And those in which a part of one of `known_as` does, by which the client knows somebody, in capitals or not. Phone
    numbers and e-mail addresses are not looked for, since they are masked there.
    """
    parts = [probe(one) for one in known_as if not is_phone(one) and "@" not in one]
    sql = (
        "SELECT number, reason, message, sha256 FROM quarantine WHERE EXISTS "
        "(SELECT 1 FROM json_each(?) WHERE instr(message, value) OR instr(reason, value) OR instr(id, value)) "
        "OR EXISTS (SELECT 1 FROM json_each(?) WHERE instr(lower(message), value) OR instr(lower(reason), value)) "
        "ORDER BY number"
    )
    return query(sql, (listed(texts), json.dumps(parts))) if texts else []


def ids_with(query: Select, persons: Sequence[int], texts: Sequence[str]) -> int:
    """Count the events of these people whose id has one of these texts in it."""
    sql = (
        f"SELECT COUNT(*) FROM event WHERE person {AMONG} AND EXISTS "
        "(SELECT 1 FROM json_each(?) WHERE instr(event.id, value))"
    )
    return int(query(sql, (listed(persons), listed(texts)))[0][0])


def commands(query: Select) -> list[tuple[int, str, str | None]]:
    """Return all executed commands: number, arguments, why it was refused."""
    return query("SELECT id, args, refused FROM command ORDER BY id", ())


def verdicts_on(query: Select, decisions: Iterable[int]) -> list[int]:
    """Return the numbers of the executed commands that are verdicts on these decisions."""
    sql = (
        f"SELECT id FROM command WHERE kind = '{VERDICT}' AND json_valid(args) "
        f"AND json_extract(args, '$.decision') {AMONG} ORDER BY id"
    )
    return [number for (number,) in query(sql, (listed(decisions),))]


def newest_event(query: Select) -> tuple[int, int]:
    """Return the seq of the newest event and when it was received (milliseconds UTC); zeros for an empty log."""
    found = query("SELECT seq, received_at FROM event ORDER BY seq DESC LIMIT 1", ())
    return found[0] if found else (0, 0)


def sources_counted(query: Select) -> set[str]:
    """Return the labels under which the sources of events are counted so far."""
    return {part for (part,) in query("SELECT DISTINCT part FROM breakdown WHERE metric LIKE 'event.%'", ())}


def silent_since(query: Select, before_ms: int) -> list[tuple[int, str]]:
    """Return the people about whom no event was received since a moment (milliseconds UTC): numbers and references."""
    sql = (
        "SELECT person.id, person.ref FROM person JOIN event ON event.person = person.id "
        "GROUP BY person.id HAVING MAX(event.received_at) < ? ORDER BY person.id"
    )
    return query(sql, (before_ms,))


def blanked_rows(query: Select, chain: str, numbers: Iterable[int]) -> list[BlankedRow]:
    """Return the entries of `blanked` about these rows of a chain, the oldest erasure first."""
    sql = (
        "SELECT chain, number, erasure, before_hash, after_hash, salt FROM blanked "
        f"WHERE chain = ? AND number {AMONG} ORDER BY number, erasure"
    )
    return [BlankedRow(*row) for row in query(sql, (chain, listed(numbers)))]


def rows_with_cells(query: Select, chain: str, first: int, end: int) -> list[int]:
    """Return the numbers of the rows of a chain, from `first` to before `end`, that have personal cells."""
    there = " OR ".join(f'"{name}" IS NOT NULL' for name in PERSONAL[chain])
    key = CHAINS[chain]
    sql = f"SELECT {key} FROM {chain} WHERE {key} >= ? AND {key} < ? AND ({there}) ORDER BY 1"
    return [number for (number,) in query(sql, (first, end))]


def digest_of(blanked: Iterable[tuple[str, int, str, str]], kept: Iterable[tuple[int, str, str]]) -> str:
    """Return the SHA-256 (hexadecimal) that an erasure's event has in its id.

    It is over the rows that the erasure overwrote (chain, number, commitment before, commitment after) and the answers
    that it kept (seq, question, answer), each in order.
    """
    both = json.dumps([sorted(blanked), sorted(kept)], separators=(",", ":"))
    return hashlib.sha256(both.encode()).hexdigest()
