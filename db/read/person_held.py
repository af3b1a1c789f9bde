"""Read everything that a database holds on a person, table by table.

Some of it is found by scanning the log, so it is for a command, not for a screen. Standard library only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from db.read.event_fields import about_conversions
from db.read.people import merged_into, person_called
from db.sqlite.readonly import Database
from simulator.domain.vocabulary import AuditKind, RewardState

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
_IDENTIFIERS: Final = ("code", "contact_ref", "device_ref")
_OF_AUDIT: Final = (
    "person IN ({0}) OR (kind = 'attributed' AND ref IN (SELECT seq FROM attribution WHERE referrer IN ({0}))) "
    f"OR (kind IN ({', '.join(repr(str(kind)) for kind in (*RewardState, AuditKind.REDUCED))}) "
    "AND ref IN (SELECT id FROM reward WHERE recipient IN ({0}))) ORDER BY seq"
)
_MOST_UNNAMED: Final = 10_000  # events without a subject that take back or change their conversions


@dataclass(frozen=True, slots=True)
class Held:
    """What a database holds on a person.

    `references` are all that the person is known by, `numbers` theirs in the rows. `tables` are the rows about the
    person, by table. `mentions` counts, by table, rows about others with a code, contact or device of the person's.
    """

    references: tuple[str, ...]
    numbers: frozenset[int]
    tables: dict[str, list[Row]]
    mentions: dict[str, int]


def person_held(db: Database, ref: str) -> Held | None:
    """Return everything that is held on whom a reference is of, or None if nobody is called so."""
    person = person_called(db, ref)
    if person is None:
        return None
    numbers = _all_of(db, person)
    marks = _marks(numbers)
    found = db.execute(f"SELECT id, ref FROM person WHERE id IN ({marks}) ORDER BY id", numbers).fetchall()
    references = tuple(one for _, one in found)
    tables: dict[str, list[Row]] = {"person": [{"id": number, "ref": one} for number, one in found]}
    for table, columns in PEOPLE.items():
        where = " OR ".join(f'"{column}" IN ({marks})' for column in columns)
        tables[table] = _rows(db, table, where, numbers * len(columns))
    tables["audit"] = _rows(db, "audit", _OF_AUDIT.format(marks), numbers * 3)
    tables["event"] += _unnamed(db, numbers, tables["event"])
    tables["event"].sort(key=lambda row: int(row["seq"]))
    own = _own_identifiers(tables["event"])
    tables["quarantine"] = list(_naming(db, "quarantine", "message", [*references, *own]))
    tables["command"] = list(_naming(db, "command", "args", [*references, *own]))
    return Held(references, frozenset(numbers), tables, _mentions(db, numbers, own))


def _all_of(db: Database, person: int) -> list[int]:
    """Return the numbers of everybody whom merges made one with a person."""
    seen = {person}
    while True:
        after = db.execute("SELECT person FROM merge WHERE merged = ?", (person,)).fetchone()
        if after is None or after[0] in seen:
            break
        person = after[0]
        seen.add(person)
    return sorted({person, *merged_into(db, person)})


def _own_identifiers(events: Sequence[Row]) -> list[str]:
    """Return the codes, contacts and devices that are the person's own; a friend's code is the referrer's."""
    own = {
        str(row[name])
        for row in events
        for name in _IDENTIFIERS
        if name in row and (name != "code" or row["type"] == "link.created")
    }
    return sorted(own)


def _mentions(db: Database, numbers: Sequence[int], own: Sequence[str]) -> dict[str, int]:
    found = {}
    for table, columns, about in (
        ("event", _IDENTIFIERS, "coalesce(person, -1)"),
        ("attribution", ("code",), "referrer"),
    ):
        where = " OR ".join(f'"{column}" IN ({_marks(own)})' for column in columns)
        (count,) = db.execute(
            f"SELECT COUNT(*) FROM {table} WHERE ({where}) AND {about} NOT IN ({_marks(numbers)})",
            (*(list(own) * len(columns)), *numbers),
        ).fetchone()
        if count:
            found[table] = count
    return found


def _naming(db: Database, table: str, column: str, texts: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a table in a text of which one of these stands, quoted as JSON texts are."""
    where = " OR ".join(f'instr("{column}", ?)' for _ in texts)
    yield from _rows(db, table, where, [f'"{text}"' for text in texts])


def _unnamed(db: Database, numbers: Sequence[int], events: Sequence[Row]) -> list[Row]:
    """Return the events that name nobody and are about the person's conversions: reversals, verdicts and so on."""
    conversions = {(row["source"], row["id"]) for row in events}
    seqs = about_conversions(db, numbers, _MOST_UNNAMED)
    steering = _rows(db, "event", "steering IS NOT NULL AND person IS NULL", ())
    return [
        *_rows(db, "event", f"seq IN ({_marks(seqs)})", seqs),
        *(row for row in steering if conversions & _named(row["steering"])),
    ]


def _named(text: object) -> set[tuple[object, object]]:
    """Return the source and id of the conversion that the data of such an event names."""
    try:
        said = json.loads(str(text))
    except ValueError:
        return set()
    if not isinstance(said, dict):
        return set()
    return {(said.get(f"{field}_source"), said.get(f"{field}_id")) for field in ("decision", "reward")}


def _rows(db: Database, table: str, where: str, values: Sequence[object]) -> list[Row]:
    cursor = db.execute(f"SELECT * FROM {table} WHERE {where}", values)
    names = [column[0] for column in cursor.description]
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None} for row in cursor
    ]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
