"""Make a grid of designs from one program file: each is a valid file with its comments, and some values differ.

A variation is `PATH=VALUES`. Paths:

    reward[NAME].KEY          a key of a reward; * for every reward
    reward[NAME].caps[2].KEY  a key of its second cap
    rule[CODE].KEY            a key of a rule
    rule[CODE].FACT           the number that a fact is compared with in the rule's condition
    milestone[NAME].KEY, attribution.KEY, budget.KEY, program.KEY
    delivery[TYPE]            how a client event type is delivered, as after `--delivery TYPE=`

VALUES are a list, `7d,14d,30d`, or a range, `10..50:5` or `7d..28d:7d`; the step is 1 if it is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from itertools import product
from math import prod
from typing import Any, Final

from simulator.delivery.models import parse_models
from simulator.domain.errors import InputError, ProgramError
from simulator.program.layout import BY_NAME, CAP, Form, Key, Table
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.program.nearest import advice, shown
from simulator.program.revise import find_positions, revise
from simulator.program.source import Path, parse_toml

MOST_DESIGNS: Final = 100
"""The most designs in a grid: more are too many to read, and among many, some look good by luck alone."""
AS_IT_IS: Final = "as it is"

_SINGLE: Final = ("program", "attribution", "budget")
_TITLE: Final = {"reward": "name", "rule": "code", "milestone": "name"}
"""For each array of tables, the key that names a table."""
_EVERYWHERE: Final = frozenset({"hold", "clawback", "every", "tier", "expires"})
"""The keys that `reward[*]` gives to every reward; others, such as value, change only where they already are."""
_PATH = re.compile(
    r"(?P<table>[a-z_]+)(?:\[(?P<name>[^\]]*)\])?(?:\.caps\[(?P<cap>[^\]]*)\])?(?:\.(?P<key>[A-Za-z0-9_]+))?"
)
COMPARED = re.compile(r"\b([a-z][a-z0-9_]*)\s*(?:<=|>=|<>|!=|<|>|=)\s*(-?[0-9]+(?:\.[0-9]+)?)")
"""A fact compared with a number, in a condition: its name, and the number."""
_AMOUNT = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)([mhdw%]?)")
_BARE: Final[frozenset[Form]] = frozenset({"money", "percent", "whole", "tier", "boolean", "moment"})
_NOT_VARIED: Final[frozenset[Form]] = frozenset(
    {"caps", "choices", "names", "weights", "kinds", "expression"}
)


@dataclass(frozen=True)
class Variation:
    """What is varied: the path as it was written, and the values to try."""

    path: str
    values: tuple[str, ...]

    @property
    def title(self) -> str:
        """The path, shortened for a reader: `referrer-credit.value`, `*.hold`, `window`."""
        found = _PATH.fullmatch(self.path)
        assert found is not None  # noqa: S101 - it was parsed with the same pattern
        name, key = found["name"], found["key"]
        cap = f".caps[{found['cap']}]" if found["cap"] else ""
        return f"{name}{cap}.{key}" if name and key else name or f"{found['table']}.{key}"


@dataclass(frozen=True)
class Design:
    """A design of a study: its name, its program, and how its client's events are delivered, if that is varied.

    `choices` are the varied paths, each with this design's value; `program.text` is a whole program file.
    """

    name: str
    program: Program
    delivery: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[tuple[str, str], ...] = ()


def parse_variation(text: str) -> Variation:
    """Parse `PATH=VALUES`; whether a program has such a path is checked when the grid is made.

    Raises:
        InputError: the text has another form.

    """
    found = re.fullmatch(r"((?:[^=\[]|\[[^\]]*\])+)=(.+)", text)
    if found is None:
        raise InputError(
            f"--vary {text}: write PATH=VALUES, such as reward[NAME].value=10..50:5 or reward[*].hold=7d,14d,30d"
        )
    path = found[1].strip()
    if _PATH.fullmatch(path) is None:
        raise InputError(
            f"--vary {text}: no such path {shown(path)}; write reward[NAME].KEY, rule[CODE].FACT, milestone[NAME].KEY, "
            "attribution.KEY, budget.KEY or delivery[TYPE]"
        )
    values = tuple(
        dict.fromkeys(one for part in _parts(found[2]) for one in _expanded(part.strip(), text, path))
    )
    return Variation(path, values)


def _parts(values: str) -> list[str]:
    """Split at the commas outside of brackets."""
    return [one[0] for one in re.finditer(r"(?:\[[^\]]*\]|[^,\[])+", values)]


def _expanded(part: str, text: str, path: str) -> Iterator[str]:
    """Yield the values of a range, or the one value."""
    if ".." not in part or path.startswith("delivery"):
        yield part
        return
    span, _, step = part.partition(":")
    ends = [_AMOUNT.fullmatch(one.strip()) for one in (*span.split("..", 1), step or "1")]
    start, end, by = ends
    if start is None or end is None or by is None or start[2] != end[2] or by[2] not in ("", start[2]):
        raise InputError(
            f"--vary {text}: {shown(part)} is not a range; write FROM..TO:STEP, such as 10..50:5 or 7d..28d:7d"
        )
    low, high, width = Decimal(start[1]), Decimal(end[1]), Decimal(by[1])
    if high < low or width <= 0:
        raise InputError(
            f"--vary {text}: {shown(part)} is empty; start with the smaller number, and use a step above 0"
        )
    if (high - low) / width >= MOST_DESIGNS:
        raise InputError(
            f"--vary {text}: {shown(part)} has more than {MOST_DESIGNS} values; use a wider step"
        )
    for place in range(int((high - low) / width) + 1):
        yield f"{low + place * width}{start[2]}"


def grid(text: str, file: str, variations: Sequence[Variation]) -> list[Design]:
    """Return the designs of a grid: the unchanged file first, and equal designs only once.

    `text` is a program file, `file` its name in messages.

    Raises:
        InputError: a path doesn't exist, a value doesn't fit there, or there are more designs than MOST_DESIGNS.
        ProgramError: the file itself is not valid.

    """
    base = load_program(text, file)
    count = prod(len(one.values) for one in variations)
    if count > MOST_DESIGNS:
        raise InputError(
            f"--vary: {count:,} designs; at most {MOST_DESIGNS} are possible, so vary fewer things or use a wider step"
        )
    maker = _Maker(text, base)
    settings = {(one.path, value): maker.setting(one, value) for one in variations for value in one.values}
    found = [Design(AS_IT_IS, base)]
    known = {_content(base, {})}
    for chosen in product(*(one.values for one in variations)):
        pairs = list(zip(variations, chosen, strict=True))
        name = ", ".join(f"{one.title}={value}" for one, value in pairs)
        values: dict[Path, str] = {}
        delivery: dict[str, str] = {}
        for one, value in pairs:
            setting = settings[one.path, value]
            values |= setting.values
            delivery |= setting.delivery
        program = _loaded(revise(text, values), file, name, base)
        content = _content(program, delivery)
        if content not in known:
            known.add(content)
            found.append(Design(name, program, delivery, tuple((one.path, value) for one, value in pairs)))
    return found


def _loaded(text: str, file: str, name: str, base: Program) -> Program:
    try:
        return load_program(text, file, base.currency)
    except ProgramError as error:
        problem = error.problems[0].removeprefix(file).lstrip(":0123456789 ")
        raise InputError(f"--vary: {name} doesn't make a valid program: {problem}") from None


def _content(program: Program, delivery: Mapping[str, str]) -> tuple[Program, str]:
    """Return a key that is equal for two designs exactly if they do the same."""
    return replace(program, text=""), json.dumps(delivery, sort_keys=True)


@dataclass(frozen=True)
class _Setting:
    """One value of a variation: what it writes into the file, and which delivery models it sets."""

    values: dict[Path, str] = field(default_factory=dict)
    delivery: dict[str, str] = field(default_factory=dict)


class _Maker:
    """Finds what the paths of variations refer to in one file."""

    def __init__(self, text: str, program: Program) -> None:
        self.text = text
        self.document: Mapping[str, Any] = parse_toml(text, "")
        self.digits = program.digits
        self.spots = find_positions(text).values

    def setting(self, one: Variation, value: str) -> _Setting:
        """Return what a value of a variation sets."""
        found = _PATH.fullmatch(one.path)
        assert found is not None  # noqa: S101 - parse_variation checked it
        table, name, cap, key = found["table"], found["name"], found["cap"], found["key"]
        if table == "delivery":
            return _Setting(delivery=self._delivery(one, name, value))
        if table not in (*_SINGLE, *_TITLE):
            raise self._wrong(
                one,
                f"there is no table {shown(table)} to vary; {advice(table, (*_SINGLE, *_TITLE, 'delivery'))}",
            )
        if key is None:
            raise self._wrong(one, f"which key? add .KEY, one of {', '.join(BY_NAME[table].key_names())}")
        if table in _SINGLE:
            if name is not None or cap is not None:
                raise self._wrong(one, f"there is only one [{table}]; write {table}.{key}")
            return _Setting({(table, key): self._literal(one, BY_NAME[table], key, value)})
        return _Setting(
            {
                path: literal
                for place in self._places(one, table, name, key if cap is None else "caps")
                for path, literal in self._in_table(one, (table, place), cap, key, value)
            }
        )

    def _delivery(self, one: Variation, name: str | None, value: str) -> dict[str, str]:
        if name is None:
            raise self._wrong(one, "which event type? write delivery[service.activated]")
        try:
            parse_models({name: value})
        except InputError as error:
            raise self._wrong(one, str(error)) from None
        return {name: value}

    def _places(self, one: Variation, table: str, name: str | None, key: str) -> list[int]:
        """Return the places, in their array, of the tables that a variation names."""
        tables = self.document.get(table, [])
        names = [str(item.get(_TITLE[table])) for item in tables]
        if not names:
            raise self._wrong(one, f"the program has no {table}")
        if name is None:
            raise self._wrong(one, f"which {table}? write {table}[{names[0]}].{key}")
        if name != "*":
            if name not in names:
                raise self._wrong(one, f"no {table} {shown(name)}; {advice(name, names)}")
            return [names.index(name)]
        having = [place for place, item in enumerate(tables) if key in _EVERYWHERE or key in item]
        if not having and key in BY_NAME[table].key_names():
            raise self._wrong(
                one,
                f"no {table} has {shown(key)}; name the one that should get it: {table}[{names[0]}].{key}",
            )
        return having or list(range(len(names)))

    def _in_table(
        self, one: Variation, table: tuple[str, int], cap: str | None, key: str, value: str
    ) -> Iterator[tuple[Path, str]]:
        name, place = table
        item = self.document[name][place]
        if cap is not None:
            caps = item.get("caps", [])
            if not (cap.isdecimal() and 1 <= int(cap) <= len(caps)):
                has = f"it has {len(caps)}, counted from 1" if caps else "it has none"
                raise self._wrong(one, f"no cap {shown(cap)} of {shown(item.get(_TITLE[name]))}; {has}")
            yield (*table, "caps", int(cap) - 1, key), self._literal(one, CAP, key, value)
        elif name == "rule" and key not in BY_NAME[name].key_names():
            yield (*table, "require"), self._compared(one, place, key, value)
        else:
            yield (*table, key), self._literal(one, BY_NAME[name], key, value)

    def _compared(self, one: Variation, place: int, fact: str, value: str) -> str:
        """Return a rule's condition as the file has it, with a fact compared with another number."""
        start, end = self.spots["rule", place, "require"]
        condition = self.text[start:end]
        found = [match for match in COMPARED.finditer(condition) if match[1] == fact]
        code = shown(self.document["rule"][place].get("code"))
        if not found:
            facts = list(dict.fromkeys(match[1] for match in COMPARED.finditer(condition)))
            right = advice(fact, (*facts, *BY_NAME["rule"].key_names()))
            raise self._wrong(one, f"rule {code} doesn't compare {shown(fact)} with a number; {right}")
        if len(found) > 1:
            raise self._wrong(
                one,
                f"rule {code} compares {fact} with {len(found)} numbers; split it into rules with one number each",
            )
        try:
            Decimal(value)
        except InvalidOperation:
            raise self._wrong(
                one, f"{shown(value)} is not a number; {fact} is compared with {found[0][2]}"
            ) from None
        return condition[: found[0].start(2)] + value + condition[found[0].end(2) :]

    def _literal(self, one: Variation, table: Table, name: str, value: str) -> str:
        """Return the value of a key as TOML."""
        key = self._key(one, table, name)
        if key.form in _NOT_VARIED:
            raise self._wrong(
                one, f"{shown(name)} can't be varied; vary a number in it, or give several program files"
            )
        if key.form == "money":
            return self._money(value)
        if key.form in _BARE or (key.form == "occurrence" and value.isdecimal()):
            if re.fullmatch(r"[-+0-9A-Za-z.:_]+|\[[0-9, ]*\]", value) is None:
                raise self._wrong(one, f"{shown(value)} is not a value of {name}: {key.note}")
            return value
        return json.dumps(value, ensure_ascii=False)

    def _key(self, one: Variation, table: Table, name: str) -> Key:
        for key in table.keys:
            if key.name == name:
                return key
        raise self._wrong(one, f"no key {shown(name)} of {table.name}; {advice(name, table.key_names())}")

    def _money(self, value: str) -> str:
        """Return an amount with the decimals of the currency, as the presets write it."""
        try:
            amount = Decimal(value)
        except InvalidOperation:
            return json.dumps(value)
        exact = amount.quantize(Decimal(1).scaleb(-self.digits)) if amount.is_finite() else amount
        return f"{exact if exact == amount else amount}"

    def _wrong(self, one: Variation, problem: str) -> InputError:
        return InputError(f"--vary {one.path}: {problem}")
