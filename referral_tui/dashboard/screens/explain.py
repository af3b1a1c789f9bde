"""The help: what has the focus, the formula of its number, and all keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import ClassVar

from rich.console import RenderableType
from rich.segment import Segments
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.strip import Strip

from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.hidden import title
from referral_tui.dashboard.widgets.inks import COMPONENTS
from referral_tui.dashboard.widgets.lines import LineWidget, wrap

NAME = 15  # cells of the column of names
CLOSES = ("screen.dismiss(None)", "escape closes")
"""The action of a box's key that closes it, and what its frame says about it."""
StatusPosted = tuple[str, str]
"""A name, of a fact or a key, and what is said of it."""


def clickable(*keys: tuple[str, str]) -> str:
    """Return what the frame of a box says about keys, given by their actions and words; a click does what they do."""
    return " · ".join(f"[@click={action}]{says}[/]" for action, says in keys)


class ExplainScreen(ModalScreen[None]):
    """A box over the screen; any of the keys that opened it closes it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,question_mark,q,enter", "dismiss", "Close", id="help.close", tooltip="Back to the screen"
        ),
    ]

    def __init__(self, topic: Topic, keys: Sequence[tuple[str, str]]) -> None:
        """Explain a topic; `keys` are pairs of a key and what it does."""
        super().__init__()
        self._topic = topic
        self._keys = keys
        self._behind: tuple[object, RenderableType] | None = None

    def render(self) -> RenderableType:
        """Cache the dimmed picture of the screen behind: the box is painted three times as it opens, 8 ms each."""
        key = (self.app.size, self.app.theme)
        if self._behind is None or self._behind[0] != key:
            console = self.app.console
            options = console.options.update(width=self.size.width, height=self.size.height, highlight=False)
            self._behind = key, Segments(console.render(super().render(), options))
        return self._behind[1]

    def compose(self) -> ComposeResult:
        """Put the text into a box that scrolls."""
        with VerticalScroll(id="explain") as box:
            box.border_title = title(self._topic.title)
            box.border_subtitle = clickable(CLOSES)
            yield Explanation(self._topic, self._keys)


class Explanation(LineWidget):
    """Text, facts and keys below one another, drawn as lines: as a hundred widgets they took 0.1 s to open."""

    def __init__(self, topic: Topic, keys: Sequence[StatusPosted]) -> None:
        super().__init__(id="explanation")
        self._topic, self._keys = topic, keys

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Return how many lines the text has at a width."""
        return len(self._lines(width))

    def draw(self, width: int, height: int) -> Iterator[Strip]:  # noqa: ARG002 -- all of it; its box scrolls
        """Draw names in their column, and wrapped texts in theirs."""
        name_ink, plain = self.ink("accent") + Style(bold=False), self.ink("plain")
        for name, text, ink in self._lines(width):
            line = self.line(width)
            if ink:
                line.add(text, self.ink(ink))
            else:
                line.add(name, name_ink, NAME).add(text, plain)
            yield line.strip()

    def _lines(self, width: int) -> list[tuple[str, str, str]]:
        """Name, text and ink of each line; without an ink, it is one of two columns."""
        text = wrap(self._topic.text, max(1, width)) or [""]
        lines = [("", one, "plain") for one in ("", *text, "")]
        lines += self._rows(self._topic.facts, width)
        lines.append(("", "", "plain"))
        if self._keys:
            lines.append(("", "Keys", "head"))
        return lines + self._rows(self._keys, width)

    def _rows(self, rows: Sequence[StatusPosted], width: int) -> list[tuple[str, str, str]]:
        lines: list[tuple[str, str, str]] = []
        for name, text in rows:
            names, texts = wrap(name, NAME), wrap(text, max(1, width - NAME))
            both = zip_longest(names, texts, fillvalue="")
            lines += [(one, other, "") for one, other in both]
        return lines
