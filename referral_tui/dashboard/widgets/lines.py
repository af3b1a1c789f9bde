"""The base of all widgets here: lines drawn once, cached until content, size or theme change.

Measured with Textual 8.2: a widget of this kind costs 2-7 ms a tick where a DataTable costs 54.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from typing import Protocol, runtime_checkable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.inks import Inks, solid
from simulator.domain.printable import printable

LOG = logging.getLogger(__name__)
_BAR = re.compile("(█{2,}|█(?=[▉-▏]))")  # full cells of a bar; a single block that is a sign is none


class Line:
    """Builds one line of cells piece by piece, and never more than its width."""

    def __init__(self, width: int, blank: Style) -> None:
        """Start an empty line of `width` cells; `blank` fills what is not written."""
        self._left = self._width = width
        self._blank = blank
        self._segments: list[Segment] = []

    @property
    def width(self) -> int:
        """Cells in all."""
        return self._width

    @property
    def left(self) -> int:
        """Cells that are still free."""
        return self._left

    def add(self, text: str, style: Style, width: int | None = None, *, right: bool = False) -> Line:
        """Write a text, cut with an ellipsis at `width` or the line's end, and padded to `width` if given.

        Whatever would control the terminal is escaped: texts may come from outside.
        """
        room = self._left if width is None else min(width, self._left)
        if room <= 0:
            return self
        text = clip(printable(text), room)
        if width is not None:
            gap = " " * (room - cell_len(text))
            text = gap + text if right else text + gap
        self._left -= cell_len(text)
        if "█" in text:
            parts = [part for part in _BAR.split(text) if part]
            self._segments += [Segment(part, solid(style) if _BAR.match(part) else style) for part in parts]
        else:
            self._segments.append(Segment(text, style))
        return self

    def skip(self, cells: int = 1) -> Line:
        """Leave cells blank."""
        return self.add(" " * min(cells, self._left), self._blank) if cells > 0 else self

    def strip(self) -> Strip:
        """Finish the line."""
        if self._left:
            self._segments.append(Segment(" " * self._left, self._blank))
        return Strip(self._segments, self._width)


@runtime_checkable
class Explained(Protocol):
    """A widget that can say what it shows."""

    def topic(self) -> Topic:
        """Say what has the focus here, with the formula of the number under the cursor."""


class LineWidget(Widget):
    """A widget that draws all its lines at once and keeps them."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id, classes=classes)
        self.ink = Inks(self)
        self._drawn: tuple[Size, list[Strip]] | None = None

    def draw(self, width: int, height: int) -> Iterable[Strip]:
        """Draw the lines of the content; fewer than `height` leave the rest blank."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Redraw, and paint only the lines that changed: painting a line costs ten times drawing it."""
        if self._drawn is None or self._drawn[0] != self.size:
            self._drawn = None
            self.refresh()
            return
        size, before = self._drawn
        lines = self._draw_all(size)
        self._drawn = size, lines
        if len(lines) != len(before):
            self.refresh()
            return
        changed = [Region(0, y, size.width, 1) for y, line in enumerate(lines) if line != before[y]]
        if changed:
            self.refresh(*changed)

    def _draw_all(self, size: Size) -> list[Strip]:
        return or_failed(lambda: list(self.draw(size.width, size.height)), size.width, self)

    def notify_style_update(self) -> None:
        """Drop lines drawn in the old colours."""
        self._drawn = None
        self.ink.forget()
        super().notify_style_update()

    def on_focus(self, _event: events.Focus) -> None:
        """Draw the focus."""
        self.redraw()

    def on_blur(self, _event: events.Blur) -> None:
        """Draw without the focus."""
        self.redraw()

    def line(self, width: int) -> Line:
        """Begin a line in this widget's colours."""
        return Line(width, self.ink("plain"))

    def render_line(self, y: int) -> Strip:
        """Return a line of the content, drawing it now if necessary."""
        size = self.size
        if self._drawn is None or self._drawn[0] != size:
            self._drawn = size, self._draw_all(size)
        lines = self._drawn[1]
        return lines[y] if y < len(lines) else Strip.blank(size.width, self.ink("plain"))


def or_failed(draw: Callable[[], list[Strip]], width: int, widget: Widget) -> list[Strip]:
    """Draw, or say in a line that it can't be drawn: the database may hold anything, and the rest must go on."""
    try:
        return draw()
    except Exception:
        LOG.exception("%s can't be drawn", type(widget).__name__)
        return [Line(width, Style.null()).add("This can't be drawn; verify says why.", Style.null()).strip()]


def empty_line(text: str, y: int, width: int, height: int, ink: Inks) -> Strip:
    """Draw a line of the text in the middle of a widget that has nothing to show."""
    lines = wrap(text, max(1, width - 4))
    place = y - max(0, (height - len(lines)) // 2)
    line = Line(width, ink("plain"))
    if 0 <= place < len(lines):
        line.skip((width - len(lines[place])) // 2).add(lines[place], ink("quiet"))
    return line.strip()


def clip(text: str, width: int) -> str:
    """Cut a text to a number of cells, with an ellipsis if something is lost."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1) + "…" if width > 1 else set_cell_size(text, max(0, width))


def wrap(text: str, width: int) -> list[str]:
    """Break a text at its spaces into lines of at most `width` cells; hidden characters are escaped."""
    lines: list[str] = []
    line = ""
    for word in printable(text, lines=True).split():
        longer = f"{line} {word}" if line else word
        if cell_len(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = clip(word, width)
    return [*lines, line] if line else lines
