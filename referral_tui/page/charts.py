"""Draw charts as SVG, each with a title and a description for people who can't see it. Pure; no library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from referral_tui.page.markup import SERIES, text
from referral_tui.scales import Tick

WIDTH: Final = 720
_LEFT, _RIGHT = 150, 24
_ROW: Final = 20
_LETTER: Final = 7  # the width of a letter, about


@dataclass(frozen=True)
class Chart:
    """A chart's title, and what it shows, in a sentence; `name` is its id on the page."""

    name: str
    title: str
    says: str


@dataclass(frozen=True)
class Fan:
    """A figure over time: for each step the 5th, 25th, 50th, 75th and 95th percentiles of the markets."""

    name: str
    bands: Sequence[tuple[float, float, float, float, float]]


def _svg(chart: Chart, height: float, body: str) -> str:
    return (
        f'<svg role="img" aria-labelledby="{chart.name}-t {chart.name}-d" viewBox="0 0 {WIDTH} {height:g}">'
        f'<title id="{chart.name}-t">{text(chart.title)}</title>'
        f'<desc id="{chart.name}-d">{text(chart.says)}</desc>{body}</svg>'
    )


def _text(x: float, y: float, words: str, anchor: str = "start", kind: str = "") -> str:
    styled = f' class="{kind}"' if kind else ""
    anchored = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{_n(x)}" y="{_n(y)}"{anchored}{styled}>{text(words)}</text>'


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _line(x1: float, y1: float, x2: float, y2: float, kind: str = "axis") -> str:
    return f'<path class="{kind}" d="M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}"/>'


def _rect(x: float, y: float, width: float, height: float, kind: str) -> str:
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 1))}" height="{_n(height)}" class="{kind}"/>'


def _dot(x: float, y: float, radius: float, kind: str) -> str:
    return f'<circle class="{kind}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"/>'


def _legend(names: Sequence[str], y: float, lines: bool = False) -> str:
    """Draw the names of the series side by side, cut off if there is no room."""
    room = (WIDTH - 20) / max(1, len(names))
    found = []
    for place, name in enumerate(names):
        x = 10 + place * room
        found.append(
            _line(x, y - 4, x + 26, y - 4, f"l{place}") if lines else _rect(x, y - 10, 14, 12, f"f{place}")
        )
        found.append(_text(x + (32 if lines else 20), y, cut(name, int((room - 40) / _LETTER))))
    return "".join(found)


def cut(name: str, most: int) -> str:
    """Return a name shortened to at most so many letters."""
    return name if len(name) <= most else f"{name[: max(1, most - 1)]}…"


def bars(chart: Chart, names: Sequence[str], rows: Sequence[tuple[str, Sequence[tuple[float, str]]]]) -> str:
    """Draw groups of bars on one scale: for each row a value and its label for each series."""
    names = names[:SERIES]
    top = max((value for _, cells in rows for value, _ in cells), default=0) or 1
    scale = (WIDTH - _LEFT - _RIGHT - 120) / top
    body, y = [_legend(names, 16)], 34.0
    for label, cells in rows:
        middle = y + len(names) * _ROW / 2
        body.append(_text(_LEFT - 10, middle + 4, label, "end"))
        for place, (value, note) in enumerate(cells[: len(names)]):
            body.append(_rect(_LEFT, y + 3, value * scale, _ROW - 6, f"f{place}"))
            body.append(_text(_LEFT + value * scale + 6, y + 14.5, note))
            y += _ROW
        y += 8
    return _svg(chart, y + 4, "".join(body))


def fans(chart: Chart, series: Sequence[Fan], ticks: Sequence[Tick], steps: Sequence[Tick]) -> str:
    """Draw fans over time: the median, and bands of the middle 50 and 90 % of markets; `steps` label the time axis."""
    series = series[:SERIES]
    left, top, bottom, right = 70, 34, 300, WIDTH - 20
    low, high = min(0.0, ticks[0][0]), ticks[-1][0]
    last = max(1, max(len(one.bands) for one in series) - 1)

    def x(step: float) -> float:
        return left + step / last * (right - left)

    def y(value: float) -> float:
        return bottom - (value - low) / ((high - low) or 1) * (bottom - top)

    body = [_legend([one.name for one in series], 16, lines=True)]
    for value, label in ticks:
        body += [_line(left, y(value), right, y(value)), _text(left - 8, y(value) + 4, label, "end", "soft")]
    for step, label in steps:
        body.append(_text(x(step), bottom + 20, label, "end" if x(step) > right - 20 else "middle", "soft"))
    for place, one in enumerate(series):
        for first, end, opacity in ((0, 4, 0.13), (1, 3, 0.2)):
            up = [(x(step), y(band[end])) for step, band in enumerate(one.bands)]
            down = [(x(step), y(band[first])) for step, band in enumerate(one.bands)][::-1]
            path = "L".join(f"{_n(a)} {_n(b)}" for a, b in (*up, *down))
            body.append(f'<path class="f{place}" fill-opacity="{opacity}" d="M{path}Z"/>')
    for place, one in enumerate(series):
        path = "L".join(f"{_n(x(step))} {_n(y(band[2]))}" for step, band in enumerate(one.bands))
        body.append(f'<path class="l{place}" d="M{path}"/>')
    return _svg(chart, bottom + 32, "".join(body))


def dots(
    chart: Chart,
    rows: Sequence[tuple[str, Sequence[float]]],
    ticks: Sequence[Tick],
    line: tuple[float, str] | None,
) -> str:
    """Draw a dot for each market, heaped up where they are close; `line` is a value that is marked, and its label."""
    left, right, size = 20, WIDTH - 20, 9.0
    top = ticks[-1][0] or 1
    columns = int((right - left) / size)
    body, y = [], 24.0
    if line is not None:
        body.append(
            _text(
                left + min(line[0] / top, 1) * (right - left),
                14,
                line[1],
                "end" if line[0] > top / 2 else "start",
            )
        )
    for place, (name, values) in enumerate(rows[:SERIES]):
        heap: dict[int, int] = {}
        for value in sorted(values):
            column = min(columns - 1, int(value / top * columns))
            heap[column] = heap.get(column, 0) + 1
        y += 18 + max(heap.values(), default=1) * size
        body.append(_text(left, y - max(heap.values(), default=1) * size - 4, cut(name, 90)))
        body += [
            _dot(left + (column + 0.5) * size, y - (row + 0.5) * size, 3.8, f"f{place}")
            for column, count in sorted(heap.items())
            for row in range(count)
        ]
        body.append(_line(left, y, right, y))
        y += 10
    body += [
        _text(left + value / top * (right - left), y + 10, label, "middle", "soft") for value, label in ticks
    ]
    if line is not None:
        at = left + min(line[0] / top, 1) * (right - left)
        body.append(_line(at, 20, at, y - 8, "mark"))
    return _svg(chart, y + 22, "".join(body))


def points(
    chart: Chart,
    places: Sequence[tuple[float, float, str, bool]],
    across: Sequence[Tick],
    up: Sequence[Tick],
    axes: tuple[str, str],
) -> str:
    """Draw points by x and y with their labels; those that are marked are filled and joined by a line."""
    left, right, top, bottom = 70, WIDTH - 30, 30, 330
    low, high = up[0][0], up[-1][0]

    def x(value: float) -> float:
        return left + (value - across[0][0]) / ((across[-1][0] - across[0][0]) or 1) * (right - left)

    def y(value: float) -> float:
        return bottom - (value - low) / ((high - low) or 1) * (bottom - top)

    body = [_text(left, 16, axes[1], kind="soft"), _text(right, bottom + 40, axes[0], "end", "soft")]
    for value, tick in up:
        body += [_line(left, y(value), right, y(value)), _text(left - 8, y(value) + 4, tick, "end", "soft")]
    body += [_text(x(value), bottom + 20, tick, "middle", "soft") for value, tick in across]
    marked = sorted((a, b) for a, b, _, best in places if best)
    if len(marked) > 1:
        body.append(f'<path class="l0" d="M{"L".join(f"{_n(x(a))} {_n(y(b))}" for a, b in marked)}"/>')
    written: set[tuple[int, int]] = set()  # where there is a label already
    for a, b, label, best in places:
        body.append(_dot(x(a), y(b), 6 if best else 4, "f0" if best else "f1"))
        spot = (int(x(a) / 60), int(y(b) / 14))
        if label and spot not in written:
            written.add(spot)
            end = x(a) > WIDTH * 0.7
            body.append(_text(x(a) + (-10 if end else 10), y(b) + 4, label, "end" if end else "start"))
    return _svg(chart, bottom + 50, "".join(body))


def waterfall(chart: Chart, steps: Sequence[tuple[str, float, float, str]]) -> str:
    """Draw bars that hang where the one before ended: for each its label, start, end and the text behind it."""
    top = max((max(start, end) for _, start, end, _ in steps), default=0) or 1
    left = 210
    scale = (WIDTH - left - _RIGHT - 110) / top
    body, y = [], 8.0
    for label, start, end, value in steps:
        first, last = sorted((start, end))
        body.append(_text(left - 10, y + 15, label, "end"))
        body.append(
            _rect(left + first * scale, y + 3, (last - first) * scale, 16, "fl" if end < start else "f0")
        )
        body.append(_text(left + last * scale + 6, y + 15, value))
        y += 24
    return _svg(chart, y + 6, "".join(body))


def tornado(chart: Chart, rows: Sequence[tuple[str, float, float, str]], base: float) -> str:
    """Draw how far each row moves a figure: its label, the figure at both ends, and the text behind it."""
    values = [value for _, low, high, _ in rows for value in (low, high)]
    least, most = min(*values, base), max(*values, base)
    left, right = 240, WIDTH - 150

    def x(value: float) -> float:
        return left + (value - least) / ((most - least) or 1) * (right - left)

    body, y = [], 10.0
    for label, low, high, note in rows:
        first, last = sorted((x(low), x(high)))
        body.append(_text(left - 10, y + 14, cut(label, 32), "end"))
        body.append(_rect(first, y + 3, last - first, 14, "f0"))
        body.append(_text(right + 10, y + 14, note))
        y += 22
    body.append(_line(x(base), 4, x(base), y + 4, "mark"))
    return _svg(chart, y + 12, "".join(body))
