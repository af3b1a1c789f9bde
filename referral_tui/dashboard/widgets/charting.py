"""A chart in characters: panels of lines with a scale and an axis, as rows of texts with their inks. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from referral_tui import scales
from referral_tui.dashboard.pictures import Band, Curve, Panel, Picture
from referral_tui.dashboard.widgets.plot import Canvas, Dot, Run

AXIS = 2  # rows of the axis of time, and of its words
LEAST = 5  # rows of a panel, at least, its title among them
MOST = 7  # round numbers on a scale
DATE_CELLS = 9  # from one date to the next
SIGNS = {False: "━", True: "┅"}
"""What stands for a line, drawn or dotted, beside its name."""


def chart(picture: Picture, width: int, height: int, *, titled: bool = True) -> Iterator[list[Run]]:
    """Draw as many panels as fit, one below another, over one axis."""
    room = height - AXIS
    if room < 1 or width < 16:
        return
    shown = picture.panels[: max(1, room // LEAST)]
    shares = [room // len(shown) + (place < room % len(shown)) for place in range(len(shown))]
    headed = titled and min(shares) >= 3
    heights = [share - headed for share in shares]
    marked = [_ticks(panel, picture, rows) for panel, rows in zip(shown, heights, strict=True)]
    gutter = max(len(text) for ticks in marked for _, text in ticks)
    for place, (panel, rows, ticks) in enumerate(zip(shown, heights, marked, strict=True)):
        if headed:
            yield _title(panel, gutter, width)
        yield from _plot(panel, picture, ticks, gutter, width - gutter - 1, rows, named=place == 0)
    yield from _axis(picture, gutter, width - gutter - 1)


def _ticks(panel: Panel, picture: Picture, rows: int) -> tuple[scales.Tick, ...]:
    """Choose evenly spaced round numbers that leave most of the rows to the curves."""
    top = panel.top

    def spread(ticks: tuple[scales.Tick, ...]) -> tuple[float, int]:
        gaps = len(ticks) - 1
        return (gaps * ((rows - 1) // gaps) + 1) * top / ticks[-1][0], gaps

    return max(
        (_scale(panel, picture, top, most) for most in range(2, max(2, min(MOST, rows)) + 1)), key=spread
    )


def _scale(panel: Panel, picture: Picture, top: float, most: int) -> tuple[scales.Tick, ...]:
    if panel.unit == "money":
        return scales.money_ticks(top, most, picture.currency, picture.digits)
    return scales.latency_ticks(top, most) if panel.unit == "latency" else scales.count_ticks(top, most)


def _title(panel: Panel, gutter: int, width: int) -> list[Run]:
    """Name the panel and its curves; if both don't fit, only the curves."""
    names = [(f"{SIGNS[curve.dotted]} {curve.name}", curve.ink) for curve in panel.curves if curve.name]
    words = [(panel.title, "head"), *names]
    if gutter + 1 + sum(len(text) + 2 for text, _ in words) > width + 2 and names:
        words = names
    return [(" " * gutter + " ", ""), *(run for word in words for run in (word, ("  ", "")))]


def _plot(
    panel: Panel,
    picture: Picture,
    ticks: tuple[scales.Tick, ...],
    gutter: int,
    width: int,
    rows: int,
    *,
    named: bool,
) -> Iterator[list[Run]]:
    """Draw one panel beside its scale: a faint line at each round number, a dashed one at each change."""
    top, gaps = ticks[-1][0], len(ticks) - 1
    each = max(1, (rows - 1) // gaps)  # rows from one round number to the next: the same for all
    canvas = Canvas(width, min(rows, gaps * each + 1))
    labels = {canvas.height - 1 - place * each: text for place, (_, text) in enumerate(ticks)}
    for row in labels:
        for column in range(width):
            canvas.put(column, row, "┈", "edge")
    for band in panel.bands:
        _fill(canvas, band, picture, top)
    for curve in panel.curves:
        canvas.line(_dots(curve, picture, top), curve.ink, dotted=curve.dotted)
    _marks(canvas, picture, named=named)
    for _ in range(rows - canvas.height):
        yield []
    for row, runs in enumerate(canvas.rows()):
        text = labels.get(row)
        edge = "│" if text is None else "┤"
        yield [((text or "").rjust(gutter), "quiet"), (edge, "edge"), *runs]


def _fill(canvas: Canvas, band: Band, picture: Picture, top: float) -> None:
    """Fill the cells that lie between two curves; at least one in each column that they reach."""
    span, last = picture.end - picture.start, canvas.height - 1
    places = [(at - picture.start) / span * (canvas.width - 1) for at, _, _ in band.points]
    for (_, low, high), (_, next_low, next_high), start, end in zip(
        band.points, band.points[1:], places, places[1:], strict=False
    ):
        for column in range(max(0, round(start)), min(canvas.width - 1, round(end)) + 1):
            part = (column - start) / (end - start) if end > start else 0.0
            part = min(1.0, max(0.0, part))
            below, above = low + (next_low - low) * part, high + (next_high - high) * part
            for row in range(round((1 - above / top) * last), round((1 - max(0.0, below) / top) * last) + 1):
                canvas.put(column, min(last, max(0, row)), band.sign, band.ink)


def _dots(curve: Curve, picture: Picture, top: float) -> list[Dot | None]:
    span = picture.end - picture.start
    return [
        None if value is None else (min(1.0, max(0.0, (at - picture.start) / span)), max(0.0, value) / top)
        for at, value in curve.points
    ]


def _marks(canvas: Canvas, picture: Picture, *, named: bool) -> None:
    """Draw the changes of the program; if the names of several would touch, only the newest is named."""
    free = canvas.width
    for at, name in reversed(picture.marks):
        column = round((at - picture.start) / (picture.end - picture.start) * (canvas.width - 1))
        for row in range(canvas.height):
            canvas.put(column, row, "┊", "accent")
        start = column + 1 if column + 1 + len(name) <= canvas.width else column - len(name)
        if named and start >= 0 and start + len(name) <= free:
            canvas.write(start, 0, name, "accent")
            free = min(start, column) - 1


def _axis(picture: Picture, gutter: int, width: int) -> Iterator[list[Run]]:
    """Draw the line with its ticks, and the words under it, each below its tick."""
    span, most = picture.end - picture.start, max(1, width // DATE_CELLS)
    if picture.dates:
        ticks = scales.date_ticks(int(picture.start), int(picture.end), most)
    else:
        ticks = scales.elapsed_ticks(span, most)
    line, words = ["─"] * width, [" "] * (width + 1)
    free = 0
    for at, text in ticks:
        place = at - picture.start if picture.dates else at
        column = min(width - 1, round(place / span * (width - 1)))
        line[column] = "┴"
        start = min(max(0, column - len(text) // 2), width + 1 - len(text))
        if start >= free:
            words[start : start + len(text)] = text
            free = start + len(text) + 1
    yield [(" " * gutter, ""), ("└" + "".join(line), "edge")]
    yield [(" " * gutter, ""), ("".join(words), "quiet")]
