"""The help: what has the focus, the formula of its number, and all keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from referral_tui.dashboard.topic import Topic


class ExplainScreen(ModalScreen[None]):
    """A box over the screen; any of the keys that opened it closes it."""

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

    def compose(self) -> ComposeResult:
        """Put title, text, facts and keys under each other."""
        with VerticalScroll(id="explain") as box:
            box.border_title = self._topic.title
            box.border_subtitle = "escape closes"
            yield Static(self._topic.text, markup=False, classes="explain--text")
            yield from _table(self._topic.facts)
            yield Static("Keys", markup=False, classes="explain--head")
            yield from _table(self._keys)


def _table(rows: Sequence[tuple[str, str]]) -> Iterator[Horizontal]:
    """Put names and texts side by side; a text that is broken stays in its column."""
    for name, text in rows:
        yield Horizontal(
            Static(name, markup=False, classes="explain--name"),
            Static(text, markup=False, classes="explain--said"),
            classes="explain--row",
        )
