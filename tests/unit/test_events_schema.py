"""The JSON Schema of events: it accepts what intake accepts, and refuses what intake refuses for its form."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from simulator.events.check import Problem, check_line
from simulator.events.contract import EVENT_TYPES
from simulator.events.schema import json_schema
from tests.unit.messages import VALID_DATA, event

TYPES: dict[str, Any] = {
    "string": str,
    "object": dict,
    "integer": int,
    "boolean": bool,
    "number": (int, float),
    "null": type(None),
}


def fits(value: Any, schema: Any) -> bool:
    """Judge a value by the keywords that the schema of events uses."""
    if isinstance(schema, bool):
        return schema
    unknown = set(schema) - set(CHECKS) - {"$schema", "title", "additionalProperties"}
    assert not unknown
    return all(CHECKS[name](value, schema[name], schema) for name in schema if name in CHECKS)


def typed(value: Any, wanted: Any, _schema: Any) -> bool:
    kinds = [wanted] if isinstance(wanted, str) else wanted
    return any(
        isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
        for kind in kinds
    )


def members(value: Any, wanted: Any, schema: Any) -> bool:
    others = schema.get("additionalProperties", True)
    return not isinstance(value, dict) or all(
        fits(one, wanted.get(name, others)) for name, one in value.items()
    )


CHECKS: dict[str, Any] = {
    "type": typed,
    "const": lambda value, wanted, _: value == wanted,
    "minProperties": lambda value, wanted, _: not isinstance(value, dict) or len(value) >= wanted,
    "maxProperties": lambda value, wanted, _: not isinstance(value, dict) or len(value) <= wanted,
    "enum": lambda value, wanted, _: value in wanted,
    "pattern": lambda value, wanted, _: not isinstance(value, str) or re.search(wanted, value) is not None,
    "minLength": lambda value, wanted, _: not isinstance(value, str) or len(value) >= wanted,
    "maxLength": lambda value, wanted, _: not isinstance(value, str) or len(value) <= wanted,
    "minimum": lambda value, wanted, _: (
        isinstance(value, bool) or not isinstance(value, (int, float)) or value >= wanted
    ),
    "maximum": lambda value, wanted, _: (
        isinstance(value, bool) or not isinstance(value, (int, float)) or value <= wanted
    ),
    "required": lambda value, wanted, _: not isinstance(value, dict) or set(wanted) <= set(value),
    "properties": members,
    "propertyNames": lambda value, wanted, _: (
        not isinstance(value, dict) or all(fits(name, wanted) for name in value)
    ),
    "oneOf": lambda value, wanted, _: sum(fits(value, one) for one in wanted) == 1,
    "anyOf": lambda value, wanted, _: any(fits(value, one) for one in wanted),
}
SCHEMA = json_schema()


def values(*given: Any) -> tuple[Any, ...]:
    return given


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_type_fits_and_loses_its_fit_with_a_required_field(kind: str) -> None:
    assert fits(event(kind), SCHEMA)
    for field in EVENT_TYPES[kind].fields:
        rest = {name: value for name, value in VALID_DATA[kind].items() if name != field.name}
        assert fits(event(kind, rest), SCHEMA) is not field.required


@pytest.mark.parametrize(
    "change",
    [
        *({"id": value} for value in values("x", "x" * 1024, "x" * 1025, "", 5, "order@2026")),
        *({"source": value} for value in values("client/shop", "platform", "client/a/b", "shop", 5)),
        *({"subject": value} for value in values("partnerid/5:clientid/100", "a b", "", None, "x" * 129)),
        *(
            {"time": value}
            for value in values("2026-01-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:60Z", 5)
        ),
        *({"type": value} for value in values("bill.paid", "bill.payed", 5)),
        *({"specversion": value} for value in values("1.0", "0.3", 1)),
        *(
            {"data": value}
            for value in values({}, None, [], "x", {"amount_minor": 9_000_000_001}, {"Code": "x"})
        ),
        *({"data": {"amount_minor": value}} for value in values(0, 9_000_000_000, -1, 1.5, "5", True, None)),
        *({"data": {"currency": value}} for value in values("GBP", "gbp", "")),
        *({"data": {"outcome": value}} for value in values("ok", "", "x" * 257)),
        *({name: {"a": 1}} for name in ("Data", "payload")),
        *({name: 1500} for name in ("amount_minor", "code", "amountminor", "ext@")),
        *({"note": value} for value in values("x", 5, True, None, 1.5, 2**31, [1])),
        {"data_base64": "e30="},
        {"datacontenttype": "application/json"},
    ],
    ids=str,
)
def test_the_schema_and_the_door_agree(change: dict[str, Any]) -> None:
    made = event(**change)
    door = not isinstance(check_line(json.dumps(made).encode(), replay=False), Problem)
    assert fits(made, SCHEMA) is door
