"""The numbers of a program file that people change: found in its text, and changed to the next sensible value.

Only the characters of a number are replaced: comments and layout stay as they are. Pure; standard library only.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final, Literal

from simulator.domain.toml_text import read_toml

Form = Literal["money", "percent", "duration", "hold", "count", "window"]
Path = tuple[str | int, ...]

_FORMS: Final[dict[tuple[str, str], Form]] = {
    ("reward", "value"): "money",
    ("reward", "percent"): "percent",
    ("reward", "max"): "money",
    ("reward", "min"): "money",
    ("budget", "total"): "money",
    ("budget", "period"): "window",
    ("reward", "every"): "count",
    ("reward", "hold"): "hold",
    ("reward", "clawback"): "duration",
    ("reward", "choose_within"): "duration",
    ("reward", "expires"): "duration",
    ("caps", "value"): "money",
    ("caps", "count"): "count",
    ("caps", "window"): "window",
    ("attribution", "window"): "duration",
    ("attribution", "uses"): "count",
    ("milestone", "within"): "duration",
}
_ORDER: Final = tuple(_FORMS)
_TOKEN: Final = re.compile(
    r"""
      \#[^\n]*
    | """
    + '"""'
    + r"""(?:[^\\]|\\.)*?"""
    + '"""'
    + r"""
    | \'\'\'.*?\'\'\'
    | ^[ \t]*\[\[?[ \t]*(?P<table>[A-Za-z_-]+)[ \t]*\]\]?
    | (?P<caps>^[ \t]*caps[ \t]*=[ \t]*\[)
    | \b(?P<key>[a-z_]+)[ \t]*=[ \t]*(?P<value>"[^"\n]*"|\'[^\'\n]*\'|[0-9][0-9_]*(?:\.[0-9_]+)?)
    | "(?:[^"\\\n]|\\.)*" | \'[^\'\n]*\'
    | (?P<sign>[{\]])
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_LADDERS: Final = {
    "m": (5, 10, 15, 30, 45, 60, 90, 120),
    "h": (1, 2, 3, 6, 12, 24, 48, 72),
    "d": (1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365, 730),
    "w": (1, 2, 3, 4, 6, 8, 12, 26, 52),
}
_WINDOWS: Final = ("calendar-day", "calendar-week", "calendar-month", "calendar-year", "lifetime")
_STEPS: Final = (
    (1, "0.05"),
    (5, "0.5"),
    (20, "1"),
    (100, "5"),
    (500, "25"),
    (2_000, "100"),
    (20_000, "1000"),
)
"""How far a turn goes, below an amount; of larger ones it is a tenth of their magnitude."""
_MOST_MONEY: Final = Decimal(10) ** 12
_MOST_PERCENT: Final = 100
_MOST_COUNT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a program file: where it is, what it says, and how it changes.

    `path` is its place in the document, `part` the name of what it belongs to, `start` and `end` the place of its
    characters in the text, `written` these characters, and `line` their line, from 1.
    """

    path: Path
    part: str
    what: str
    form: Form
    start: int
    end: int
    written: str
    line: int

    @property
    def value(self) -> str:
        """What it says, without the quotes."""
        return self.written.strip("\"'")


def numbers_of(text: str) -> tuple[Number, ...]:
    """Find the numbers of a program's text, amounts first; none if it is not TOML.

    A number that does not match what TOML reads there is left out.
    """
    try:
        document = read_toml(text, Decimal)
    except tomllib.TOMLDecodeError:
        return ()
    found = [one for one in _scanned(text, document) if _says(document, one)]
    return tuple(sorted(found, key=lambda one: (_ORDER.index(_kind(one.path)), one.start)))


def turned(text: str, number: Number, up: int, digits: int) -> str | None:
    """Write the next value above (`up` 1) or below (-1) into the text; None if there is none.

    `digits` are the decimals of the program's money.
    """
    value = _turned(number, up, digits)
    if value is None:
        return None
    quote = number.written[0] if number.written[0] in "\"'" else ""
    return f"{text[: number.start]}{quote}{value}{quote}{text[number.end :]}"


def _kind(path: Path) -> tuple[str, str]:
    return ("caps" if "caps" in path else str(path[0])), str(path[-1])


def _scanned(text: str, document: dict[str, Any]) -> Iterator[Number]:
    """Walk the text: a header says which table a pair belongs to, a `{` in a list of caps which cap."""
    table, cap, in_caps = "", -1, False
    counted: dict[str, int] = {}
    for token in _TOKEN.finditer(text):
        if token["table"]:
            table, in_caps = token["table"], False
            counted[table] = counted.get(table, -1) + 1
        elif token["caps"]:
            in_caps, cap = True, -1
        elif token["sign"]:
            cap += token["sign"] == "{"
            in_caps = in_caps and token["sign"] != "]"
        elif token["key"]:
            within: Path = ("caps", cap) if in_caps else ()
            place: Path = (counted[table],) if isinstance(document.get(table), list) else ()
            path = (table, *place, *within, token["key"])
            form = _FORMS.get(_kind(path))
            if form is not None:
                line = text.count("\n", 0, token.start()) + 1
                where = (token.start("value"), token.end("value"))
                yield Number(path, _part(document, path), _what(path), form, *where, token["value"], line)


def _says(document: dict[str, Any], number: Number) -> bool:
    """Return whether the document says at the number's path what was found in the text."""
    at: Any = document
    for step in number.path:
        try:
            at = at[step]
        except (KeyError, IndexError, TypeError):
            return False
    if isinstance(at, str):
        return at == number.value and number.form in ("duration", "hold", "window")
    plain = isinstance(at, (int, Decimal)) and not isinstance(at, bool)
    return plain and number.written[0].isdigit() and at == Decimal(number.value.replace("_", ""))


def _part(document: dict[str, Any], path: Path) -> str:
    """Name what a number belongs to."""
    if path[0] in ("budget", "attribution"):
        return "whole program" if path[0] == "budget" else "matching"
    return str(document[str(path[0])][path[1]].get("name", path[0]))


def _what(path: Path) -> str:
    """Say what a number is."""
    if "caps" in path:
        return {"value": "cap: money", "count": "cap: how many", "window": "cap: window"}[str(path[-1])]
    names = {
        "total": "budget",
        "period": "budget period",
        "hold": "cooling-off",
        "every": "every n-th",
        "within": "counts within",
        "max": "at most",
        "min": "at least",
        "choose_within": "time to choose",
        "expires": "expires after",
        "uses": "uses of a code",
    }
    return names.get(str(path[-1]), str(path[-1]))


def _turned(number: Number, up: int, digits: int) -> str | None:
    value = number.value
    if number.form == "money":
        return _amount(value, up, digits)
    if number.form == "percent":
        return _percent(value, up)
    if number.form == "count":
        count = int(value.replace("_", "")) + up
        return str(count) if 1 <= count <= _MOST_COUNT else None
    if number.form == "window" and not value[0].isdigit():
        return _next(_WINDOWS, value, up)
    return _duration(value, up, zero=number.form == "hold")


def _amount(value: str, up: int, digits: int) -> str | None:
    """Change an amount to the next multiple of its step, with as many decimals as it is written with."""
    now, least = Decimal(value.replace("_", "")), Decimal(1).scaleb(-digits)
    step = max(_step(now, up), least)
    new = _multiple(now, step, up)
    if not least <= new <= _MOST_MONEY:
        return None
    written = len(value.partition(".")[2])
    decimals = min(digits, max(written, -int(new.normalize().as_tuple().exponent), 0))
    return f"{new:.{decimals}f}"


def _step(now: Decimal, up: int) -> Decimal:
    """Return how far the next change goes: a smaller step ends where a larger one begins."""
    for most, step in _STEPS:
        if now < most or (now == most and up < 0):
            return Decimal(step)
    tenth = Decimal(10) ** (now.adjusted() - 1)
    return tenth / 10 if up < 0 and now == tenth * 10 else tenth


def _multiple(now: Decimal, step: Decimal, up: int) -> Decimal:
    steps = (now / step).to_integral_value(ROUND_FLOOR if up > 0 else ROUND_CEILING)
    return (steps + up) * step


def _percent(value: str, up: int) -> str | None:
    now = Decimal(value.replace("_", ""))
    step = Decimal("0.5") if now < 1 or (now == 1 and up < 0) else Decimal(1)
    new = _multiple(now, step, up)
    return f"{new.normalize():f}" if 0 < new <= _MOST_PERCENT else None


def _duration(value: str, up: int, *, zero: bool) -> str | None:
    number, unit = value[:-1], value[-1:]
    if not number.isdigit() or unit not in _LADDERS:
        return None
    ladder = (0, *_LADDERS[unit]) if zero else _LADDERS[unit]
    now = int(number)
    steps = [one for one in ladder if (one > now if up > 0 else one < now)]
    return f"{steps[0] if up > 0 else steps[-1]}{unit}" if steps else None


def _next(choices: tuple[str, ...], value: str, up: int) -> str | None:
    place = choices.index(value) + up if value in choices else -1
    return choices[place] if 0 <= place < len(choices) else None
