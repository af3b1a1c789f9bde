"""Define the part of a world file that says how far its assumed numbers may be from the truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel


@dataclass(frozen=True)
class Assumption:
    """A number in a world file that has no source: its path, and its plausible range."""

    path: tuple[str, ...]
    value: float
    low: float
    high: float

    @property
    def name(self) -> str:
        """The path as it is written in the file."""
        return ".".join(self.path)


def find_assumptions(ranges: Mapping[str, object], spec: BaseModel) -> tuple[Assumption, ...]:
    """Return the assumptions that a file's table `assumed` names, in its order.

    Raises:
        ValueError: a path names no number, or a range is invalid or doesn't contain it; the message begins with
        `assumed`.

    """
    return tuple(_assumption(path, range_, spec) for path, range_ in _leaves((), ranges))


def _leaves(path: tuple[str, ...], value: object) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves((*path, str(key)), part)
    else:
        yield path, value


def _assumption(path: tuple[str, ...], ends: object, spec: BaseModel) -> Assumption:
    name = ".".join(path)
    value: object = spec
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else getattr(value, key, None)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"assumed: {name} is not a number in this file")
    if (
        not isinstance(ends, list)
        or len(ends) != 2
        or not all(isinstance(end, int | float) and not isinstance(end, bool) for end in ends)
    ):
        raise ValueError(f"assumed: {name} needs its lowest and its highest value, such as [0.1, 0.4]")
    low, high = float(ends[0]), float(ends[1])
    if not low <= value <= high or low == high:
        raise ValueError(f"assumed: {name} is {value:g}, which does not lie between {low:g} and {high:g}")
    return Assumption(path, float(value), low, high)
