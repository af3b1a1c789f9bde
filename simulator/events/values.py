"""The checks of single values at the door, and the words that say what is wrong with one.

Each check gives the value back, or raises `Bad` with the field and a reason. A reason quotes a value only masked.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from simulator.events.contract import MAX_INTEGER, MAX_REFERENCE, MAX_TEXT, REFERENCE_PATTERN, Field
from simulator.events.masking import mask

_REFERENCE = re.compile(REFERENCE_PATTERN)
_NO_REFERENCE_CHARACTER = re.compile(r"[^A-Za-z0-9_\-.:=]")
_LETTER = re.compile(r"[A-Za-z]")
_CURRENCY = re.compile(r"[A-Z]{3}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # what would break the one line of a reason
_SHOWN = 60  # characters of a value that a reason quotes
_LOOKED_AT = 4_000  # characters of a value that are read for it at all


class Bad(Exception):  # noqa: N818 - not an error of the program: it carries the finding out of the checks
    """A value that breaks the contract: its field (None: the whole message) and the reason."""

    def __init__(self, field: str | None, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(reason)


class OutOfRange:
    """What a JSON number is read as that no integer or float of ours can hold."""


class Nested:
    """What a list or an object is read as where neither belongs; `words` say which."""

    def __init__(self, words: str) -> None:
        self.words = words


def check_field(where: str, field: Field, value: object) -> str | int | bool:  # noqa: PLR0911 - one a kind
    """Check a value of `data` by its kind in the contract."""
    match field.kind:
        case "integer":
            return check_integer(where, value, field.minimum)
        case "boolean":
            if not isinstance(value, bool):
                raise Bad(where, f"{show(value)}; it must be true or false, without quotes")
            return value
        case "choice":
            if not isinstance(value, str) or value not in field.choices:
                near = nearest(value, field.choices) if isinstance(value, str) else ""
                raise Bad(where, f"{show(value)} is none of {', '.join(field.choices)}{near}")
            return value
        case "currency":
            if not isinstance(value, str) or _CURRENCY.fullmatch(value) is None:
                raise Bad(where, f"{show(value)}; it must be three capital letters, such as GBP")
            return value
        case "reference":
            return check_reference(where, value)
        case "contact":
            return check_contact(where, value)
        case "program":
            return check_text(where, value, longest=None)
        case _:
            return check_text(where, value)


def check_text(where: str, value: object, longest: int | None = MAX_TEXT) -> str:
    """Check a text of 1 to `longest` characters (None: any number) without an @."""
    if not isinstance(value, str):
        raise Bad(where, f"{show(value)}; it must be a text")
    if not value:
        raise Bad(where, "empty; it must have at least 1 character")
    if longest is not None and len(value) > longest:
        raise Bad(where, f"{len(value)} characters long; at most {longest}")
    if "@" in value:
        raise Bad(where, "holds an @, as an e-mail does; no raw contact may cross")
    return value


def check_reference(where: str, value: object) -> str:
    """Check a pseudonymous reference."""
    if not isinstance(value, str):
        raise Bad(where, f"{show(value)}; it must be a reference, as text")
    if not value:
        raise Bad(where, "empty; it must be a reference of 1 to 128 characters")
    if "@" in value:
        raise Bad(where, "looks like a raw e-mail; send a pseudonymous reference (a keyed hash)")
    if len(value) > MAX_REFERENCE:
        raise Bad(where, f"{len(value)} characters long; a reference has at most {MAX_REFERENCE}")
    if _REFERENCE.fullmatch(value) is None:
        odd = _NO_REFERENCE_CHARACTER.search(value)
        what = f"{odd[0]!a} at position {odd.start()}" if odd else "it"
        raise Bad(where, f"no reference: {what} is not one of ASCII letters, digits and _ - . : =")
    return value


def check_contact(where: str, value: object) -> str:
    """Check a reference that must not look like a phone number."""
    if isinstance(value, str) and looks_like_phone(value):
        raise Bad(where, "looks like a raw phone number; send a pseudonymous reference (a keyed hash)")
    return check_reference(where, value)


def looks_like_phone(text: str) -> bool:
    """Tell whether a text has no letter and 7 to 15 digits, as a phone number does."""
    return _LETTER.search(text) is None and 7 <= sum(map(str.isdigit, text)) <= 15


def check_integer(where: str, value: object, least: int) -> int:
    """Check an integer, written as one, from `least` to 2**53 - 1."""
    if isinstance(value, OutOfRange):
        raise Bad(where, f"a number out of range; it must be an integer from {least} to {MAX_INTEGER}")
    if isinstance(value, bool) or not isinstance(value, int):
        hint = ", without point or exponent" if isinstance(value, float) else ""
        raise Bad(where, f"{show(value, number=True)}; it must be an integer{hint}")
    if not least <= value <= MAX_INTEGER:
        raise Bad(where, f"{show(value, number=True)}; it must be from {least} to {MAX_INTEGER}")
    return value


def show(value: object, number: bool = False) -> str:  # noqa: PLR0911 - one a JSON type
    """Quote a value in a reason: as JSON, masked (but for an amount, a `number`), and short."""
    match value:
        case None:
            return "null (a field without a value is left out)"
        case Nested():
            return value.words
        case OutOfRange():
            return "a number out of range"
        case str():
            return f'"{_CONTROL.sub(_escaped, shorten(value))}"'
        case bool():
            return "true" if value else "false"
        case float() | int() if number:
            return f"{value!r}"[:_SHOWN]
        case _:
            return shorten(f"{value!r}")


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def shorten(text: str) -> str:
    """Mask a text that came with a message, and cut it to what a line can hold."""
    cut = text if len(text) <= _LOOKED_AT else text[:_LOOKED_AT]
    masked = mask(cut)
    longest = MAX_TEXT if len(text) <= MAX_TEXT else _SHOWN
    return masked if len(masked) <= longest else masked[: longest - 1] + "…"


def nearest(name: str, names: tuple[str, ...]) -> str:
    """Say which of the names is nearest, or, where none is near, what they are; goes on after a reason."""
    near = get_close_matches(name[:MAX_TEXT], names, 1)
    return f"; the nearest is {near[0]}" if near else f"; there are {', '.join(names)}"
