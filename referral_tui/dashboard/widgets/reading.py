"""A text to read and scroll: headings, sentences, facts with their names, the entries of a timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.hidden import title as as_title
from referral_tui.dashboard.widgets.inks import Inks
from referral_tui.dashboard.widgets.lines import Line, empty_line, or_failed, wrap
from referral_tui.dashboard.widgets.strips import MORE_ABOVE, MORE_BELOW

MOST_NAME = 24  # cells of the column of names at most; a third of the width if that is less


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the text: with a `name` (of a fact, or a moment) in the column at the left, a `sign` before it.

    `head` makes it a heading with a line behind it; an empty text leaves a blank line. Wrapped text stays in
    its column. `wide` begins at the left, also where others have names.
    """

    text: str = ""
    ink: str = "plain"
    name: str = ""
    sign: str = ""
    sign_ink: str = "accent"
    head: bool = False
    wide: bool = False


class Reading(ScrollView, can_focus=True):
    """Blocks below one another, wrapped at the width."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "row(-1)", "Up", show=False, id="reading.up", tooltip="Scroll up"),
        Binding("down", "row(1)", "Down", show=False, id="reading.down", tooltip="Scroll down"),
    ]

    class Left(Message):
        """The cursor left the text upwards."""

    def __init__(self, title: str, topic: Topic, empty: str, *, id: str) -> None:  # noqa: A002 -- Textual's name
        """Make it with its title, its help, and what stands in it while there is nothing to read."""
        super().__init__(id=id, classes="panel")
        self.ink = Inks(self)
        self.border_title = self._title = title
        self._topic = topic
        self._empty = empty
        self._blocks: Sequence[Block] = ()
        self._drawn: tuple[int, list[Strip]] = (-1, [])

    def show(self, blocks: Sequence[Block], title: str | None = None, *, top: bool = False) -> None:
        """Take a text; does nothing if it is already shown. `top` begins at its start."""
        if title is not None and title != self._title:
            self._title = title
            self.border_title = as_title(title)
        if blocks != self._blocks:
            self._blocks = blocks
            self._fit()
            self.refresh()
        if top:
            self.scroll_to(y=0, animate=False, immediate=True)

    @property
    def rows(self) -> Sequence[Block]:
        """The blocks that are shown."""
        return self._blocks

    def topic(self) -> Topic:
        """Say what is read here."""
        return self._topic

    def action_row(self, step: int) -> None:
        """Scroll by a line; at the top the focus may move on."""
        if step < 0 and self.scroll_offset.y == 0:
            self.post_message(self.Left())
        else:
            self.scroll_relative(y=step, animate=False)

    def notify_style_update(self) -> None:
        """Drop lines drawn in the old colours."""
        self._drawn = (-1, [])
        self.ink.forget()
        super().notify_style_update()

    def on_resize(self, _event: events.Resize) -> None:
        """Break the text at the new width."""
        self._fit()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Return how many lines the text has at a width; while it was hidden it had none."""
        if self._drawn[0] == width:
            return len(self._drawn[1])
        return len(or_failed(lambda: self._lay_out(width), width, self)) if width > 0 else 0

    def render_line(self, y: int) -> Strip:
        """Return a visible line."""
        width, height = self.scrollable_content_region.size
        if self._drawn[0] != width:
            self._fit()
        lines = self._drawn[1]
        if not self._blocks:
            return empty_line(self._empty, y, width, height, self.ink)
        place = y + self.scroll_offset.y
        if place >= len(lines):
            return Strip.blank(width, self.ink("plain"))
        if (y == 0 and place) or (y == height - 1 and place < len(lines) - 1):
            sign = Segment(MORE_BELOW if y else MORE_ABOVE, self.ink("quiet"))
            return Strip.join([Strip([sign], 1), lines[place].crop(1)])
        return lines[place]

    def _fit(self) -> None:
        width = self.scrollable_content_region.width
        lines = or_failed(lambda: self._lay_out(width), width, self) if width > 0 else []
        self._drawn = (width, lines)
        size = Size(width, len(lines))
        if size != self.virtual_size:
            self.virtual_size = size

    def _lay_out(self, width: int) -> list[Strip]:
        names = max((cell_len(block.name) for block in self._blocks if not block.head), default=0)
        names = min(names, MOST_NAME, width // 3)
        lines: list[Strip] = []
        for block in self._blocks:
            if block.head:
                line = Line(width, self.ink("plain")).skip().add(block.text + " ", self.ink("head"))
                lines.append(line.add("─" * (line.left - 1), self.ink("edge")).strip())
                continue
            lines += self._lay_out_block(block, width, names)
        return lines

    def _lay_out_block(self, block: Block, width: int, names: int) -> list[Strip]:
        names = 0 if block.wide else names
        indent = 1 + (names + 2 if names else 0) + (2 if block.sign else 0)
        texts = wrap(block.text, max(8, width - indent - 1)) or [""]
        fits = cell_len(block.name) <= names
        called = ([block.name] if fits else wrap(block.name, max(1, names))) if block.name else []
        lines: list[Strip] = []
        for number in range(max(len(texts), len(called))):
            line = Line(width, self.ink("plain")).skip()
            if names:
                line.add(called[number] if number < len(called) else "", self.ink("quiet"), names).skip(2)
            if block.sign:
                line.add(block.sign if number == 0 else " ", self.ink(block.sign_ink), 2)
            if number < len(texts):
                line.add(texts[number], self.ink(block.ink))
            lines.append(line.strip())
        return lines
