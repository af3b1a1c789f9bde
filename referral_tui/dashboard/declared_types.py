"""Check that what was read from a database has the types that its rows declare.

SQLite keeps a text, a blob or an infinity in any column. A database that somebody changed, or a damaged one, leads to
a line on the screen that reads it, and not to a failure where it is drawn.
"""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from simulator.domain.errors import DatabaseError


class MistypedValueError(DatabaseError):
    """A value in the database is not of the kind of its column."""

    title: ClassVar[str] = "The database is damaged"


_MOST = 2**63
_AT_ONCE = frozenset((bool, int, str, type(None)))  # of these any value will do
_CONTAINERS = (tuple, list, AbstractSet)
_Value = TypeVar("_Value")


def check_types(value: _Value, path: Path) -> _Value:
    """Return what was read. Raises MistypedValueError if a value in it is not of its declared kind."""
    found = find_mistyped(value)
    if found is not None:
        raise unreadable(path, f" ({found})")
    return value


def unreadable(path: Path, why: str = "") -> MistypedValueError:
    """Return an error: what is in a database is not what belongs there."""
    return MistypedValueError(
        f"{path}: holds values that make no sense{why}; `referral-tui verify --db {path}` says where"
    )


def find_mistyped(value: object, kind: Any = Any) -> str | None:
    """Say what the first value within `value` is that is not of its declared kind, or None if there is none."""
    if value is None:
        return (
            None if kind is Any or type(None) in _choices(kind) else "nothing where there must be something"
        )
    if isinstance(value, (bool, int, float, str, bytes)):
        return _plain(value, _choices(kind))
    parts: Iterable[tuple[Any, Any, frozenset[type]]]
    if is_dataclass(value) and not isinstance(value, type):
        parts = ((getattr(value, name), hint, quick) for name, hint, quick in _hints(type(value)))
    elif isinstance(value, Mapping):
        key, item = (_with_quick(hint) for hint in _of(kind, 2))
        parts = (part for one, other in value.items() for part in ((one, *key), (other, *item)))
    elif isinstance(value, _CONTAINERS):
        parts = ((one, *_with_quick(hint)) for one, hint in zip(value, _items(kind, len(value)), strict=True))
    else:
        return None
    for one, hint, quick in parts:
        if type(one) not in quick and (found := find_mistyped(one, hint)) is not None:
            return found
    return None


def _plain(value: bool | float | str | bytes, kinds: tuple[Any, ...]) -> str | None:
    if isinstance(value, bytes):
        return "a blob"
    if isinstance(value, float) and not (math.isfinite(value) and abs(value) < _MOST):
        return "a number beyond all bounds"
    named = [one for one in kinds if one in (bool, int, float, str)]
    if not named or len(named) < len([one for one in kinds if one is not type(None)]):
        return None  # of a kind that is not checked
    allowed = tuple({*named, *((int,) if float in named or bool in named else ())})
    return None if isinstance(value, allowed) else f"a {type(value).__name__} where another kind belongs"


@cache
def _with_quick(kind: Any) -> tuple[Any, frozenset[type]]:
    """Return a declared kind, and the types whose values need no further check; most values are of these."""
    return kind, frozenset(one for one in _choices(kind) if one in _AT_ONCE)


@cache
def _choices(kind: Any) -> tuple[Any, ...]:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return tuple(one for part in typing.get_args(kind) for one in _choices(part))
    return (kind,)


@cache
def _of(kind: Any, count: int) -> tuple[Any, ...]:
    """Return the declared kinds of a container's parts, or that nothing is declared."""
    for one in _choices(kind):
        arguments = typing.get_args(one)
        if len(arguments) == count:
            return arguments
    return (Any,) * count


@cache
def _items(kind: Any, count: int) -> tuple[Any, ...]:
    for one in _choices(kind):
        arguments = typing.get_args(one)
        if (len(arguments) == 2 and arguments[1] is Ellipsis) or len(arguments) == 1:
            return (arguments[0],) * count
        if len(arguments) == count and typing.get_origin(one) is tuple:
            return arguments
    return (Any,) * count


@cache
def _hints(kind: type) -> tuple[tuple[str, Any, frozenset[type]], ...]:
    try:
        hints = typing.get_type_hints(kind)
    except NameError:  # of names that are known to the type checker only
        hints = {}
    return tuple((field.name, *_with_quick(hints.get(field.name, Any))) for field in fields(kind))
