"""A table on the line API: a header, rows of any number, a cursor, columns that adapt to the width.

Only visible rows are drawn, and kept as strips: a tick costs as much as the rows that changed. The screen hands in
rows that are few enough to hold (a page of its query); `NearEnd` asks for more of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.columns import Column, fit
from referral_tui.dashboard.widgets.inks import Inks
from referral_tui.dashboard.widgets.lines import Line, empty_line
from referral_tui.dashboard.widgets.rows import called
from referral_tui.dashboard.widgets.strips import MORE_ABOVE, MORE_BELOW, StripView
from referral_tui.names import PSEUDONYMS, Names

RowT = TypeVar("RowT")
KEPT = 600  # strips kept; a screenful is 60 at most
NEAR = 20  # rows from the end at which more are asked for


@dataclass(frozen=True, slots=True)
class Sorting:
    """By which column rows are sorted, and which way."""

    key: str
    descending: bool = False


class Table(StripView, Generic[RowT], can_focus=True):
    """Rows under a header; its columns say what is drawn of each, `key` what identifies it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False, id="table.up", tooltip="One row up"),
        Binding("down", "move(1)", "Down", show=False, id="table.down", tooltip="One row down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="table.page_up", tooltip="A page up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="table.page_down", tooltip="A page down"),
        Binding("home", "edge(0)", "First row", show=False, id="table.home", tooltip="The first row"),
        Binding("end", "edge(-1)", "Last row", show=False, id="table.end", tooltip="The last row"),
        Binding("enter", "open", "Open", show=False, id="table.open", tooltip="Opens the row"),
    ]

    class Moved(Message):
        """The cursor moved to another row."""

        def __init__(self, table: Table[Any], row: Any) -> None:
            """Set which table, and which row; None if there is none."""
            super().__init__()
            self.table, self.row = table, row

        @property
        def control(self) -> Table[Any]:
            """The table, so that a handler can be for one table only."""
            return self.table

    class Opened(Moved):
        """A row was opened, by enter or by a second click."""

    class Sorted(Message):
        """Another order is wanted: the screen requests it in its query, and passes it back with the rows."""

        def __init__(self, table: Table[Any], sorting: Sorting) -> None:
            """Set which table, and which order."""
            super().__init__()
            self.table, self.sorting = table, sorting

        @property
        def control(self) -> Table[Any]:
            """The table, so that a handler can be for one table only."""
            return self.table

    class NearEnd(Moved):
        """The cursor comes near the last row that was handed in."""

    class Left(Moved):
        """The cursor moved up past the first row."""

    def __init__(
        self,
        title: str,
        topic: Topic,
        empty: str,
        columns: Sequence[Column[RowT]],
        key: Callable[[RowT], Hashable],
        *,
        id: str,  # noqa: A002 -- Textual's name
    ) -> None:
        """Make a table; `topic` is its help, `empty` stands in it while there are no rows."""
        super().__init__(id=id, classes="panel table")
        self.ink = Inks(self)
        self.border_title = title
        self.sorting: Sorting | None = None
        self.names: Names = PSEUDONYMS
        self._topic, self._empty, self._key = topic, empty, key
        self._columns = tuple(columns)
        self._rows: Sequence[RowT] = ()
        self._cursor = 0
        self._marked: Collection[Hashable] = frozenset()
        self._strips: dict[object, Strip] = {}
        self._fitted: tuple[int, list[tuple[Column[RowT], int]]] = (-1, [])

    # -- what is shown --------------------------------------------------------------------------------

    @property
    def rows(self) -> Sequence[RowT]:
        """The rows that are shown."""
        return self._rows

    @property
    def row(self) -> RowT | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    def show(self, rows: Sequence[RowT], sorting: Sorting | None = None, empty: str | None = None) -> None:
        """Take the rows to show, in their order; does nothing if they are already shown.

        The cursor stays on its row wherever that moves; if it is on the first row, it stays first. What is visible
        stays in place while rows come in above it.
        """
        if empty is not None and empty != self._empty:
            self._empty = empty
            self.repaint()
        if rows == self._rows and sorting == self.sorting:
            return
        before, place = self.row, self._cursor
        self._rows, self.sorting = rows, sorting
        if place and before is not None:
            key = self._key(before)
            place = next((at for at, row in enumerate(rows) if self._key(row) == key), place)
        moved = place - self._cursor
        self._cursor = max(0, min(place, len(rows) - 1))
        self._fit()
        if moved > 0 and self.scroll_offset.y:
            self.scroll_to(y=self.scroll_offset.y + moved, animate=False, immediate=True)
        self.repaint()
        if self.row != before:
            self.post_message(self.Moved(self, self.row))

    def redraw(self) -> None:
        """Redraw all rows: something that their columns depend on has changed."""
        self._strips.clear()
        self.repaint()

    def call(self, names: Names) -> None:
        """Use these names for people."""
        if names != self.names:
            self.names = names
            self.repaint()

    def mark(self, keys: Collection[Hashable]) -> None:
        """Highlight these rows: the last step caused them."""
        if keys != self._marked:
            self._marked = keys
            self.repaint()

    def go_to(self, key: Hashable) -> bool:
        """Put the cursor on a row; false if there is no such row."""
        place = next((at for at, row in enumerate(self._rows) if self._key(row) == key), None)
        if place is not None:
            self._put(place)
        return place is not None

    def topic(self) -> Topic:
        """Say what the rows are, and what each column means."""
        facts = tuple((column.title, column.says) for column in self._columns if column.says)
        return Topic(self._topic.title, self._topic.text, (*self._topic.facts, *facts))

    # -- keys and the mouse ---------------------------------------------------------------------------

    def action_move(self, step: int) -> None:
        """Move the cursor by rows; at the top the focus may move on."""
        if step < 0 and self._cursor == 0:
            self.post_message(self.Left(self, self.row))
        else:
            self._put(self._cursor + step)

    def action_page(self, step: int) -> None:
        """Move the cursor by a page."""
        self._put(self._cursor + step * max(1, self.scrollable_content_region.height - 2))

    def action_edge(self, place: int) -> None:
        """Move the cursor to the first row, or to the last one."""
        self._put(place if place >= 0 else len(self._rows) - 1)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.row is not None:
            self.post_message(self.Opened(self, self.row))

    def sort_next(self) -> None:
        """Ask for the next order: each sortable column, one way and then the other."""
        ways = [Sorting(column.key, down) for column in self._columns for down in column.sorts]
        if ways:
            place = ways.index(self.sorting) + 1 if self.sorting in ways else 0
            self.post_message(self.Sorted(self, ways[place % len(ways)]))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that is clicked, open it if the cursor is already there; sort by a header."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == 0:
            self._sort_at(offset.x)
            return
        place = offset.y - 1 + self.scroll_offset.y
        if place < len(self._rows):
            if self.press_button(self._rows[place], offset.x):
                self._put(place)
                return
            if place == self._cursor and event.chain > 1:
                self.action_open()
            self._put(place)

    def press_button(self, row: RowT, x: int) -> bool:  # noqa: ARG002 -- a table with buttons says where
        """Press what is drawn as a button at `x` of a row, and return whether there is one."""
        return False

    @property
    def allow_vertical_scroll(self) -> bool:
        """Let it be scrolled wherever there are more rows than lines; Textual asks after a layout only."""
        return self.max_scroll_y > 0

    # -- drawing --------------------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        """Drop strips drawn in the old colours."""
        self._strips.clear()
        self.ink.forget()
        super().notify_style_update()

    def on_resize(self, _event: events.Resize) -> None:
        """Fit columns and rows to the new size."""
        self._fit()
        self._see_cursor()

    def on_focus(self, _event: events.Focus) -> None:
        """Draw the cursor with the focus."""
        self.refresh()

    def on_blur(self, _event: events.Blur) -> None:
        """Draw the cursor without the focus."""
        self.refresh()

    def draw_line(self, y: int) -> Strip:
        """Return a visible line: the header, then rows."""
        width, height = self.scrollable_content_region.size
        if not self._rows:
            return empty_line(self._empty, y, width, height, self.ink)
        if y == 0:
            return self._header(width)
        place = y - 1 + self.scroll_offset.y
        if place >= len(self._rows):
            return Strip.blank(width, self.ink("plain"))
        row = self._rows[place]
        here, marked = place == self._cursor, bool(self._marked) and self._key(row) in self._marked
        more = ""
        if y == 1 and place:
            more = MORE_ABOVE
        elif y == height - 1 and place < len(self._rows) - 1:
            more = MORE_BELOW
        key = (row, width, here and self.has_focus, here, marked, more, called(row, self.names))
        strip = self._strips.get(key)
        if strip is None:
            if len(self._strips) > KEPT:
                self._strips.clear()
            strip = self._strips[key] = self._draw_row(row, width, here=here, mark="»" if marked else more)
        return strip

    def _draw_row(self, row: RowT, width: int, *, here: bool, mark: str) -> Strip:
        line = Line(width, self.ink("plain"))
        focus = here and self.has_focus
        ink = "accent" if focus else "quiet" if mark in (MORE_ABOVE, MORE_BELOW) else "up"
        line.add("▸" if focus else mark or " ", self.ink(ink))
        for column, cells in self._fit_columns(width):
            text, ink = column.draw(row, cells)
            line.add(text, self.ink(ink), cells, right=column.right).skip()
        strip = line.strip()
        if not here:
            return strip
        ground = self.ink("cursor" if focus else "cursor-away")
        over = Style(bgcolor=ground.bgcolor, bold=ground.bold)
        return Strip([_over(part, over) for part in strip], width)

    def _header(self, width: int) -> Strip:
        key = ("header", width, self.sorting)
        strip = self._strips.get(key)
        if strip is None:
            line = Line(width, self.ink("quiet")).skip()
            for column, cells in self._fit_columns(width):
                title = column.title
                if self.sorting is not None and self.sorting.key == column.key:
                    title += " ▼" if self.sorting.descending else " ▲"
                line.add(title, self.ink("head"), cells, right=column.right).skip()
            strip = self._strips[key] = line.strip()
        return strip

    # -- inside ---------------------------------------------------------------------------------------

    def _put(self, place: int) -> None:
        place = max(0, min(place, len(self._rows) - 1))
        if place != self._cursor and self._rows:
            width = self.size.width
            for one in (self._cursor, place):
                self.refresh(Region(0, one + 1 - self.scroll_offset.y, width, 1))
            self._cursor = place
            self._see_cursor()
            self.post_message(self.Moved(self, self.row))
        if self._rows and place >= len(self._rows) - NEAR:
            self.post_message(self.NearEnd(self, self.row))

    def _see_cursor(self) -> None:
        """Scroll so that the cursor's row is seen."""
        body = self.scrollable_content_region.height - 1
        top = self.scroll_offset.y
        if body > 0 and not top <= self._cursor < top + body:
            self.scroll_to(
                y=self._cursor if self._cursor < top else self._cursor - body + 1,
                animate=False,
                immediate=True,
            )

    def _fit_columns(self, width: int) -> list[tuple[Column[RowT], int]]:
        if self._fitted[0] != width:
            self._fitted = width, fit(self._columns, width - 1)
        return self._fitted[1]

    def column_at(self, x: int) -> tuple[Column[RowT], int] | None:
        """Return the column that is drawn at `x`, and at which of its cells that is; None between two."""
        start = 1
        for column, cells in self._fit_columns(self.scrollable_content_region.width):
            if start <= x < start + cells:
                return column, x - start
            start += cells + 1
        return None

    def _sort_at(self, x: int) -> None:
        at = self.column_at(x)
        if at is not None and at[0].sorts:
            column = at[0]
            down = column.sorts[0]
            if self.sorting == Sorting(column.key, down):
                down = column.sorts[-1]
            self.post_message(self.Sorted(self, Sorting(column.key, down)))

    def _fit(self) -> None:
        size = Size(self.scrollable_content_region.width, len(self._rows) + 1)
        if size != self.virtual_size:
            # by its setter the whole screen would be laid out again
            self.set_reactive(ScrollView.virtual_size, size)
            if self.scroll_offset.y > self.max_scroll_y:
                self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)


def _over(part: Segment, over: Style) -> Segment:
    """Put the cursor's background under a part of a row; a bar keeps its own."""
    style = part.style or Style.null()
    bar = style.bgcolor is not None and style.bgcolor == style.color
    return part if bar else Segment(part.text, style + over)
