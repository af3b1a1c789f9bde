"""Convert single values of a program file from TOML to what the engine needs, or raise `InvalidValueError`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal, TypeVar

from simulator.domain.currencies import DIGITS
from simulator.domain.spans import DAY_MS, HOUR_MS, MINUTE_MS, WEEK_MS
from simulator.domain.zones import zone_names
from simulator.events.contract import ATTRIBUTE_PATTERN, MAX_AMOUNT, MAX_INTEGER, MAX_TEXT
from simulator.events.values import unfit
from simulator.program.layout import ATTRIBUTE_OF, ATTRIBUTE_TYPES, CAP_WINDOWS
from simulator.program.model import AttributeOf, AttributeType, CapWindow, Variant
from simulator.program.nearest import advice, nearest, shown

T = TypeVar("T", bound=str)

MAX_SENTENCE = 1_000  # characters; it shares a screen with much else
MAX_DURATION_MS = 1000 * 365 * DAY_MS  # a thousand years; sums with any moment stay in 64 bits
MAX_COUNT = 1_000_000  # of every, tier, count and occurrence: nobody brings that many friends
MAX_PERCENT = 1000  # a line is limited to MAX_LINE_MINOR all the same
MAX_WEIGHTS = 10_000  # of all variants of an experiment together
MAX_RATE_DECIMALS = 12
_MAX_CONVERTED = MAX_AMOUNT * 10**9  # minor units: what a rate makes of the largest amount fits 64 bits
MAX_PERCENT_DECIMALS = 12  # multiplied by the largest amount, it still fits a decimal of 38 digits

_MOST_SAID = 10  # wrong names of one list; each costs a search for what was meant
_AN_AMOUNT = "an amount, such as 40.00"
_A_RATE = "a rate, such as 0.8512"
_WORD = re.compile(ATTRIBUTE_PATTERN)
_A_PERCENTAGE = "a percentage, such as 10"
_UNITS_MS = {"m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS, "w": WEEK_MS}
_DURATION = re.compile(r"([0-9]+)([mhdw])")
_DURATION_FORM = 'write a whole number and m, h, d or w, such as "30m", "12h", "14d" or "2w"'
_MOMENT_FORM = "write a date and time with an offset and no quotes, such as 2026-01-01T00:00:00Z"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class InvalidValueError(ValueError):
    """A value does not fit its key; the message says what would be right."""


def text(value: object, most: int = MAX_TEXT) -> str:
    """Read a name: at least one character, at most `most`, on one line."""
    if not isinstance(value, str):
        raise InvalidValueError(f"{shown(value)} is not text; write it in quotes")
    if not value.strip():
        raise InvalidValueError("the text is empty; write at least one character")
    if len(value) > most:
        raise InvalidValueError(f"the text has {len(value):,} characters; {most:,} is the most")
    reason = unfit(value)
    if reason is not None:
        raise InvalidValueError(reason)
    return value


def sentence(value: object) -> str:
    """Read a sentence or two; line breaks become spaces."""
    return text(" ".join(value.split()) if isinstance(value, str) else value, MAX_SENTENCE)


def expression(value: object) -> str:
    """Read an expression as a text of any length and number of lines; it is parsed elsewhere."""
    if not isinstance(value, str):
        raise InvalidValueError(f"{shown(value)} is not text; write an SQL condition in quotes")
    return value


def choice(value: object, choices: Sequence[T]) -> T:
    """Read one of a closed list."""
    for one in choices:
        if isinstance(value, str) and value == one:
            return one
    if not isinstance(value, str):
        raise InvalidValueError(f"{shown(value)} is not text; use one of {', '.join(choices)}")
    raise InvalidValueError(f"no such value {shown(value)}; {advice(value, choices)}")


def names(value: object, valid: Sequence[str], what: str) -> tuple[str, ...]:
    """Read a list of distinct names from `valid`; `what` says in messages what they name."""
    if not isinstance(value, list):
        raise InvalidValueError(f"{shown(value)} is not a list; write it as {_example(valid)}")
    if not value:
        raise InvalidValueError("the list is empty; leave the key out for all of them, or name at least one")
    known = frozenset(valid)
    wrong = [item for item in value if not isinstance(item, str) or item not in known]
    if wrong:
        said = [f"no {what} {shown(item)}; {advice(str(item), valid)}" for item in wrong[:_MOST_SAID]]
        more = [f"and {len(wrong) - len(said):,} more"] if len(wrong) > len(said) else []
        raise InvalidValueError("; ".join([*said, *more]))
    return _distinct(value)


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise InvalidValueError(f"{shown(twice)} is named twice; name it once")
    return tuple(names)


def _example(valid: Sequence[str]) -> str:
    return f'["{valid[0]}"]' if valid else "a list of names"


def currency(value: object) -> str:
    """Read the code of a currency."""
    if not isinstance(value, str):
        raise InvalidValueError(f'{shown(value)} is not text; write an ISO 4217 code such as "GBP"')
    if value not in DIGITS:
        right = advice(value, DIGITS, "write an ISO 4217 code such as GBP, EUR or USD")
        raise InvalidValueError(f"no currency {shown(value)}; {right}")
    return value


def moment(value: object) -> int:
    """Read a date and time with an offset as milliseconds UTC, cut to the millisecond."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise InvalidValueError(
                f"{value.isoformat()} has no offset; write it with one, such as {value.isoformat()}Z"
            )
        return (value - _EPOCH) // timedelta(milliseconds=1)
    if isinstance(value, date):
        raise InvalidValueError(f"{value} has no time and no offset; write it as {value}T00:00:00Z")
    if isinstance(value, time):
        raise InvalidValueError(f"{value} has no date and no offset; {_MOMENT_FORM}")
    raise InvalidValueError(f"{shown(value)} is not a moment; {_MOMENT_FORM}")


def duration(value: object, zero: bool = False) -> int:
    """Read a duration as milliseconds; above 0, or from 0 on if `zero`."""
    if not isinstance(value, str):
        raise InvalidValueError(f"{shown(value)} is not a duration; {_DURATION_FORM}")
    found = _DURATION.fullmatch(value)
    if found is None:
        raise InvalidValueError(f"no such duration {shown(value)}; {_DURATION_FORM}")
    number, unit = found[1].lstrip("0"), found[2]
    if len(number) > 15 or int(number or "0") * _UNITS_MS[unit] > MAX_DURATION_MS:
        raise InvalidValueError(f"{shown(value)} is too long; a thousand years, 365000d, is the most")
    if not number and not zero:
        raise InvalidValueError(
            f"{shown(value)} is no time at all; write more than nothing, or leave the key out"
        )
    return int(number or "0") * _UNITS_MS[unit]


def boolean(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise InvalidValueError(f"{shown(value)} is neither true nor false; write one of them without quotes")
    return value


def cap_window(value: object) -> CapWindow:
    """Read the window of a cap: a named one, or a rolling duration."""
    if not isinstance(value, str):
        raise InvalidValueError(
            f"{shown(value)} is not a window; use one of {', '.join(CAP_WINDOWS)}, or a duration as 365d"
        )
    for kind in CAP_WINDOWS:
        if value == kind:
            return CapWindow(kind)
    if value[:1].isdigit():
        return CapWindow("rolling", duration(value))
    near = nearest(value, CAP_WINDOWS)
    right = (
        f'did you mean "{near}"?' if near else f"use one of {', '.join(CAP_WINDOWS)}, or a duration as 365d"
    )
    raise InvalidValueError(f"no such window {shown(value)}; {right}")


def whole(value: object) -> int:
    """Read a whole number from 1 to a million."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValueError(
            f"{shown(value)} is not a whole number; write 1 or more, without a point or quotes"
        )
    if not 1 <= value <= MAX_COUNT:
        raise InvalidValueError(
            f"{shown(value)} is out of range; write a whole number from 1 to {MAX_COUNT:,}"
        )
    return value


def occurrence(value: object) -> int | Literal["any", "each"]:
    """Read which conversion of a friend counts."""
    if isinstance(value, str):
        if value in ("any", "each"):
            return "any" if value == "any" else "each"
        near = nearest(value, ("any", "each"))
        right = f'did you mean "{near}"?' if near else 'write a whole number from 1, "any" or "each"'
        raise InvalidValueError(f"no such occurrence {shown(value)}; {right}")
    return whole(value)


def tier(value: object) -> tuple[int, int | None]:
    """Read the numbers of the first and the last release that pay; a single number means no last."""
    if not isinstance(value, list):
        raise InvalidValueError(f"{shown(value)} is not a list; write [from] or [from, to], such as [1, 4]")
    if not value:
        raise InvalidValueError("the list is empty; write [from] or [from, to], such as [1, 4]")
    if len(value) > 2:
        raise InvalidValueError(f"{len(value)} numbers; write [from] or [from, to], such as [1, 4]")
    first, last = whole(value[0]), whole(value[1]) if len(value) == 2 else None
    if last is not None and last < first:
        raise InvalidValueError(
            f"the tier ends at {last}, before it starts at {first}; write [{last}, {first}]"
        )
    return first, last


def percent(value: object) -> Decimal:
    """Read a percentage above 0."""
    number = _number(value, _A_PERCENTAGE)
    if number <= 0:
        raise InvalidValueError(f"{shown(value)} is not more than nothing; write a percentage above 0")
    if number > MAX_PERCENT:
        raise InvalidValueError(f"{shown(value)} percent is out of range; {MAX_PERCENT} is the most")
    if _decimals(number) > MAX_PERCENT_DECIMALS:
        raise InvalidValueError(
            f"{shown(value)} has more than {MAX_PERCENT_DECIMALS} decimals; write it shorter"
        )
    return number


def money(value: object, code: str | None, most: int = MAX_INTEGER) -> int:
    """Read money in the currency `code` as minor units; if that is None, only check that it is money."""
    number = _number(value, _AN_AMOUNT)
    if number <= 0:
        raise InvalidValueError(f"{shown(value)} is not more than nothing; write an amount above 0")
    digits = 4 if code is None else DIGITS[code]
    if number.adjusted() > 16 or number.scaleb(digits) > MAX_INTEGER:
        raise InvalidValueError(f"{shown(value)} is too much; {most} minor units is the most")
    if code is None:
        return 1
    if _decimals(number) > digits:
        right = "has no minor unit: write whole numbers" if digits == 0 else f"has {digits} decimals at most"
        raise InvalidValueError(f"{shown(value)} is finer than the minor unit; {code} {right}")
    minor = int(number.scaleb(digits))
    if minor > most:
        raise InvalidValueError(f"{shown(value)} is too much; {most} minor units is the most")
    return minor


def zone_name(value: object) -> str:
    """Read the name of a time zone."""
    if not isinstance(value, str):
        raise InvalidValueError(f'{shown(value)} is not text; write a time zone such as "Pacific/Auckland"')
    if value not in zone_names():
        right = advice(value, zone_names(), "write one of the IANA time zones, such as Europe/London")
        raise InvalidValueError(f"no time zone {shown(value)}; {right}")
    return value


def word(value: object) -> str:
    """Read a name that facts are made of: a small letter, then small letters, digits and `_`."""
    if not isinstance(value, str):
        raise InvalidValueError(f"{shown(value)} is not text; write it in quotes")
    if _WORD.fullmatch(value) is None:
        raise InvalidValueError(
            f"{shown(value)} can't be part of a fact's name; write a small letter, then small letters, digits "
            "and _, at most 40 characters"
        )
    return value


def kinds(value: object) -> tuple[str, ...]:
    """Read a list of distinct kinds of rewards."""
    if not isinstance(value, list):
        raise InvalidValueError(f'{shown(value)} is not a list; write ["bill-credit", "gift-card"]')
    if not value:
        raise InvalidValueError("the list is empty; name at least one kind, or write kind in its place")
    return _distinct([text(item) for item in value])


def variants(value: object) -> tuple[Variant, ...]:
    """Read variants with whole weights from 0, of 1 to MAX_WEIGHTS together."""
    if not isinstance(value, dict):
        raise InvalidValueError(f"{shown(value)} is not a table; write {{ control = 50, richer = 50 }}")
    found = tuple(Variant(word(name), _weight(name, weight)) for name, weight in value.items())
    total = sum(one.weight for one in found)
    if not 1 <= total <= MAX_WEIGHTS:
        raise InvalidValueError(
            f"the weights come to {total:,}; together they are 1 to {MAX_WEIGHTS:,}, such as 50 and 50"
        )
    return found


def _weight(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_WEIGHTS:
        raise InvalidValueError(
            f"{shown(value)} is not a weight of {shown(name)}; write a whole number from 0 to {MAX_WEIGHTS:,}"
        )
    return value


def attribute(value: object) -> tuple[AttributeOf, AttributeType]:
    """Read whose an attribute is, and its type: a type alone is of the conversion."""
    if not isinstance(value, dict):
        return "conversion", _attribute_type(value)
    for name in value:
        if name not in ("of", "type"):
            raise InvalidValueError(f"unknown key {shown(name)}; {advice(name, ('of', 'type'))}")
    if "type" not in value:
        raise InvalidValueError('type is missing; write { of = "customer", type = "text" }')
    return choice(value.get("of", "conversion"), ATTRIBUTE_OF), _attribute_type(value["type"])


def _attribute_type(value: object) -> AttributeType:
    if isinstance(value, str) and value not in ATTRIBUTE_TYPES:
        raise InvalidValueError(f"no type {shown(value)}; {advice(value, ATTRIBUTE_TYPES)}")
    return choice(value, ATTRIBUTE_TYPES)


def rate(value: object, code: str, own: str | None) -> Decimal:
    """Read what one major unit of the currency `code` is worth in the program's `own`."""
    currency(code)
    if code == own:
        raise InvalidValueError(f"{code} is the program's own currency, which needs no rate; take it out")
    number = _number(value, _A_RATE)
    if number <= 0:
        raise InvalidValueError(
            f"{shown(value)} is not more than nothing; write a rate above 0, such as 0.8512"
        )
    if _decimals(number) > MAX_RATE_DECIMALS:
        raise InvalidValueError(
            f"{shown(value)} has more than {MAX_RATE_DECIMALS} decimals; write it shorter"
        )
    digits = DIGITS[own] - DIGITS[code] if own else 0
    if number.adjusted() > 18 or number.scaleb(digits) * MAX_AMOUNT > _MAX_CONVERTED:
        raise InvalidValueError(f"{shown(value)} is out of range; {10 ** (9 - digits)} is the most")
    return number


def _number(value: object, right: str) -> Decimal:
    """Read a number; `right` says what it must be."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise InvalidValueError(f"must be {right}, without quotes; {shown(value)} is not a number")
    number = Decimal(value)
    if not number.is_finite():
        raise InvalidValueError(f"must be {right}; {shown(value)} is not a finite number")
    return number


def _decimals(number: Decimal) -> int:
    """Count the decimals without trailing zeros."""
    _, digits, exponent = number.as_tuple()
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(0, -(int(exponent) + zeros))
