"""Read messages as JSON members, each on its own, so that a bad one can be named.

JSON means what the fast reader accepts: msgspec's strict reader over the whole line, UTF-8 throughout. Members that
nobody asks for are checked, but not kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache

import msgspec

from simulator.events.values import FieldError, Nested, OutOfRange, shorten, show

Members = dict[str, msgspec.Raw]
_SURROGATE = re.compile("[\ud800-\udfff]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DEEPEST = 200  # brackets within each other; what Python's own limit is depends on its version
_TOO_DEEP = "nested too deeply; an event has an object in an object at most"
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


@cache
def _decoder() -> Callable[[bytes | msgspec.Raw], Members]:
    return msgspec.json.Decoder(Members).decode


def read_object(line: bytes) -> Members:
    """Read a line as one JSON object of unread members; raises `FieldError` with what is wrong with it."""
    if _too_deep(line):
        raise FieldError(None, _TOO_DEEP)
    try:
        line.decode("utf-8")
        return _decoder()(line)
    except UnicodeDecodeError as error:
        at = error.start
        raise _located(
            line, f"not UTF-8: byte 0x{line[at]:02x} at position {at}; write it in UTF-8"
        ) from None
    except msgspec.ValidationError:
        kind = {ord("["): "a list", ord('"'): "a text"}.get(line.lstrip()[0], "a number, true, false or null")
        raise FieldError(None, f"{kind}, not a JSON object; one event to a line, in braces") from None
    except msgspec.DecodeError as error:
        raise _not_json(line, str(error).removeprefix("JSON is malformed: ")) from None
    except RecursionError:
        raise FieldError(None, _TOO_DEEP) from None


def _too_deep(line: bytes) -> bool:
    """Return whether brackets outside texts stand deeper within each other than any Python here can read."""
    if line.count(b"[") + line.count(b"{") <= _DEEPEST:
        return False
    depth = 0
    for found in _BRACKETS.finditer(line):
        if found[0] in b"[{":
            depth += 1
            if depth > _DEEPEST:
                return True
        elif found[0] in b"]}":
            depth -= 1
    return False


def read_value(raw: msgspec.Raw) -> object:
    """Read a single value; a list or an object is not opened, only named."""
    head = bytes(raw)[:1]
    if head in (b"[", b"{"):
        return Nested("a list" if head == b"[" else "an object")
    try:
        return msgspec.json.decode(raw)
    except msgspec.ValidationError:
        return OutOfRange()


def read_fields(where: str, raw: msgspec.Raw) -> Members:
    """Read the members of an object within a message; raises `FieldError` if it is not an object."""
    value = read_value(raw)
    if not isinstance(value, Nested) or value.words != "an object":
        raise FieldError(where, f"{show(value)}; it must be a JSON object")
    return _decoder()(raw)


def own_word(members: Members, name: str) -> str | None:
    """Return a member's value as text, masked and shortened, if it is a text."""
    value = read_value(members[name]) if name in members else None
    return shorten(value, bare=name != "id") if isinstance(value, str) else None


# --- lines that are no JSON ---------------------------------------------------------------------------------


def _not_json(line: bytes, detail: str) -> FieldError:
    if line.startswith(_BYTE_ORDER_MARK):
        return FieldError(None, "not JSON: begins with a byte order mark; write UTF-8 without it")
    if b"\\ud" in line.lower():
        found = _located(
            line, "holds half of a surrogate pair (\\ud800 to \\udfff alone), which is not a character"
        )
        if found.field is not None:
            return found
    if detail == "Input data was truncated":
        detail = "it ends too early"
    return FieldError(None, f"not JSON: {detail}; one whole event to a line")


def _located(line: bytes, reason: str) -> FieldError:
    """Name the member with a character that can't be stored, if the line is otherwise JSON."""
    try:
        found = json.loads(line.decode("utf-8", "surrogateescape"))
        names = _surrogate_path(found) if isinstance(found, dict) else None
    except (ValueError, RecursionError):
        names = None
    if names is None:
        return FieldError(None, reason)
    # each name is masked by itself: after the dot that joins them a number would not stand alone
    clean = (name.encode("utf-8", "backslashreplace").decode("utf-8") for name in names)
    return FieldError(".".join(map(shorten, clean)), reason)


def _surrogate_path(found: object) -> list[str] | None:
    """Find the first member that holds a surrogate, in its name or its value: the names that lead there."""
    if isinstance(found, str):
        return [] if _SURROGATE.search(found) else None
    if isinstance(found, dict):
        for name, value in found.items():
            inner = [] if _SURROGATE.search(name) else _surrogate_path(value)
            if inner is not None:
                return [name, *inner]
    if isinstance(found, list):
        return next((inner for value in found if (inner := _surrogate_path(value)) is not None), None)
    return None
