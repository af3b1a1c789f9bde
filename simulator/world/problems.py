"""Describe the problems of a TOML file for people: the key, what is there, what would be right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from simulator.program.nearest import advice, shown

Place = tuple[int | str, ...]

_SIMPLE = {"float", "int", "str", "bool"}  # types, as Pydantic names them in a place
_LIMITS = {
    "less_than_equal": ("le", "is more than {}, the maximum"),
    "less_than": ("lt", "must be less than {}"),
    "greater_than_equal": ("ge", "is less than {}, the minimum"),
    "greater_than": ("gt", "must be more than {}"),
}
_KINDS = {
    "float_type": "a number",
    "int_type": "a whole number",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


def lines(error: ValidationError, model: type[BaseModel], file: str) -> list[str]:
    """Return the problems of a file that should match `model`, a line each; tables with one name are counted from 1."""
    found: dict[str, str] = {}
    for problem in error.errors(include_url=False):
        if problem["type"] == "literal_error" and isinstance(problem["input"], dict | list):
            continue  # a value of several kinds: it is reported as the other kind
        place = _place(problem["loc"], model)
        where = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
        found.setdefault(where, _problem_text(problem, place, model))
    return [": ".join(part for part in (file, where, text) if part) for where, text in found.items()]


def _problem_text(problem: Mapping[str, Any], place: Place, model: type[BaseModel]) -> str:
    kind, given, context = problem["type"], problem["input"], problem.get("ctx", {})
    text = str(problem["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        text = f"no such key; {advice(str(place[-1]), _keys(model, place[:-1]))}"
    elif kind == "missing":
        text = "the key is missing"
    elif kind in _LIMITS:
        limit, words = _LIMITS[kind]
        text = f"{shown(given)} {words.format(f'{context[limit]:g}')}"
    elif kind in _KINDS:
        text = f"{shown(given)} is not {_KINDS[kind]}"
    elif kind == "literal_error":
        text = f"no such value {shown(given)}; use one of {context['expected']}"
    elif kind in {"too_short", "too_long"}:
        wanted = context.get("min_length", context.get("max_length"))
        text = f"has {context['actual_length']} values; it must have {wanted}"
    return text


def _place(place: Sequence[int | str], model: type[BaseModel]) -> Place:
    """Return a problem's place without the type names that Pydantic adds for a union."""
    kept: list[int | str] = []
    for part in place:
        if isinstance(part, int) or not kept or not _is_kind(part, model, tuple(kept)):
            kept.append(part)
    return tuple(kept)


def _is_kind(part: str, model: type[BaseModel], place: Place) -> bool:
    """Return whether a part of a place names a type rather than a key: `Reach`, `list[float]`, `literal['one']`."""
    return part in _SIMPLE or "[" in part or part in {one.__name__ for one in _at(model, place)}


def _keys(model: type[BaseModel], place: Place) -> list[str]:
    """Return the keys that a model allows at a place."""
    return [name for one in _at(model, place) for name, _ in _fields(one)]


def _at(model: type[BaseModel], place: Place) -> list[type[BaseModel]]:
    """Return the models that a table at a place may have."""
    models = [model]
    for part in place:
        inner = [annotation for one in models for name, annotation in _fields(one) if name == part]
        models = [found for annotation in inner for found in _models(annotation)] or models
    return models


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        yield field.alias or name, field.annotation


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models anywhere in an annotation: in a list, a table or a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
