"""Check single values in a message, and say in words what is wrong with one.

Each check returns the value, or raises `FieldError` with the field and a reason. Reasons quote values only masked.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from simulator.domain.printable import HIDDEN_CHARACTERS, printable
from simulator.events.contacts import contact_in, looks_like_phone
from simulator.events.contract import (
    MAX_ID,
    MAX_LINE_BYTES,
    MAX_REFERENCE,
    MAX_TEXT,
    REFERENCE_PATTERN,
    Field,
)
from simulator.events.masking import mask

_REFERENCE = re.compile(REFERENCE_PATTERN)
_NO_REFERENCE_CHARACTER = re.compile(r"[^A-Za-z0-9_\-.:=/~+#]")
_CURRENCY = re.compile(r"[A-Z]{3}")
_NONCHARACTERS = "".join(
    ["\ufdd0-\ufdef", *(chr(p + n) for p in range(0xFFFE, 0x110000, 0x10000) for n in (0, 1))]
)
_UNFIT = re.compile(f"[{HIDDEN_CHARACTERS}{_NONCHARACTERS}]")
_UNFIT_IN_LINES = re.compile(f"(?![\n\r\t])[{HIDDEN_CHARACTERS}{_NONCHARACTERS}]")
NUMERIC_HINT = "; if your references are numbers, say numeric_references = true in the program"
_SHOWN = 60  # characters of a value that a reason quotes
_LOOKED_AT = 4_000  # characters of a value that are read for it at all


class FieldError(Exception):
    """A value that breaks the contract: its field (None for the whole message) and the reason."""

    def __init__(self, field: str | None, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(reason)


class OutOfRange:
    """Stands for a JSON number that none of our integers or floats can hold."""


class Nested:
    """Stands for a list or an object where neither belongs; `words` say which it was."""

    def __init__(self, words: str) -> None:
        self.words = words


def check_field(  # noqa: PLR0911 - one a kind
    where: str, field: Field, value: object, numeric: bool = False
) -> str | int | bool:
    """Check a value of `data` by its kind in the contract; `numeric` as in `check_reference`."""
    match field.kind:
        case "integer":
            return check_integer(where, value, field.minimum, field.maximum)
        case "boolean":
            if not isinstance(value, bool):
                raise FieldError(where, f"{show(value)}; it must be true or false, without quotes")
            return value
        case "choice":
            if not isinstance(value, str) or value not in field.choices:
                near = nearest(value if isinstance(value, str) else "", field.choices)
                raise FieldError(where, f"no such value {show(value)}{near}")
            return value
        case "currency":
            if not isinstance(value, str) or _CURRENCY.fullmatch(value) is None:
                raise FieldError(where, f"{show(value)}; it must be three capital letters, such as GBP")
            return value
        case "reference":
            return check_reference(where, value, numeric)
        case "program":
            return check_text(where, value, longest=MAX_LINE_BYTES, lines=True)
        case "id":
            return check_id(where, value)
        case _:
            return check_text(where, value)


def check_text(
    where: str, value: object, longest: int = MAX_TEXT, *, bare: bool = True, lines: bool = False
) -> str:
    """Check a text of 1 to `longest` characters: no hidden character, no raw contact.

    Without `bare`, digits alone are no phone number; with `lines`, line ends and tabs are no hidden characters.
    """
    if not isinstance(value, str):
        raise FieldError(where, f"{show(value)}; it must be text")
    if not value:
        raise FieldError(where, "empty; it must have at least 1 character")
    if len(value) > longest:
        raise FieldError(where, f"{len(value):,} characters long; at most {longest:,}")
    reason = unfit(value, bare=bare, lines=lines)
    if reason is not None:
        raise FieldError(where, reason)
    return value


def unfit(text: str, *, bare: bool = True, lines: bool = False) -> str | None:
    """Return why a text of any kind may not be kept: a hidden character or a raw contact; None if it may."""
    hidden = None if text.isprintable() else (_UNFIT_IN_LINES if lines else _UNFIT).search(text)
    if hidden is not None:
        return (
            f"holds U+{ord(hidden[0]):04X} at position {hidden.start()}, a control, format or other character "
            "that can't be seen; take it out"
        )
    contact = contact_in(text, bare=bare)
    return None if contact is None else f"holds {contact}; no raw contact may cross"


def check_id(where: str, value: object) -> str:
    """Check the id of an event, which may be digits alone."""
    return check_text(where, value, MAX_ID, bare=False)


def check_reference(where: str, value: object, numeric: bool = False) -> str:
    """Check a pseudonymous reference; one that could be dialled is allowed only if the program is `numeric`."""
    if not isinstance(value, str):
        raise FieldError(where, f"{show(value)}; it must be a reference, as text")
    if not value:
        raise FieldError(where, "empty; it must be a reference of 1 to 128 characters")
    contact = contact_in(value, bare=not numeric)
    if contact is None and not numeric and looks_like_phone(value):
        contact = "a phone number"
    if contact is not None:
        what = contact.partition(" ")[2]
        hint = NUMERIC_HINT if contact == "a phone number" else ""
        raise FieldError(
            where, f"looks like a raw {what}; send a pseudonymous reference (a keyed hash){hint}"
        )
    if len(value) > MAX_REFERENCE:
        raise FieldError(where, f"{len(value):,} characters long; a reference has at most {MAX_REFERENCE}")
    if _REFERENCE.fullmatch(value) is None:
        odd = _NO_REFERENCE_CHARACTER.search(value)
        what = f"{odd[0]!a} at position {odd.start()}" if odd else "it"
        raise FieldError(
            where, f"no reference: {what} is not one of ASCII letters, digits and _ - . : = / ~ + #"
        )
    return value


def check_integer(where: str, value: object, least: int, most: int) -> int:
    """Check an integer, written as one, from `least` to `most`."""
    if isinstance(value, OutOfRange):
        raise FieldError(where, f"a number out of range; it must be an integer from {least} to {most}")
    if isinstance(value, bool) or not isinstance(value, int):
        hint = ", without point or exponent" if isinstance(value, float) else ""
        raise FieldError(where, f"{show(value, number=True)}; it must be an integer{hint}")
    if not least <= value <= most:
        raise FieldError(where, f"{show(value, number=True)}; it must be from {least} to {most}")
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
            return f'"{printable(shorten(value))}"'
        case bool():
            return "true" if value else "false"
        case float() | int() if number:
            return f"{value!r}"[:_SHOWN]
        case _:
            return shorten(f"{value!r}")


def shorten(text: str, *, bare: bool = True) -> str:
    """Mask a text that came with a message, and cut it to what a line can hold; `bare` as in `mask`."""
    cut = text if len(text) <= _LOOKED_AT else text[:_LOOKED_AT]
    masked = mask(cut, bare=bare)
    longest = MAX_TEXT if len(text) <= MAX_TEXT else _SHOWN
    return masked if len(masked) <= longest else masked[: longest - 1] + "…"


def nearest(name: str, names: tuple[str, ...]) -> str:
    """Say which of the names is nearest, or, where none is near, what they are; goes on after a reason."""
    near = get_close_matches(name[:MAX_TEXT], names, 1)
    return f"; the nearest is {near[0]}" if near else f"; there are {', '.join(names)}"
