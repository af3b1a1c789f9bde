"""Check a client's own attributes: an object of a few named texts, numbers and booleans, kept as canonical JSON text.

Names are sorted, numbers are those of JSON: `1`, `1.0` and `1e0` are one, so that equal values are equal texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import orjson
from msgspec import Raw

from simulator.events.contacts import contact_in
from simulator.events.contract import (
    ATTRIBUTE_PATTERN,
    MAX_ATTRIBUTE_NAME,
    MAX_ATTRIBUTES,
    MAX_INTEGER,
)
from simulator.events.members import read_fields, read_value
from simulator.events.values import FieldError, OutOfRange, check_text, shorten, show

Value = str | bool | int | float
_NAME = re.compile(ATTRIBUTE_PATTERN)
_RIGHT = "it must be a text, a number, true or false"


def check_attributes(where: str, raw: Raw) -> str:
    """Check an object of attributes, and return it as canonical JSON; raises `FieldError` with the first problem."""
    given = read_fields(where, raw)
    return as_text(_checked(where, {name: read_value(value) for name, value in given.items()}))


def as_text(attributes: Mapping[str, Value]) -> str:
    """Write attributes as canonical JSON text: names sorted, whole numbers without a point, no spaces."""
    plain: Mapping[str, Value] = attributes
    if any(type(value) is float for value in attributes.values()):
        plain = {
            name: _number(value) if isinstance(value, float) else value for name, value in attributes.items()
        }
    try:
        return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # an integer of more than 64 bits: the check refuses it by its text
        return repr(plain)


def as_values(text: str | None) -> dict[str, Value]:
    """Read canonical JSON text back as attributes; empty if there is no text."""
    if text is None:
        return {}
    values: dict[str, Value] = orjson.loads(text)
    return values


def may_be_kept(text: str) -> bool:
    """Return whether a text is that of attributes which pass the check."""
    try:
        found = orjson.loads(text)
        return isinstance(found, dict) and as_text(_checked("", found)) == text
    except (FieldError, ValueError):
        return False


def _checked(where: str, given: Mapping[str, object]) -> dict[str, Value]:
    if not given:
        raise FieldError(where, "empty; give at least 1 attribute, or leave the field out")
    if len(given) > MAX_ATTRIBUTES:
        raise FieldError(where, f"{len(given):,} attributes; at most {MAX_ATTRIBUTES}")
    return {_name(where, name): _value(f"{where}.{name}", name, value) for name, value in given.items()}


def _name(where: str, name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise FieldError(
            f"{where}.{shorten(name)}",
            f"{show(name)} can't name an attribute; a name is a small letter, then small letters, digits and _, "
            f"at most {MAX_ATTRIBUTE_NAME} characters in all",
        )
    return name


def _value(where: str, name: str, value: object) -> Value:
    if isinstance(value, str):
        check_text(where, value)
    elif isinstance(value, OutOfRange) or (
        isinstance(value, (int, float)) and not -MAX_INTEGER <= value <= MAX_INTEGER
    ):
        raise FieldError(where, f"a number out of range; it must be from -{MAX_INTEGER} to {MAX_INTEGER}")
    elif not isinstance(value, (bool, int, float)):
        raise FieldError(where, f"{show(value)}; {_RIGHT}")
    # alone, since the recogniser passes over the numbers of some names; with its name, as others are references
    contact = contact_in(str(value)) or contact_in(as_text({name: value}))
    if contact is not None:
        raise FieldError(where, f"holds {contact}; no raw contact may cross")
    return value


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() else value
