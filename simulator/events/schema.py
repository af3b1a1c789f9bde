"""Express the event contract as a JSON Schema, for those who send events."""

from __future__ import annotations

from simulator.events.contract import (
    ATTRIBUTE_PATTERN,
    DATA_COLUMNS,
    EVENT_TYPES,
    EXTENSION_PATTERN,
    INFERRED,
    MAX_ATTRIBUTES,
    MAX_ID,
    MAX_INTEGER,
    MAX_TEXT,
    PARTS,
    REFERENCE_PATTERN,
    SOURCE_PATTERN,
    EventSpec,
    Field,
    Sender,
)

Schema = dict[str, object]

_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"


def json_schema() -> Schema:
    """Build the JSON Schema (draft 2020-12) of one event.

    It holds what can be seen in the event alone and said in a schema: raw contacts, hidden characters, times of receipt
    and programs are checked on receipt.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Event of a referral program",
        "oneOf": [_event(kind) for kind in EVENT_TYPES.values()],
    }


def _event(kind: EventSpec) -> Schema:
    fields = {field.name: _field(field) for field in kind.fields}
    needed = [field.name for field in kind.fields if field.required]
    data: Schema = {"type": "object", "properties": fields, "additionalProperties": False}
    required = ["specversion", "id", "source", "type", "time"]
    if needed:
        data["required"] = needed
        required.append("data")
    else:
        data = {"anyOf": [data, {"type": "null"}]}
    reference: Schema = _reference()
    if kind.subject_required:
        required.append("subject")
    else:
        reference = {"anyOf": [reference, {"type": "null"}]}
    return {
        "title": kind.name,
        "type": "object",
        "properties": {
            "specversion": {"const": "1.0"},
            "id": _text(MAX_ID),
            "source": {"type": "string", "maxLength": MAX_TEXT, "pattern": f"^(?:{_sources(kind)})$"},
            "type": {"const": kind.name},
            "time": {"type": "string", "maxLength": MAX_TEXT, "pattern": _TIME},
            "subject": reference,
            "data": data,
            "data_base64": {"type": "null"},
            "datacontenttype": {"type": ["string", "null"]},
            "receivedat": {"type": ["integer", "null"]},
            "seq": {"type": ["integer", "null"]},
            INFERRED: {"type": ["boolean", "null"]},
            **dict.fromkeys(DATA_COLUMNS, False),  # fields of data stand in data
        },
        "required": required,
        "propertyNames": {"pattern": f"^(?:{EXTENSION_PATTERN}|data_base64)$"},
        "additionalProperties": {
            "type": ["string", "integer", "boolean", "null"],
            "minimum": -(2**31),
            "maximum": 2**31 - 1,
        },
    }


def _sources(kind: EventSpec) -> str:
    if len(kind.senders) > 1:
        return SOURCE_PATTERN
    platform, client = SOURCE_PATTERN.split("|")
    return platform if kind.senders == (Sender.PLATFORM,) else client


def _field(field: Field) -> Schema:  # noqa: PLR0911 - one a kind
    match field.kind:
        case "integer":
            return {"type": "integer", "minimum": field.minimum, "maximum": field.maximum}
        case "boolean":
            return {"type": "boolean"}
        case "choice":
            return {"type": "string", "enum": list(field.choices)}
        case "currency":
            return {"type": "string", "pattern": "^[A-Z]{3}$"}
        case "reference":
            return _reference()
        case "id":
            return _text(MAX_ID)
        case "decision" | "reward":
            parts = {part: _text(MAX_ID if part == "id" else MAX_TEXT) for part in PARTS[field.kind]}
            return {
                "type": "object",
                "properties": parts,
                "required": list(parts),
                "additionalProperties": False,
            }
        case "attributes":
            return _attributes()
        case "program":
            return {"type": "string", "minLength": 1}
        case _:
            return _text(MAX_TEXT)


def _attributes() -> Schema:
    number = {"type": "number", "minimum": -MAX_INTEGER, "maximum": MAX_INTEGER}
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": MAX_ATTRIBUTES,
        "propertyNames": {"pattern": f"^(?:{ATTRIBUTE_PATTERN})$"},
        "additionalProperties": {"anyOf": [_text(MAX_TEXT), number, {"type": "boolean"}]},
    }


def _text(longest: int) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": longest}


def _reference() -> Schema:
    return {"type": "string", "pattern": f"^{REFERENCE_PATTERN}$"}
