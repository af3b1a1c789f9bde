"""Whether what was read from a database is of the kinds that its rows are declared to be.

SQLite keeps a text, a blob or an infinity in any column. A database that somebody changed, or a damaged one, gives a
line on the screen that reads it, and not a failure where it is drawn.
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
from typing import Any, TypeVar

from db.sqlite.readonly import DamagedDatabaseError

_MOST = 2**63
_CONTAINERS = (tuple, list, AbstractSet)
_Value = TypeVar("_Value")


def sound(value: _Value, path: Path) -> _Value:
    """Give back what was read. Raises DamagedDatabaseError where a value in it is not of its declared kind."""
    found = unsound(value)
    if found is not None:
        raise unreadable(path, f" ({found})")
    return value


def unreadable(path: Path, why: str = "") -> DamagedDatabaseError:
    """Say that what is in a database is not what belongs there."""
    return DamagedDatabaseError(
        f"{path}: holds what can't be made sense of{why}; `referral-tui verify --db {path}` says where"
    )


def unsound(value: object, kind: Any = Any) -> str | None:
    """Find the first value within `value` that is not of its declared kind: a word on what it is; null for none."""
    if value is None:
        return (
            None if kind is Any or type(None) in _choices(kind) else "nothing where there must be something"
        )
    if isinstance(value, (bool, int, float, str, bytes)):
        return _plain(value, _choices(kind))
    parts: Iterable[tuple[Any, Any]]
    if is_dataclass(value) and not isinstance(value, type):
        hints = _hints(type(value))
        parts = ((getattr(value, name), hint) for name, hint in hints)
    elif isinstance(value, Mapping):
        of = _of(kind, 2)
        parts = ((one, hint) for pair in value.items() for one, hint in zip(pair, of, strict=True))
    elif isinstance(value, _CONTAINERS):
        parts = zip(value, _items(kind, len(value)), strict=True)
    else:
        return None
    return next((found for one, hint in parts if (found := unsound(one, hint)) is not None), None)


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
def _choices(kind: Any) -> tuple[Any, ...]:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return tuple(one for part in typing.get_args(kind) for one in _choices(part))
    return (kind,)


def _of(kind: Any, count: int) -> tuple[Any, ...]:
    """The declared kinds of a container's parts, or that nothing is declared."""
    for one in _choices(kind):
        arguments = typing.get_args(one)
        if len(arguments) == count:
            return arguments
    return (Any,) * count


def _items(kind: Any, count: int) -> tuple[Any, ...]:
    for one in _choices(kind):
        arguments = typing.get_args(one)
        if (len(arguments) == 2 and arguments[1] is Ellipsis) or len(arguments) == 1:
            return (arguments[0],) * count
        if len(arguments) == count and typing.get_origin(one) is tuple:
            return arguments
    return (Any,) * count


@cache
def _hints(kind: type) -> tuple[tuple[str, Any], ...]:
    try:
        hints = typing.get_type_hints(kind)
    except NameError:  # of names that are known to the type checker only
        hints = {}
    return tuple((field.name, hints.get(field.name, Any)) for field in fields(kind))
