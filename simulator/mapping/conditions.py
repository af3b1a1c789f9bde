"""Evaluate the rules' SQL over the values of one record, with nulls as in SQL.

The engine compiles the same trees for columns (`simulator/program/rules.py`); for a single record this costs a
hundredth of that.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from simulator.mapping.paths import Read
from simulator.program.facts import Kind
from simulator.program.tree import BINARY, Node, Op, case_branches, like_pattern

_OPERATORS: Final[dict[Op, Callable[[Any, Any], Any]]] = {
    **BINARY,
    "div": operator.truediv,  # by a constant that is not 0: an expression has no other
}
_TRUE: Final = frozenset({"true", "1", "yes", "y"})
_FALSE: Final = frozenset({"false", "0", "no", "n"})


def compile_condition(tree: Node, values: Mapping[str, Read]) -> Read:
    """Return a function that evaluates a tree to True, False or None; `values` read what the tree calls facts."""
    return _compile(tree, values)


def as_kind(kind: Kind, read: Read) -> Read:
    """Return a function that reads a value as one of a kind; a value of another kind is None, as if missing."""
    convert = {"text": _text, "number": _number, "bool": boolean}[kind]

    def found(record: Any, item: Any, number: int) -> Any:
        value = read(record, item, number)
        return None if value is None else convert(value)

    def text(record: Any, item: Any, number: int) -> str | None:
        value = read(record, item, number)
        if type(value) is str:
            return value or None
        return None if value is None else _text(value)

    return text if kind == "text" else found


def boolean(value: Any) -> bool | None:
    """Return a truth value as systems write them: true, false, 1, 0, yes, no; None for anything else."""
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    return True if text in _TRUE else False if text in _FALSE else None


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _compile(node: Node, values: Mapping[str, Read]) -> Read:  # noqa: PLR0911 - one a kind of node
    if node.op == "fact":
        return values[str(node.value)]
    if node.op in ("literal", "null"):
        literal = node.value
        return lambda _record, _item, _number: literal
    args = [_compile(arg, values) for arg in node.args]
    if node.op == "eq" and node.args[1].op == "literal":
        return _is(args[0], node.args[1].value)
    if node.op in _MANY:
        return _MANY[node.op](args)
    if node.op == "like":
        return _like(args[0], str(node.value))
    if len(args) == 1:
        return _unary(node.op, args[0])
    return _binary(_OPERATORS[node.op], *args)


def _connect(decides: bool) -> Callable[[list[Read]], Read]:
    """Return a compiler for AND (`decides` is false) or OR (true): one such value decides, else an unknown one does."""

    def compiled(args: list[Read]) -> Read:
        def connected(record: Any, item: Any, number: int) -> bool | None:
            known: bool | None = not decides
            for arg in args:
                value: bool | None = arg(record, item, number)
                if value is decides:
                    return decides
                if value is None:
                    known = None
            return known

        return connected

    return compiled


def _case(args: list[Read]) -> Read:
    branches, otherwise = case_branches(args)

    def case(record: Any, item: Any, number: int) -> Any:
        for condition, value in branches:
            if condition(record, item, number) is True:
                return value(record, item, number)
        return otherwise(record, item, number)

    return case


def _coalesce(args: list[Read]) -> Read:
    def first(record: Any, item: Any, number: int) -> Any:
        return next((value for arg in args if (value := arg(record, item, number)) is not None), None)

    return first


_MANY: Final[dict[Op, Callable[[list[Read]], Read]]] = {
    "and": _connect(False),
    "or": _connect(True),
    "case": _case,
    "coalesce": _coalesce,
}


def _like(arg: Read, pattern: str) -> Read:
    found = _like_regex(pattern)

    def like(record: Any, item: Any, number: int) -> bool | None:
        value = arg(record, item, number)
        return None if value is None else found.fullmatch(value) is not None

    return like


def _like_regex(pattern: str) -> re.Pattern[str]:
    """Compile a LIKE pattern so that a text of any length is searched once for each of its pieces.

    A piece between two % is taken where it first occurs, and no longer sought elsewhere if what follows doesn't fit:
    that would take hours for a long text of somebody else's, and could not succeed.
    """
    first, *rest = (like_pattern(piece, "", ".", re.escape) for piece in re.split("%+", pattern))
    middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1])
    return re.compile(f"{first}{middle}.*{rest[-1]}" if rest else first, re.DOTALL)


def _is(arg: Read, literal: Any) -> Read:
    """Return a function that compares with a constant, as most conditions begin: in half the time of `_binary`."""

    def equal(record: Any, item: Any, number: int) -> bool | None:
        value = arg(record, item, number)
        return None if value is None else value == literal

    return equal


def _unary(op: Op, arg: Read) -> Read:
    if op == "is-null":
        return lambda record, item, number: arg(record, item, number) is None
    turn = operator.not_ if op == "not" else operator.neg

    def one(record: Any, item: Any, number: int) -> Any:
        value = arg(record, item, number)
        return None if value is None else turn(value)

    return one


def _binary(apply: Callable[[Any, Any], Any], left: Read, right: Read) -> Read:
    def two(record: Any, item: Any, number: int) -> Any:
        a, b = left(record, item, number), right(record, item, number)
        return None if a is None or b is None else apply(a, b)

    return two
