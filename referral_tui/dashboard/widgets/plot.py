"""Lines drawn in braille: two dots by four to a cell, each cell with the name of its ink. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
Dot = tuple[float, float]
"""Right and up, both from 0 to 1; the lowest and the highest are the middles of the outermost rows."""
Run = tuple[str, str]
"""A text and its ink; an ink of None is the bare ground."""


class Canvas:
    """A field of cells to draw lines on."""

    def __init__(self, width: int, height: int) -> None:
        """Make an empty field of so many cells."""
        self.width, self.height = width, height
        self._cells: dict[tuple[int, int], int] = {}
        self._inks: dict[tuple[int, int], str] = {}
        self._under: dict[tuple[int, int], Run] = {}
        self._over: dict[tuple[int, int], Run] = {}

    def put(self, column: int, row: int, sign: str, ink: str) -> None:
        """Put a character into a cell; a line that passes through it stays on top."""
        self._under[column, row] = sign, ink

    def write(self, column: int, row: int, text: str, ink: str) -> None:
        """Write a text over everything."""
        for place, sign in enumerate(text):
            self._over[column + place, row] = sign, ink

    def line(self, dots: Sequence[Dot | None], ink: str, *, dotted: bool = False) -> None:
        """Draw a line through points, from left to right; it is broken at unknown ones."""
        before: tuple[int, int] | None = None
        for dot in dots:
            here = None if dot is None else self._place(dot)
            if here is not None:
                for x, y in _between(before or here, here):
                    if not dotted or x % 4 < 2:
                        self._set(x, y, ink)
            before = here

    def rows(self) -> Iterator[list[Run]]:
        """Return the rows from the top down, cut into runs of one ink."""
        for row in range(self.height):
            runs: list[list[str]] = []
            for column in range(self.width):
                sign, ink = self._cell(column, row)
                if runs and runs[-1][1] == ink:
                    runs[-1][0] += sign
                else:
                    runs.append([sign, ink])
            yield [(text, ink) for text, ink in runs]

    def _cell(self, column: int, row: int) -> Run:
        if (column, row) in self._over:
            return self._over[column, row]
        bits = self._cells.get((column, row))
        if bits is not None:
            return chr(0x2800 + bits), self._inks[column, row]
        return self._under.get((column, row), (" ", ""))

    def _place(self, dot: Dot) -> tuple[int, int]:
        x = round(dot[0] * (2 * self.width - 1))
        y = 2 + round((1 - dot[1]) * 4 * (self.height - 1))
        return x, y

    def _set(self, x: int, y: int, ink: str) -> None:
        if 0 <= x < 2 * self.width and 0 <= y < 4 * self.height:
            cell = x // 2, y // 4
            self._cells[cell] = self._cells.get(cell, 0) | _BITS[y % 4][x % 2]
            self._inks[cell] = ink


def _between(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Go from one dot to another in steps of a dot at most, both ends included."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    for step in range(steps + 1):
        part = step / steps if steps else 0.0
        yield round(start[0] + (end[0] - start[0]) * part), round(start[1] + (end[1] - start[1]) * part)
