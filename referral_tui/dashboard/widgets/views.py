"""The line above a board with several views: the views, which one is open, and a word about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from referral_tui.dashboard.widgets.lines import LineWidget


class ViewLine(LineWidget):
    """Views by key and title; a click opens one."""

    class Picked(Message):
        """A view was clicked."""

        def __init__(self, view: str) -> None:
            """Say which."""
            super().__init__()
            self.view = view

    def __init__(self, views: Sequence[tuple[str, str, str]]) -> None:
        """Make it of (name, key, title)."""
        super().__init__(id="views")
        self._views = tuple(views)
        self._open = self._views[0][0]
        self._words = ""

    def show(self, view: str, words: str) -> None:
        """Set which view is open, and what to say of it."""
        if (view, words) != (self._open, self._words):
            self._open, self._words = view, words
            self.redraw()

    def draw(self, width: int, height: int) -> Iterator[Strip]:  # noqa: ARG002
        """Draw the views at the left, the word at the right if it fits."""
        line = self.line(width)
        for name, key, title in self._views:
            here = name == self._open
            line.add(f" {key} ", self.ink("tab" if here else "key"))
            line.add(f"{title} ", self.ink("tab" if here else "plain")).skip()
        if line.left > len(self._words):
            line.add(self._words, self.ink("quiet"), line.left - 1, right=True)
        yield line.strip()

    def on_click(self, event: events.Click) -> None:
        """Open the view that is clicked."""
        start = 0
        for name, key, title in self._views:
            end = start + len(key) + len(title) + 3
            if start <= event.x < end:
                self.post_message(self.Picked(name))
            start = end + 1
