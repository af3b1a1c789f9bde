"""The line above a table: what is typed filters its rows, and it says how far the search has got."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.strip import Strip
from textual.widgets import Input

from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.lines import LineWidget
from referral_tui.dashboard.widgets.typed import TypedInOrder


class FilterInput(TypedInOrder, Input):
    """The text that is filtered by; opened again, the old text is selected, so that typing replaces it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "down,enter",
            "screen.rows",
            "To the rows",
            show=False,
            id="filter.done",
            tooltip="Goes to the rows",
        ),
    ]

    def __init__(self, topic: Topic, placeholder: str) -> None:
        """Make it; `topic` is its help."""
        super().__init__(placeholder=placeholder, id="filter-text", compact=True)
        self._topic = topic

    def topic(self) -> Topic:
        """Say what can be filtered by."""
        return self._topic


class FilterStatus(LineWidget):
    """How many rows there are, and how far the search has got."""

    def __init__(self) -> None:
        super().__init__(id="filter-status")
        self.text = ""

    def show(self, text: str) -> None:
        """Set what to say."""
        if text != self.text:
            self.text = text
            self.redraw()

    def draw(self, width: int, height: int) -> Iterator[Strip]:  # noqa: ARG002
        """Draw it at the right."""
        yield self.line(width).add(self.text, self.ink("quiet"), width - 1, right=True).strip()


class FilterBar(Horizontal):
    """A sign, the text, and what it found."""

    def __init__(self, topic: Topic, placeholder: str) -> None:
        """Make it; `topic` is the help of the text."""
        super().__init__(id="filter")
        self._input = FilterInput(topic, placeholder)
        self._status = FilterStatus()

    def compose(self) -> ComposeResult:
        """Put text and status beside each other."""
        yield self._input
        yield self._status

    @property
    def text(self) -> str:
        """What is filtered by."""
        return self._input.value.strip()

    def begin(self) -> None:
        """Let the text be typed: from the next key on, including keys that are already queued."""
        self.screen.set_focus(self._input)

    def empty(self) -> None:
        """Filter by nothing."""
        self._input.value = ""

    def say(self, text: str) -> None:
        """Say what was found."""
        self._status.show(text)
