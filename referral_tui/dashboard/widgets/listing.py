"""A list of rows, newest first, drawn line by line with kept strips; scrolled away from the top it holds still."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from referral_tui.dashboard.step import Step
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.inks import Inks
from referral_tui.dashboard.widgets.lines import Line, empty_line
from referral_tui.dashboard.widgets.rows import called
from referral_tui.dashboard.widgets.strips import StripView
from referral_tui.figures import DAY
from referral_tui.names import PSEUDONYMS, Names

RowT = TypeVar("RowT")
KEPT = 600  # strips kept; a screenful is 60 at most


class Listing(StripView, Generic[RowT], can_focus=True):
    """Rows of any frozen kind; a subclass says how one is drawn."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "row(-1)", "Up", show=False, id="list.up", tooltip="Newer rows"),
        Binding("down", "row(1)", "Down", show=False, id="list.down", tooltip="Older rows"),
    ]

    class Left(Message):
        """The list was left over its top."""

    def __init__(self, title: str, topic: Topic, empty: str, *, id: str) -> None:  # noqa: A002 -- Textual's name
        """Make a list with its title, its help, and what stands in it while there are no rows."""
        super().__init__(id=id, classes="panel")
        self.ink = Inks(self)
        self.border_title = title
        self._topic = topic
        self._empty = empty
        self._rows: Sequence[RowT] = ()
        self._newest: Sequence[RowT] = ()
        self._strips: dict[tuple[RowT, int, bool, tuple[str, ...]], Strip] = {}
        self.names = PSEUDONYMS
        self.step: Step | None = None
        self.dated = False

    def show(self, rows: Sequence[RowT]) -> None:
        """Take the rows to show, newest first; does nothing if they are already shown."""
        if rows == self._newest:
            return
        self._newest = rows
        if self.scroll_offset.y == 0:
            self._follow()
        else:
            self._say_held()

    def call(self, names: Names) -> None:
        """Use these names for people."""
        if names != self.names:
            self.names = names
            self.repaint()

    def mark(self, step: Step | None) -> None:
        """Light up the rows that are the last step's doing."""
        if step != self.step:
            self.step = step
            self.repaint()

    @property
    def rows(self) -> Sequence[RowT]:
        """The rows that are shown."""
        return self._rows

    def topic(self) -> Topic:
        """Say what the rows are."""
        return self._topic

    @property
    def shown(self) -> Sequence[RowT]:
        """The rows that there is room for without scrolling."""
        return self._rows[: max(1, self.scrollable_content_region.height)]

    def moment(self, row: RowT) -> int:
        """Return when a row happened, milliseconds UTC."""
        raise NotImplementedError

    def glosses(self) -> Iterator[str]:
        """Say words of the rows that are shown which not everybody knows."""
        yield from ()

    def marked(self, row: RowT, step: Step) -> bool:
        """Tell whether a row is the last step's doing."""
        raise NotImplementedError

    def draw_row(self, row: RowT, line: Line) -> None:
        """Draw one row into a line."""
        raise NotImplementedError

    def action_row(self, step: int) -> None:
        """Scroll by a row; over the top the focus goes on."""
        if step < 0 and self.scroll_offset.y == 0:
            self.post_message(self.Left())
        else:
            self.scroll_relative(y=step, animate=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow again once the top is reached."""
        super().watch_scroll_y(old_value, new_value)
        if round(new_value) == 0 and self._rows is not self._newest:
            self._follow()

    def notify_style_update(self) -> None:
        """Drop strips drawn in the old colours."""
        self._strips.clear()
        self.ink.forget()
        super().notify_style_update()

    def on_resize(self, _event: events.Resize) -> None:
        """Fit the rows to the new width."""
        self._fit()
        if self._rows is self._newest:
            self._explain()

    def draw_line(self, y: int) -> Strip:
        """Return a visible line."""
        width, height = self.scrollable_content_region.size
        place = y + self.scroll_offset.y
        if not self._rows:
            return empty_line(self._empty, y, width, height, self.ink)
        if place >= len(self._rows):
            return Strip.blank(width, self.ink("plain"))
        row = self._rows[place]
        marked = self.step is not None and self.marked(row, self.step)
        key = (row, width, marked, called(row, self.names))
        strip = self._strips.get(key)
        if strip is None:
            if len(self._strips) > KEPT:
                self._strips.clear()
            line = Line(width, self.ink("plain"))
            line.add("▸" if marked else " ", self.ink("accent"))
            self.draw_row(row, line)
            strip = self._strips[key] = line.strip()
        return strip

    def _follow(self) -> None:
        self._rows = self._newest
        self._fit()
        self._explain()
        self.repaint()

    def _explain(self) -> None:
        """Write the days that differ and, on the frame, what words mean, as far as there is room."""
        dated = len({self.moment(row) // DAY for row in self.shown}) > 1
        if dated != self.dated:
            self.dated = dated
            self._strips.clear()
        text = ""
        for gloss in self.glosses():
            longer = f"{text} · {gloss}" if text else gloss
            text = longer if len(longer) <= self.size.width - 4 else text
        self.border_subtitle = text

    def _say_held(self) -> None:
        self.border_subtitle = "held still; home follows again"

    def _fit(self) -> None:
        size = Size(self.scrollable_content_region.width, len(self._rows))
        if size != self.virtual_size:
            self.virtual_size = size
