"""The exact check of one message: the contract of `contract.py` field by field, with a reason for a person.

This is the authority at the door. It reads whatever the quick reader (`typed.py`) did not take, and says of
a bad message which field is wrong and what would be right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from msgspec import Raw

from simulator.domain.errors import InputError
from simulator.events.contract import EVENT_TYPES, MAX_INTEGER, SOURCE_PATTERN, EventSpec, Sender
from simulator.events.members import Members, own_word, read_fields, read_object, read_value
from simulator.events.moment import EXAMPLE, parse_moment
from simulator.events.values import (
    Bad,
    check_field,
    check_integer,
    check_reference,
    check_text,
    nearest,
    shorten,
    show,
)

Row = dict[str, str | int | bool | None]
"""A valid message by the names of MESSAGE_SCHEMA, less `received_at`; `stated`: its `receivedat` in a replay."""

DECISION_FIELDS = ("source", "id", "milestone")
_ENVELOPE = ("specversion", "id", "source", "type", "time", "subject", "data", "receivedat")
_SOURCE = re.compile(SOURCE_PATTERN)


@dataclass(frozen=True)
class Problem:
    """Why a message is malformed: the field (`data.code`; None: the whole) and the reason.

    `source` and `id` are what it said of itself, masked; `stated` is a usable `receivedat` in milliseconds.
    """

    field: str | None
    reason: str
    source: str | None = None
    id: str | None = None
    stated: int | None = None


def check_line(line: bytes, replay: bool) -> Row | Problem:
    """Check one message by every rule of the contract that needs neither the time of receipt nor a program.

    In a `replay`, `receivedat` (integer milliseconds UTC) is required too. The last of two members of one
    name counts, as in every common JSON reader.
    """
    try:
        members = read_object(line)
    except Bad as bad:
        return Problem(bad.field, bad.reason)
    stated = _stated(members) if replay else None
    try:
        row = _check_members(members)
        if replay:
            what = "its time of receipt in a replay, in milliseconds UTC"
            check_integer("receivedat", _required(members, "receivedat", what), 0)
    except Bad as bad:
        source, own_id = own_word(members, "source"), own_word(members, "id")
        return Problem(bad.field, bad.reason, source, own_id, stated)
    return {**row, "stated": stated}


def _stated(members: Members) -> int | None:
    value = read_value(members["receivedat"]) if "receivedat" in members else None
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_INTEGER
    return value if usable and isinstance(value, int) else None


# --- the envelope -------------------------------------------------------------------------------------------


def _check_members(members: Members) -> Row:
    version = _required(members, "specversion", '"1.0"')
    if version != "1.0":
        raise Bad("specversion", f'{show(version)}; it must be the text "1.0"')
    own_id = check_text("id", _required(members, "id", "a text unique within the source"))
    source = check_text("source", _required(members, "source", "client/<system> or platform"))
    if _SOURCE.fullmatch(source) is None:
        raise Bad("source", f"{show(source)} is not platform or client/<system> (letters, digits, . _ -)")
    kind = _event_type(_required(members, "type", "one of the event types"))
    if source.partition("/")[0] not in kind.senders:
        senders = " or ".join("client/<system>" if s is Sender.CLIENT else "platform" for s in kind.senders)
        raise Bad("source", f"{kind.name} comes from {senders}, not from {shorten(source)}")
    time = _required(members, "time", "an RFC 3339 moment with an offset")
    if isinstance(time, (int, float)) and not isinstance(time, bool):
        raise Bad("time", f"a number; it must be an RFC 3339 text with an offset, such as {EXAMPLE}")
    time = check_text("time", time)
    try:
        occurred_at = parse_moment(time)
    except InputError as error:
        raise Bad("time", f"{show(time)}: {error}") from None
    row: Row = {"source": source, "id": own_id, "type": kind.name, "occurred_at": occurred_at}
    row["subject"] = _subject(members, kind)
    if "data_base64" in members and read_value(members["data_base64"]) is not None:
        raise Bad("data_base64", "binary data is not read; write the fields as a JSON object in data")
    row.update(_data(members, kind))
    return row


def _required(members: Members, name: str, what: str) -> object:
    if name not in members:
        others = [other for other in islice(members, 50) if other not in _ENVELOPE]
        near = [o for o in others if o.lower() == name] or get_close_matches(name, others, 1)
        hint = f"; is {show(near[0])} meant?" if near else ""
        raise Bad(name, f"missing: every event needs {what}{hint}")
    return read_value(members[name])


def _event_type(value: object) -> EventSpec:
    if not isinstance(value, str):
        raise Bad("type", f"{show(value)} is no event type; write one as text, such as purchase.completed")
    if value not in EVENT_TYPES:
        raise Bad("type", f"{show(value)} is no event type{nearest(value, tuple(EVENT_TYPES))}")
    return EVENT_TYPES[value]


def _subject(members: Members, kind: EventSpec) -> str | None:
    value = read_value(members["subject"]) if "subject" in members else None
    if value is not None:
        return check_reference("subject", value)
    if kind.subject_required:
        raise Bad("subject", f"missing: {kind.name} is about a person; give the pseudonymous reference")
    return None


# --- data ---------------------------------------------------------------------------------------------------


def _data(members: Members, kind: EventSpec) -> Row:
    some = "data" in members and read_value(members["data"]) is not None
    given = read_fields("data", members["data"]) if some else {}
    declared = {field.name: field for field in kind.fields}
    for name in given:
        if name not in declared:
            hint = nearest(name, tuple(declared)) if declared else ", which has none"
            raise Bad(f"data.{shorten(name)}", f"no field of {kind.name}{hint}")
    row: Row = {}
    for field in kind.fields:
        where = f"data.{field.name}"
        if field.name not in given:
            if field.required:
                raise Bad(where, f"missing: {kind.name} needs it")
        elif field.kind == "decision":
            row.update(_decision(where, given[field.name]))
        else:
            row[field.name] = check_field(where, field, read_value(given[field.name]))
    return row


def _decision(where: str, raw: Raw) -> Row:
    given = read_fields(where, raw)
    for name in given:
        if name not in DECISION_FIELDS:
            raise Bad(f"{where}.{shorten(name)}", f"no field of a decision{nearest(name, DECISION_FIELDS)}")
    row: Row = {}
    for name in DECISION_FIELDS:
        if name not in given:
            raise Bad(f"{where}.{name}", "missing: a decision is named by source, id and milestone")
        row[f"decision_{name}"] = check_text(f"{where}.{name}", read_value(given[name]))
    return row
