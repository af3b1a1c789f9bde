"""Small pictures out of characters: braille areas, block lines, bars. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from operator import add

_BLOCKS = " ▁▂▃▄▅▆▇█"
_PARTS = " ▏▎▍▌▋▊▉"
# a braille cell with 0 to 4 dots from the bottom up in its left and in its right column
_LEFT = (0x2800, 0x2840, 0x2844, 0x2846, 0x2847)
_RIGHT = (0x00, 0x80, 0xA0, 0xB0, 0xB8)


def resample(values: Sequence[float | None], points: int) -> list[float]:
    """Stretch or condense a series to a number of points; an unknown value stands as the one before it."""
    known: list[float] = []
    last = 0.0
    for value in values:
        last = last if value is None else value
        known.append(last)
    if not known:
        return [0.0] * points
    if len(known) <= points:
        return [known[i * len(known) // points] for i in range(points)]
    means: list[float] = []
    for i in range(points):
        part = known[i * len(known) // points : (i + 1) * len(known) // points]
        means.append(sum(part) / len(part))
    return means


def area(values: Sequence[float | None], width: int, height: int) -> list[str]:
    """Draw a series as a filled area of `width` by `height` cells, top line first; newest at the right.

    From two rows on in braille (two points by four dots a cell), in one row in blocks. The lowest dot always
    stands, so that a line of nothing can be told from no line.
    """
    if width <= 0 or height <= 0:
        return []
    if height == 1:
        points = resample(values, width)
        top = max(points, default=0.0)
        return ["".join(_BLOCKS[1 + round(7 * max(0.0, p) / top)] if top > 0 else _BLOCKS[1] for p in points)]
    points = resample(values, 2 * width)
    top = max(points, default=0.0)
    dots = [max(1, round(4 * height * max(0.0, p) / top)) if top > 0 else 1 for p in points]
    lines = []
    for ground in range(4 * (height - 1), -1, -4):
        left = [_LEFT[min(4, max(0, dot - ground))] for dot in dots[::2]]
        right = [_RIGHT[min(4, max(0, dot - ground))] for dot in dots[1::2]]
        lines.append("".join(map(chr, map(add, left, right))))
    return lines


def bar(part: float, width: int) -> str:
    """Draw a bar over `part` (0 to 1) of `width` cells, to an eighth of a cell; any part above zero shows."""
    eighths = round(max(0.0, min(1.0, part)) * width * 8)
    if part > 0:
        eighths = max(1, eighths)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_PARTS[rest] if rest else "")).ljust(width)[:width]
