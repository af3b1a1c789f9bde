"""Export the layout of a program file as a JSON Schema, for editors that complete and check TOML."""

from __future__ import annotations

from collections.abc import Callable

from simulator.domain.currencies import DIGITS
from simulator.domain.zones import zone_names
from simulator.events.contract import ATTRIBUTE_PATTERN, MAX_TEXT
from simulator.program.facts import AT_CONVERSION, AT_RELEASE
from simulator.program.layout import ATTRIBUTE_OF, ATTRIBUTE_TYPES, CAP, TABLES, Form, Key, Table
from simulator.program.sqltext import MAX_TEXT as MAX_EXPRESSION
from simulator.program.values import MAX_COUNT, MAX_PERCENT, MAX_SENTENCE, MAX_WEIGHTS

Schema = dict[str, object]

_DURATION = "^0*[1-9][0-9]*[mhdw]$"
_WORD = f"^{ATTRIBUTE_PATTERN}$"
_DURATION_OR_ZERO = "^[0-9]+[mhdw]$"


def json_schema() -> Schema:
    """Build the schema in draft 7, which TOML editors support best.

    It covers the layout only. References to names, minor units and expressions need the whole file: `program check`.
    """
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Referral program",
        **_of_table({table.name: _of_tables(table) for table in TABLES}, TABLES),
    }


def _of_tables(table: Table) -> Schema:
    keys = {key.name: {"description": key.note, **_FORMS[key.form](key)} for key in table.keys}
    one = _of_table(keys, table.keys)
    one |= _TOGETHER.get(table.name, {})
    if table.name == "reward":
        one["oneOf"] = [{"required": ["value"]}, {"required": ["percent"]}]
    if table.name == CAP.name:
        one["anyOf"] = [{"required": ["count"]}, {"required": ["value"]}]
    if table.each is not None:
        own = {"description": table.each.note, **_FORMS[table.each.form](table.each)}
        names: Schema = {"enum": sorted(DIGITS)} if table.each.form == "rate" else {"pattern": _WORD}
        return {
            "description": table.note,
            "type": "object",
            "propertyNames": names,
            "additionalProperties": own,
        }
    if table.many:
        return {"description": table.note, "type": "array", "minItems": 1, "items": one}
    return {"description": table.note, **one}


def _of_table(properties: dict[str, Schema], parts: tuple[Key, ...] | tuple[Table, ...]) -> Schema:
    required = [part.name for part in parts if part.required]
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def _text(longest: int) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": longest}


def _list(items: Schema, longest: int | None = None) -> Schema:
    most = {} if longest is None else {"maxItems": longest}
    return {"type": "array", "items": items, "minItems": 1, **most}


def _expression(key: Key) -> Schema:
    facts = ", ".join((AT_RELEASE if key.name == "keep_if" else AT_CONVERSION).usable)
    return {
        **_text(MAX_EXPRESSION),
        "description": f"{key.note} The facts: {facts}, attributes and variants.",
    }


_COUNT: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_COUNT}

_ATTRIBUTE_TYPE: Schema = {"type": "string", "enum": list(ATTRIBUTE_TYPES)}
_ATTRIBUTE: Schema = {
    "type": "object",
    "properties": {"of": {"type": "string", "enum": list(ATTRIBUTE_OF)}, "type": _ATTRIBUTE_TYPE},
    "required": ["type"],
    "additionalProperties": False,
}
_TOGETHER: dict[str, Schema] = {
    "program": {"dependencies": {"stops": ["referrers"]}},
    "reward": {
        "dependencies": {
            "max": ["percent"],
            "min": ["percent"],
            "choices": ["choose_within"],
            "choose_within": ["choices"],
            "otherwise": ["choices"],
            "dated_by": {"anyOf": [{"required": ["from"]}, {"required": ["until"]}]},
            "kind": {"not": {"required": ["choices"]}},
        }
    },
    "budget": {"dependencies": {key: ["total"] for key in ("period", "over", "short", "returns")}},
}
"""By table, the keys that need others beside them."""

_FORMS: dict[Form, Callable[[Key], Schema]] = {
    "text": lambda _: _text(MAX_TEXT),
    "sentence": lambda _: _text(MAX_SENTENCE),
    "choice": lambda key: {"type": "string", "enum": list(key.choices)},
    "choices": lambda key: {**_list({"type": "string", "enum": list(key.choices)}), "uniqueItems": True},
    "names": lambda _: {**_list(_text(MAX_TEXT)), "uniqueItems": True},
    "currency": lambda _: {"type": "string", "enum": sorted(DIGITS)},
    "moment": lambda _: {"type": "string", "format": "date-time"},
    "duration": lambda _: {"type": "string", "pattern": _DURATION},
    "hold": lambda _: {"type": "string", "pattern": _DURATION_OR_ZERO},
    "occurrence": lambda _: {"anyOf": [_COUNT, {"type": "string", "enum": ["any", "each"]}]},
    "boolean": lambda _: {"type": "boolean"},
    "expression": _expression,
    "money": lambda _: {"type": "number", "exclusiveMinimum": 0},
    "percent": lambda _: {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_PERCENT},
    "whole": lambda _: _COUNT,
    "tier": lambda _: _list(_COUNT, longest=2),
    "caps": lambda _: _of_tables(CAP),
    "zone": lambda _: {"type": "string", "enum": list(zone_names())},
    "kinds": lambda _: {**_list(_text(MAX_TEXT)), "uniqueItems": True},
    "word": lambda _: {"type": "string", "pattern": _WORD},
    "weights": lambda _: {
        "type": "object",
        "propertyNames": {"pattern": _WORD},
        "additionalProperties": {"type": "integer", "minimum": 0, "maximum": MAX_WEIGHTS},
        "minProperties": 1,
    },
    "attribute": lambda _: {"anyOf": [_ATTRIBUTE_TYPE, _ATTRIBUTE]},
    "rate": lambda _: {"type": "number", "exclusiveMinimum": 0},
    "window": lambda key: {
        "anyOf": [
            {"type": "string", "enum": list(key.choices)},
            {"type": "string", "pattern": _DURATION},
        ]
    },
}
