"""A question that must be answered before something is done that can't be undone."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from referral_tui.dashboard.screens.explain import Explanation, clickable
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.inks import COMPONENTS

REAL_NAMES = Topic(
    "Show real names? y/n",
    "The client's side of the wall shows the names of customers from the client's own system, on every screen, "
    "and whoever sees this terminal reads them. p goes back to short names. You are asked only once until you quit.",
)


class ConfirmScreen(ModalScreen[bool]):
    """A box over the screen: y says yes; n and escape say no. Enter does nothing: it is easily pressed by mistake."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes", tooltip="Yes"),
        Binding("n,escape,q", "answer(False)", "No", id="confirm.no", tooltip="No"),
    ]

    def __init__(self, topic: Topic) -> None:
        """Ask what the topic's title asks."""
        super().__init__()
        self._topic = topic

    def compose(self) -> ComposeResult:
        """Put the question into a box."""
        with VerticalScroll(id="explain") as box:
            box.border_title = self._topic.title
            box.border_subtitle = clickable(
                ("screen.answer(True)", "y yes"), ("screen.answer(False)", "n no")
            )
            yield Explanation(self._topic, (("y", "yes"), ("n", "no; escape, too")))

    def action_answer(self, yes: bool) -> None:
        """Close, with the answer."""
        self.dismiss(yes)
