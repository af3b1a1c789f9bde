"""Check one message exactly: the contract of `contract.py` field by field, with a reason for a person.

This decides what is accepted. It reads whatever the fast reader (`typed.py`) left over, and says which field of a bad
message is wrong and what would be right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from types import NoneType

from msgspec import Raw

from simulator.domain.errors import InputError
from simulator.events.attributes import check_attributes as check_own_attributes
from simulator.events.contacts import contact_in, looks_like_phone
from simulator.events.contract import (
    DATA_COLUMNS,
    EVENT_TYPES,
    EXTENSION_PATTERN,
    INFERRED,
    MAX_LINE_BYTES,
    PARTS,
    SOURCE_PATTERN,
    EventSpec,
    Field,
    Sender,
)
from simulator.events.lines import LongLine
from simulator.events.members import Members, own_word, read_fields, read_object, read_value
from simulator.events.moment import EXAMPLE, parse_moment
from simulator.events.values import (
    FieldError,
    Nested,
    OutOfRange,
    check_field,
    check_id,
    check_integer,
    check_reference,
    check_text,
    nearest,
    shorten,
    show,
)

Row = dict[str, str | int | bool | None]
"""A valid message by the names of MESSAGE_SCHEMA, less `received_at`; `stated`: its `receivedat` in a replay.

`occurred_at` is None where its time is to be inferred: only the time of receipt can tell it.
"""

EARLIEST_RECEIPT_MS = 946_684_800_000  # 2000-01-01T00:00:00Z
LATEST_RECEIPT_MS = 4_102_444_800_000  # 2100-01-01T00:00:00Z

ENVELOPE = ("specversion", "id", "source", "type", "time", "subject", "data", "receivedat", "seq", INFERRED)
_STAMPS = ("receivedat", "seq")
READ = frozenset((*ENVELOPE, "data_base64", "datacontenttype"))
"""Attributes that are read, or that the platform itself adds; all others are passed over."""
_SOURCE = re.compile(SOURCE_PATTERN)
_EXTENSION = re.compile(EXTENSION_PATTERN)
_JSON_TYPE = re.compile(
    r"(?:application|text)/json(?:\s*;.*)?|[^/;\s]+/[^/;\s]+\+json(?:\s*;.*)?", re.IGNORECASE
)
_REFERENCES = ("contact_ref", "device_ref", "into", "by")
_MAX_EXTENSION_INTEGER = 2**31 - 1  # CloudEvents' integers have 32 bits


@dataclass(frozen=True)
class Problem:
    """Why a message is malformed: the field (`data.code`; None for the whole message) and the reason.

    `source` and `id` are what the message says they are, masked; `stated` is a usable `receivedat` in milliseconds;
    `contacts` are its references that may be raw phone numbers, and must not be kept anywhere.
    """

    field: str | None
    reason: str
    source: str | None = None
    id: str | None = None
    stated: int | None = None
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """A valid message as a row, and the names of those of its attributes that are not kept."""

    row: Row
    passed_over: tuple[str, ...] = ()


def check_line(
    line: bytes, replay: bool, numeric: bool = False, *, infer_time: bool = False
) -> Checked | Problem:
    """Check one message against every rule of the contract that needs neither the time of receipt nor a program.

    In a `replay`, `receivedat` (integer milliseconds UTC) is required too. The last of two members of one
    name counts, as in every common JSON reader. With `numeric`, references may look like phone numbers; with
    `infer_time` a message without `time` is valid.
    """
    length = line.length if isinstance(line, LongLine) else len(line)
    if length > MAX_LINE_BYTES and len(line.rstrip(b"\r\n")) != MAX_LINE_BYTES:
        return Problem(None, _too_long(length, unclosed=isinstance(line, LongLine) and line.unclosed))
    try:
        members = read_object(line)
    except FieldError as bad:
        return Problem(bad.field, bad.reason)
    stated = _stated(members) if replay else None
    try:
        passed_over = check_attributes(members)
        row = _check_members(members, numeric, infer_time)
        if replay:
            what = "its time of receipt in a replay, in milliseconds UTC"
            value = _required(members, "receivedat", what)
            check_integer("receivedat", value, EARLIEST_RECEIPT_MS, LATEST_RECEIPT_MS)
    except FieldError as bad:
        source, own_id = own_word(members, "source"), own_word(members, "id")
        return Problem(bad.field, bad.reason, source, own_id, stated, _dialled(members))
    return Checked({**row, "stated": stated}, passed_over)


def _too_long(length: int, *, unclosed: bool) -> str:
    if unclosed:
        return (
            f"a bracket or quote is never closed, so the remaining {length:,} bytes of the file are one message, and "
            "no event in them was read; mend it and send the file again"
        )
    return f"{length:,} bytes long; a message has at most {MAX_LINE_BYTES:,} (1 MiB)"


def _stated(members: Members) -> int | None:
    value = read_value(members["receivedat"]) if "receivedat" in members else None
    usable = isinstance(value, int) and EARLIEST_RECEIPT_MS <= value <= LATEST_RECEIPT_MS
    return value if usable and isinstance(value, int) else None


def _dialled(members: Members) -> tuple[str, ...]:
    """List a refused message's references that look like phone numbers, and attributes that contain one."""
    values = [own for name in ("subject", *_REFERENCES) if name in members for own in [members[name]]]
    try:
        data = read_fields("data", members["data"]) if "data" in members else {}
    except FieldError:
        data = {}
    values += [data[name] for name in _REFERENCES if name in data]
    texts = [value for value in map(read_value, values) if isinstance(value, str)]
    return (*filter(looks_like_phone, texts), *_dialled_attributes(data))


def _dialled_attributes(data: Members) -> tuple[str, ...]:
    """List the attributes that look like phone numbers, whatever their names."""
    try:
        given = read_fields("data", data["attributes"]) if "attributes" in data else {}
    except FieldError:
        return ()
    values = [read_value(raw) for raw in given.values()]
    plain = [
        value if isinstance(value, str) else repr(value) for value in values if isinstance(value, (str, int))
    ]
    return tuple(text for text in plain if contact_in(text) == "a phone number")


# --- the envelope -------------------------------------------------------------------------------------------


def check_attributes(members: Members) -> tuple[str, ...]:
    """Check the attributes that are not read, and list those to pass over; raises `FieldError`."""
    passed_over: list[str] = []
    for name, raw in members.items():
        if name in _STAMPS and not isinstance(stamp := read_value(raw), (int, NoneType)):
            _check_extension(name, stamp)
        if name in READ:
            continue
        if name in DATA_COLUMNS or _EXTENSION.fullmatch(name) is None:
            raise FieldError(
                shorten(name), f"{show(name)} is not an attribute of an event{_right_attribute(name)}"
            )
        value = read_value(raw)
        if value is not None:
            _check_extension(name, value)
            passed_over.append(name)
    media = read_value(members["datacontenttype"]) if "datacontenttype" in members else None
    if media is not None and not (isinstance(media, str) and _JSON_TYPE.fullmatch(media)):
        raise FieldError("datacontenttype", f"{show(media)}; data is a JSON object, application/json")
    return tuple(passed_over)


def _right_attribute(name: str) -> str:
    """Suggest what was probably meant by an invalid attribute name."""
    given = name[:64].lower()
    if given in DATA_COLUMNS:
        return f": it is a field of data; write it as data.{given}"
    near = given if given in READ else next(iter(get_close_matches(given, ENVELOPE, 1)), None)
    rule = "; names are of small letters and digits"
    return f"{rule}; is {near} meant?" if near else rule


def _check_extension(name: str, value: object) -> None:
    """Check the value of an attribute that is not kept against what CloudEvents allows: text, integer or boolean."""
    if isinstance(value, Nested):
        hint = "; the fields of an event stand in data" if value.words == "an object" else ""
        raise FieldError(
            shorten(name), f"{value.words}; an extension is a text, an integer or a boolean{hint}"
        )
    if isinstance(value, (float, OutOfRange)) or (
        isinstance(value, int) and not -_MAX_EXTENSION_INTEGER - 1 <= value <= _MAX_EXTENSION_INTEGER
    ):
        raise FieldError(
            shorten(name), f"{show(value, number=True)}; a number in an extension is an integer of 32 bits"
        )
    if isinstance(value, str) and value:
        try:
            check_text(name, value, MAX_LINE_BYTES)
        except FieldError as bad:
            raise FieldError(shorten(name), bad.reason) from None


def _check_members(members: Members, numeric: bool, infer_time: bool) -> Row:
    version = _required(members, "specversion", '"1.0"')
    if version != "1.0":
        raise FieldError("specversion", f'{show(version)}; it must be the text "1.0"')
    own_id = check_id("id", _required(members, "id", "a text unique within the source"))
    source = check_text("source", _required(members, "source", "client/<system> or platform"))
    if _SOURCE.fullmatch(source) is None:
        raise FieldError(
            "source",
            f"{show(source)} is not platform or client/<system> (letters, digits, . _ -): a source says whose "
            "the event is, and is part of its key; give another form of it as an extension",
        )
    kind = _event_type(_required(members, "type", "one of the event types"))
    if source.partition("/")[0] not in kind.senders:
        senders = " or ".join("client/<system>" if s is Sender.CLIENT else "platform" for s in kind.senders)
        raise FieldError("source", f"{kind.name} comes from {senders}, not from {shorten(source)}")
    row: Row = {"source": source, "id": own_id, "type": kind.name, **_time(members, infer_time)}
    row["subject"] = _subject(members, kind, numeric)
    if "data_base64" in members and read_value(members["data_base64"]) is not None:
        raise FieldError("data_base64", "binary data is not read; write the fields as a JSON object in data")
    row.update(_data(members, kind, numeric))
    return row


def _time(members: Members, infer_time: bool) -> Row:
    """Read when it happened: None if that is to be inferred, and whether somebody has inferred it before."""
    inferred = read_value(members[INFERRED]) if INFERRED in members else None
    if inferred is not None and not isinstance(inferred, bool):
        raise FieldError(INFERRED, f"{show(inferred)}; it must be true or false, without quotes")
    if infer_time and ("time" not in members or read_value(members["time"]) is None):
        return {"occurred_at": None, "time_inferred": True}
    hint = "; ingest --infer-time takes the time of receipt in its place"
    time = _required(members, "time", "an RFC 3339 moment with an offset", hint)
    if isinstance(time, (int, float)) and not isinstance(time, bool):
        raise FieldError("time", f"a number; it must be an RFC 3339 text with an offset, such as {EXAMPLE}")
    time = check_text("time", time)
    try:
        return {"occurred_at": parse_moment(time), "time_inferred": inferred or None}
    except InputError as error:
        raise FieldError("time", f"{show(time)}: {error}") from None


def _required(members: Members, name: str, what: str, otherwise: str = "") -> object:
    """Read a member that every event needs; `otherwise` is the hint if it is missing and no similar name is there."""
    if name not in members:
        others = [other for other in islice(members, 50) if other not in READ]
        near = [o for o in others if o.lower() == name] or get_close_matches(name, others, 1)
        hint = f"; is {show(near[0])} meant?" if near else otherwise
        raise FieldError(name, f"missing: every event needs {what}{hint}")
    return read_value(members[name])


def _event_type(value: object) -> EventSpec:
    if not isinstance(value, str):
        raise FieldError(
            "type", f"{show(value)} is not an event type; write one as text, such as purchase.completed"
        )
    if value not in EVENT_TYPES:
        raise FieldError("type", f"{show(value)} is not an event type{nearest(value, tuple(EVENT_TYPES))}")
    return EVENT_TYPES[value]


def _subject(members: Members, kind: EventSpec, numeric: bool) -> str | None:
    value = read_value(members["subject"]) if "subject" in members else None
    if value is not None:
        return check_reference("subject", value, numeric)
    if kind.subject_required:
        raise FieldError(
            "subject", f"missing: {kind.name} is about a person; give the pseudonymous reference"
        )
    return None


# --- data ---------------------------------------------------------------------------------------------------


def _data(members: Members, kind: EventSpec, numeric: bool) -> Row:
    some = "data" in members and read_value(members["data"]) is not None
    given = read_fields("data", members["data"]) if some else {}
    declared = {field.name: field for field in kind.fields}
    for name in given:
        if name not in declared:
            hint = nearest(name, tuple(declared)) if declared else ", which has none"
            raise FieldError(f"data.{shorten(name)}", f"no field of {kind.name}{hint}")
    row: Row = {}
    for field in kind.fields:
        where = f"data.{field.name}"
        if field.name not in given:
            if field.required:
                raise FieldError(where, f"missing: {kind.name} needs it")
        elif field.kind in PARTS:
            row.update(_named(where, field, given[field.name]))
        elif field.kind == "attributes":
            row[field.name] = check_own_attributes(where, given[field.name])
        else:
            row[field.name] = check_field(where, field, read_value(given[field.name]), numeric)
    return row


def _named(where: str, field: Field, raw: Raw) -> Row:
    """Read an object that names something by its parts, such as a decision, as a column for each part."""
    parts = PARTS[field.kind]
    given = read_fields(where, raw)
    for name in given:
        if name not in parts:
            raise FieldError(f"{where}.{shorten(name)}", f"no field of a {field.kind}{nearest(name, parts)}")
    row: Row = {}
    for name in parts:
        if name not in given:
            *most, last = parts
            raise FieldError(
                f"{where}.{name}", f"missing: a {field.kind} is named by {', '.join(most)} and {last}"
            )
        check = check_id if name == "id" else check_text
        row[f"{field.name}_{name}"] = check(f"{where}.{name}", read_value(given[name]))
    return row
