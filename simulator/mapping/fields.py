"""Read one field of an event: find its value in a record, and convert it to our form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final, NoReturn

from simulator.events.contract import Kind
from simulator.events.values import show
from simulator.mapping.conditions import boolean
from simulator.mapping.hashing import Hasher, HashKind
from simulator.mapping.money import MoneyForm, from_decimal, minor_units
from simulator.mapping.paths import Path, Read
from simulator.mapping.times import ParsedTime, time_parser
from simulator.mapping.wrong import WrongValueError

_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")
FUNCTIONS: Final[dict[str, Callable[[str], str]]] = {
    "trim": str.strip,
    "lower": str.lower,
    "upper": str.upper,
    "digits": lambda text: re.sub(r"[^0-9]", "", text),
    "last-part": lambda text: text.rstrip("/").rpartition("/")[2],
}
"""The functions that `as` can apply to a text; `last-part` is what follows the last slash, as in gid://shopify/Order/123."""


@dataclass(frozen=True)
class Template:
    """A text with values from the record between its parts: `order:{id}`."""

    parts: tuple[str | Path, ...]


@dataclass(frozen=True)
class Field:
    """How to find the value of a field. Exactly one of the first four says where it comes from.

    Then these apply, in order: `functions` of texts, `table`, `money` or `time` or `hashed`, and `minus`. `default`
    replaces a missing value.
    """

    path: Path | None = None
    first: tuple[Field, ...] = ()
    template: Template | None = None
    constant: str | int | bool | None = None
    functions: tuple[str, ...] = ()
    table: Mapping[str, str | int | bool] | None = None
    otherwise: str | int | bool | None = None
    money: MoneyForm | None = None
    currency: Field | None = None
    time: str | None = None
    zone: tzinfo | None = None
    hashed: HashKind | None = None
    country_code: str | None = None
    minus: Field | None = None
    default: str | int | bool | None = None

    def paths(self) -> tuple[Path, ...]:
        """Return all paths that it reads, in their order."""
        own = (self.path,) if self.path is not None else ()
        within = (
            tuple(part for part in self.template.parts if isinstance(part, Path)) if self.template else ()
        )
        others = (one for one in (*self.first, self.currency, self.minus) if one is not None)
        return (*own, *within, *(path for one in others for path in one.paths()))

    def hashes(self) -> bool:
        """Return whether it hashes anything."""
        return self.hashed is not None or any(one.hashes() for one in self.first)


def compile_field(field: Field, hasher: Hasher | None) -> Read:
    """Return a function that reads a field: its value, or None if there is none; `hasher` has the client's key.

    The function raises `WrongValueError` for a value that can't be used.
    """
    read = _source(field, hasher)
    steps = _steps(field, hasher)
    if steps:
        read = _with_steps(read, steps, where=None if field.path is None else field.path.text)
    if field.money in ("decimal", "decimal-comma"):
        currency = None if field.currency is None else compile_field(field.currency, hasher)
        read = _with_money(read, field.money, currency, where=None if field.path is None else field.path.text)
    if field.minus is not None:
        read = _minus(read, compile_field(field.minus, hasher))
    return read if field.default is None else _with_default(read, field.default)


def _source(field: Field, hasher: Hasher | None) -> Read:
    if field.path is not None:
        return field.path.read
    if field.template is not None:
        return _template(field.template)
    if field.first:
        return _first([compile_field(one, hasher) for one in field.first])
    constant = field.constant
    return lambda _record, _item, _number: constant


def _first(reads: Sequence[Read]) -> Read:
    def first(record: Any, item: Any, number: int) -> Any:
        for read in reads:
            value = read(record, item, number)
            if value is not None and value != "":
                return value
        return None

    return first


def _template(template: Template) -> Read:
    """Return a function that fills in a text; if one of its values is missing, so is the text."""
    match template.parts:
        case (str() as before, Path() as path):
            return _short_template(before, path)

    def text(record: Any, item: Any, number: int) -> str | None:
        texts: list[str] = []
        for part in template.parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            value = part.read(record, item, number)
            if value is None or value == "":
                return None
            texts.append(_single(value, part.text))
        return "".join(texts)

    return text


def _short_template(before: str, path: Path) -> Read:
    """Return a function that fills in a text of the usual form, `order:{id}`, in half the time."""
    read, where = path.read, path.text

    def text(record: Any, item: Any, number: int) -> str | None:
        value = read(record, item, number)
        if value is None or value == "":
            return None
        return before + (value if isinstance(value, str) else _single(value, where))

    return text


def _single(value: Any, where: str | None) -> str:
    """Return a single value as a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    what = "an object" if isinstance(value, dict) else "a list"
    raise WrongValueError(f"{_at(where)}{what}, where a single value belongs")


def _at(where: str | None) -> str:
    return "" if where is None else f"{where}: "


Step = Callable[[Any], Any]


def _steps(field: Field, hasher: Hasher | None) -> list[Step]:
    """Return the conversions of a value, in order, except that of money with a currency of its own."""
    steps: list[Step] = [_text_step(FUNCTIONS[name]) for name in field.functions]
    if field.table is not None:
        steps.append(_table_step(field.table, field.otherwise))
    if field.money == "minor":
        steps.append(minor_units)
    if field.time is not None:
        steps.append(time_parser(field.time, field.zone))
    if field.hashed is not None:
        steps.append(_hash_step(field.hashed, field.country_code, hasher))
    return steps


def _with_steps(read: Read, steps: Sequence[Step], where: str | None) -> Read:
    def stepped(record: Any, item: Any, number: int) -> Any:
        value = read(record, item, number)
        if value is None or value == "":
            return None
        try:
            for step in steps:
                value = step(value)
                if value is None or value == "":
                    return None
        except WrongValueError as error:
            raise WrongValueError(f"{_at(where)}{error}") from None
        return value

    return stepped


def _text_step(apply: Callable[[str], str]) -> Step:
    return lambda value: apply(value if isinstance(value, str) else _single(value, None))


def _table_step(table: Mapping[str, str | int | bool], otherwise: str | int | bool | None) -> Step:
    return lambda value: table.get(value if isinstance(value, str) else _single(value, None), otherwise)


def _hash_step(kind: HashKind, country_code: str | None, hasher: Hasher | None) -> Step:
    if hasher is None:
        return _without_key
    if kind == "phone":
        return lambda value: hasher.phone(_single(value, None), country_code)
    hashed = hasher.email if kind == "email" else hasher.text
    return lambda value: hashed(_single(value, None))


def _without_key(_value: Any) -> NoReturn:
    raise WrongValueError("can't be hashed without a key; give the file with it as --secrets")


def _with_money(read: Read, form: MoneyForm, currency: Read | None, where: str | None) -> Read:
    def money(record: Any, item: Any, number: int) -> int | None:
        value = read(record, item, number)
        if value is None or value == "":
            return None
        try:
            return from_decimal(value, form, None if currency is None else currency(record, item, number))
        except WrongValueError as error:
            raise WrongValueError(f"{_at(where)}{error}") from None

    return money


def _minus(read: Read, less: Read) -> Read:
    def difference(record: Any, item: Any, number: int) -> Any:
        value, taken = read(record, item, number), less(record, item, number)
        if value is None or taken is None:
            return value
        for one in (value, taken):
            if isinstance(one, bool) or not isinstance(one, int):
                raise WrongValueError(f"{show(one)}; minus needs whole numbers, such as amounts")
        return value - taken

    return difference


def _with_default(read: Read, default: str | int | bool) -> Read:
    def found(record: Any, item: Any, number: int) -> Any:
        value = read(record, item, number)
        return default if value is None or value == "" else value

    return found


_TEXTS: Final = frozenset({"text", "reference", "id", "choice", "currency", "program"})


def as_ours(value: Any, kind: Kind) -> Any:  # noqa: PLR0911 - one a kind
    """Return a value in the contract's kind if it is only written differently: an id as a number, say.

    A value that doesn't fit is returned unchanged; the contract refuses it and says why.
    """
    if type(value) is str and kind in _TEXTS:  # most values, at a third of the cost of what follows
        return value
    if isinstance(value, ParsedTime):
        return value.text
    if isinstance(value, (dict, list)):
        return _single(value, None)
    if kind in _TEXTS:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(value, str) and kind == "integer":
        return int(value) if _WHOLE.fullmatch(value.strip()) else value
    if kind == "boolean" and not isinstance(value, bool):
        flag = boolean(value)
        return value if flag is None else flag
    return value
