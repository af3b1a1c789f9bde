"""Columns of a table: what each shows, and how they share the width. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

RowT = TypeVar("RowT")


@dataclass(frozen=True)  # slots and `Column[Row](…)` do not go together
class Column(Generic[RowT]):
    """A column: `draw` gives a row's text for so many cells, and its ink.

    It is `width` cells wide, and takes `grow` shares of the cells that are left over, up to `most` (0: no end). Where
    the width is short, columns of the smallest `weight` give way first. `sorts` are the ways it can be sorted,
    the first one first: descending (true) or ascending (false); `says` is its line in the help.
    """

    key: str
    title: str
    width: int
    draw: Callable[[RowT, int], tuple[str, str]]
    right: bool = False
    grow: int = 0
    most: int = 0
    weight: int = 5
    sorts: tuple[bool, ...] = ()
    says: str = ""


def fit(columns: Sequence[Column[RowT]], width: int) -> list[tuple[Column[RowT], int]]:
    """Share `width` cells among columns, one cell between two; return those that fit, in order."""
    shown = list(columns)
    while len(shown) > 1 and sum(column.width + 1 for column in shown) - 1 > width:
        least = min(shown, key=lambda column: (column.weight, -shown.index(column)))
        shown.remove(least)
    cells = [column.width for column in shown]
    left = width - sum(cells) - len(cells) + 1
    while left > 0:
        growing = [
            at
            for at, column in enumerate(shown)
            if column.grow and (not column.most or cells[at] < column.most)
        ]
        if not growing:
            break
        parts = sum(shown[at].grow for at in growing)
        given = 0
        for at in growing:
            more = max(1, left * shown[at].grow // parts)
            if shown[at].most:
                more = min(more, shown[at].most - cells[at])
            more = min(more, left - given)
            cells[at] += more
            given += more
        left -= given
    return list(zip(shown, cells, strict=True))
