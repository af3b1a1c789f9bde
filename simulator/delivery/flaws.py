"""Break a valid message in each way that the contract forbids.

A flaw has a number (1, 2, 3 …), its place in `FLAWS`; 0 is none. `CUT` is a line that ends in the middle, like the
last one of a file whose transfer broke off.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import orjson

from simulator.events.contract import EVENT_TYPES

CUT: Final = 1
_YEARS = 4  # letters of a moment's year
Message = dict[str, Any]


def _whole(_message: Message) -> None:
    """Change no member: the line itself is cut."""


def _unknown_type(message: Message) -> None:
    message["type"] += ".v2"


def _wrong_source(message: Message) -> None:
    message["source"] = message["source"].removeprefix("client/")


def _missing_field(message: Message) -> None:
    fields = EVENT_TYPES[message["type"]].fields
    required = next((field.name for field in fields if field.required), None)
    if required is None:
        del message["subject"]
    else:
        del message["data"][required]


def _ill_typed(message: Message) -> None:
    data = message["data"]
    if "amount_minor" in data:
        data["amount_minor"] = f"{data['amount_minor'] / 100:.2f}"
    elif "reason" in data:
        data["reason"] = "changed-mind" if message["type"] == "conversion.reversed" else 7
    elif "contact_kind" in data:
        data["contact_kind"] = "fax"
    else:
        name = next((name for name in ("reinstates", "into", "reward") if name in data), "new_customer")
        data[name] = 7


def _undeclared_field(message: Message) -> None:
    message["data"]["channel"] = "email"


def _no_offset(message: Message) -> None:
    message["time"] = message["time"].removesuffix("Z")


def _from_the_future(message: Message) -> None:
    year = int(message["time"][:_YEARS])
    message["time"] = f"{year + 5:04}-01-01T00:00:00.000Z"


def _raw_email(message: Message) -> None:
    message["subject"] = "anna.smith@example.com"


def _raw_phone(message: Message) -> None:
    where = message["data"] if "contact_ref" in message["data"] else message
    where["contact_ref" if "contact_ref" in where else "subject"] = "+447700900123"


def _empty_text(message: Message) -> None:
    message["id"] = ""


def _other_version(message: Message) -> None:
    message["specversion"] = "0.3"


FLAWS: Final[dict[str, Callable[[Message], None]]] = {
    "not JSON": _whole,
    "unknown type": _unknown_type,
    "wrong source": _wrong_source,
    "missing field": _missing_field,
    "ill-typed field": _ill_typed,
    "undeclared field": _undeclared_field,
    "time without an offset": _no_offset,
    "time in the future": _from_the_future,
    "raw e-mail": _raw_email,
    "raw phone number": _raw_phone,
    "empty text": _empty_text,
    "another version": _other_version,
}
"""Flaws by description, each with the function that applies it to a message (a JSON object)."""

_DOERS = tuple(FLAWS.values())


def corrupt_message(line: bytes, flaw: int) -> Message:
    """Return the members of a message, a line of JSON, with a flaw; `CUT` changes none, as it cuts the line."""
    message: Message = orjson.loads(line)
    _DOERS[flaw - 1](message)
    return message


def corrupt_line(line: bytes, flaw: int) -> bytes:
    """Return a line of JSON with a flaw."""
    if flaw == CUT:
        return line[: len(line) // 2]
    return orjson.dumps(corrupt_message(line, flaw))
