"""Read everything that a database stores about a person, table by table.

Some of it is found by scanning the log, so this is for commands, not screens.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from db.read.erasures import (
    EventCells,
    Names,
    attributions_of,
    commands,
    events_naming,
    quarantined_with,
    reason_in,
    reasons_about,
    verdicts_on,
)
from db.read.event_fields import about_conversions
from db.read.people import merged_into, person_called
from db.read.versions import ever_folded_codes
from db.sqlite.readonly import AMONG, Database, listed, select_on
from simulator.domain.naming import mentioning
from simulator.domain.vocabulary import WRITTEN_REASONS, AuditKind, RewardState

Row = dict[str, Any]
"""A row by column, without the columns that are null."""

PEOPLE: Final = {
    "event": ("person",),
    "merge": ("subject", "target", "merged", "person"),
    "attribution": ("friend", "referrer"),
    "decision": ("friend", "referrer"),
    "reward": ("recipient",),
    "audit": ("person",),
    "leader": ("person",),
}
"""The columns that point to a person, by table."""
_OF_AUDIT: Final = (
    f"person {AMONG} OR (kind = 'attributed' AND ref IN (SELECT seq FROM attribution WHERE referrer {AMONG})) "
    f"OR (kind IN ({', '.join(repr(str(kind)) for kind in (*RewardState, AuditKind.REDUCED))}) "
    f"AND ref IN (SELECT id FROM reward WHERE recipient {AMONG})) ORDER BY seq"
)
_MOST_UNNAMED: Final = 10_000  # events without a subject that take back or change their conversions


@dataclass(frozen=True, slots=True)
class Held:
    """What a database stores about a person.

    `references` are all references that the person is known by, `numbers` the matching row numbers. `tables` are the
    rows about the person, by table. `mentions` counts, by table, rows about others that name the person. `names` are
    all texts that identify the person: the references and the person's own codes, contacts and devices. `known_as` are
    the names, e-mail addresses and phone numbers in the client's records.
    """

    references: tuple[str, ...]
    numbers: frozenset[int]
    tables: dict[str, list[Row]]
    mentions: dict[str, int]
    names: tuple[str, ...] = field(repr=False)
    known_as: tuple[str, ...] = field(repr=False)


def person_held(
    db: Database, ref: str, known_as: Callable[[Sequence[str]], Sequence[str]] = lambda _references: ()
) -> Held | None:
    """Return everything that is stored about the person with a reference, or None if there is no such person.

    `known_as` returns the names, e-mail addresses and phone numbers that the client's records have for references, so
    that free text about the person is found.
    """
    person = person_called(db, ref)
    if person is None:
        return None
    numbers = _all_of(db, person)
    theirs = listed(numbers)
    found = db.execute(f"SELECT id, ref FROM person WHERE id {AMONG} ORDER BY id", (theirs,)).fetchall()
    references = tuple(one for _, one in found)
    tables: dict[str, list[Row]] = {"person": [{"id": number, "ref": one} for number, one in found]}
    for table, columns in PEOPLE.items():
        where = " OR ".join(f'"{column}" {AMONG}' for column in columns)
        tables[table] = _rows(db, table, where, [theirs] * len(columns))
    tables["audit"] = _rows(db, "audit", _OF_AUDIT, [theirs] * 3)
    tables["event"] += _unnamed(db, numbers, tables["event"])
    tables["event"].sort(key=lambda row: int(row["seq"]))
    query = select_on(db)
    own = _own(references, tables["event"], alike=ever_folded_codes(db))
    found = events_naming(query, own)
    naming_them = [one for one in found if one.type not in WRITTEN_REASONS]
    written = {one.seq: text for one in found if (text := reason_in(one)) is not None}
    codes = _spellings(own, naming_them)
    names = tuple(dict.fromkeys([*references, *codes, *own.contacts, *own.devices]))
    decisions = [int(row["id"]) for row in tables["decision"]]
    known = tuple(dict.fromkeys(known_as(references)))
    named = mentioning(names, known)
    by_reason = {
        *reasons_about(query, numbers, written),
        *(seq for seq, text in written.items() if named.search(text)),
    }
    by_reason -= {int(row["seq"]) for row in tables["event"]}
    refused = [one for one, *texts in quarantined_with(query, names, known) if any(map(named.search, texts))]
    ordered = [one for one, *texts in commands(query) if any(named.search(text or "") for text in texts)]
    tables["quarantine"] = _numbered(db, "quarantine", "number", refused)
    tables["command"] = _numbered(db, "command", "id", {*ordered, *verdicts_on(query, decisions)})
    mentions = _mentions(db, numbers, codes, naming_them) | ({"reason": len(by_reason)} if by_reason else {})
    return Held(references, frozenset(numbers), tables, mentions, names, known)


def _all_of(db: Database, person: int) -> list[int]:
    """Return the numbers of everybody whom merges joined with a person."""
    seen = {person}
    while True:
        after = db.execute("SELECT person FROM merge WHERE merged = ?", (person,)).fetchone()
        if after is None or after[0] in seen:
            break
        person = after[0]
        seen.add(person)
    return sorted({person, *merged_into(db, person)})


def _own(refs: Sequence[str], events: Sequence[Row], *, alike: bool) -> Names:
    """Return the person's own codes, contacts and devices; a friend's code is the referrer's."""
    links = [row for row in events if row["type"] == "link.created"]
    return Names(
        refs=refs,
        codes=_distinct("code", links),
        contacts=_distinct("contact_ref", events),
        devices=_distinct("device_ref", events),
        alike=alike,
    )


def _distinct(column: str, rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(str(row[column]) for row in rows if column in row))


def _spellings(own: Names, naming_them: Sequence[EventCells]) -> list[str]:
    """Return the person's own codes, in every spelling in use if case and spaces don't matter."""
    if not own.alike:
        return list(own.codes)
    used = (code for one in naming_them if (code := one.cells["code"]) is not None)
    alike = {_folded(code) for code in own.codes}
    return list(dict.fromkeys([*own.codes, *(code for code in used if _folded(code) in alike)]))


def _folded(code: str) -> str:
    return code.strip().casefold()


def _mentions(
    db: Database, numbers: Sequence[int], codes: Sequence[str], naming_them: Sequence[EventCells]
) -> dict[str, int]:
    made, theirs = attributions_of(select_on(db), (), codes), set(numbers)
    found = {
        "event": sum(one.person not in theirs for one in naming_them),
        "attribution": sum(one.referrer not in theirs for one in made),
    }
    return {table: count for table, count in found.items() if count}


def _numbered(db: Database, table: str, column: str, numbers: Iterable[int]) -> list[Row]:
    """Return the rows of a table that have these numbers, in their order."""
    wanted = listed(sorted(numbers))
    return _rows(db, table, f"{column} {AMONG} ORDER BY {column}", (wanted,))


def _unnamed(db: Database, numbers: Sequence[int], events: Sequence[Row]) -> list[Row]:
    """Return the events that name nobody but are about the person's conversions: reversals, verdicts and so on."""
    conversions = {(row["source"], row["id"]) for row in events}
    seqs = about_conversions(db, numbers, _MOST_UNNAMED)
    steering = _rows(db, "event", "steering IS NOT NULL AND person IS NULL", ())
    return [
        *_rows(db, "event", f"seq {AMONG}", (listed(seqs),)),
        *(row for row in steering if conversions & _named(row["steering"])),
    ]


def _named(text: object) -> set[tuple[object, object]]:
    """Return the source and id of the conversion that the data of such an event names."""
    try:
        fields = json.loads(str(text))
    except ValueError:
        return set()
    if not isinstance(fields, dict):
        return set()
    return {(fields.get(f"{field}_source"), fields.get(f"{field}_id")) for field in ("decision", "reward")}


def _rows(db: Database, table: str, where: str, values: Sequence[object]) -> list[Row]:
    cursor = db.execute(f"SELECT * FROM {table} WHERE {where}", values)
    names = [column[0] for column in cursor.description]
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None} for row in cursor
    ]
