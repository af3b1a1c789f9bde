"""A box with the last hundred stops of the world, to go back to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from referral_tui import figures
from referral_tui.dashboard.screens.explain import CLOSES, clickable
from referral_tui.dashboard.steering import Stop
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.columns import Column
from referral_tui.dashboard.widgets.inks import COMPONENTS
from referral_tui.dashboard.widgets.table import Table

_TOPIC: Final = Topic(
    "Stops",
    "Where the world paused, the newest first. Enter recreates it from its seed up to there, with the "
    "verdicts, programs and fault rates that were set until then, and pauses it.",
)


class StopsBox(ModalScreen[Stop | None]):
    """A box over the screen; returns the stop to go to, or None."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "b", "choose", "Go back", id="stops.choose", tooltip="Goes back to the stop under the cursor"
        ),
        Binding("escape,q", "dismiss(None)", "Close", id="stops.close", tooltip="Back to the screen"),
    ]

    def __init__(self, stops: Sequence[Stop]) -> None:
        """Offer these stops."""
        super().__init__()
        self._stops = stops

    def compose(self) -> ComposeResult:
        """Put a table into a box."""
        with Vertical(id="account-box") as box:
            box.border_title = "Back to an earlier stop"
            box.border_subtitle = clickable(("screen.choose", "enter goes back there"), CLOSES)
            yield Table(
                "Stops",
                _TOPIC,
                "",
                [
                    Column[Stop](
                        "seq", "event", 8, lambda one, _width: (f"{one.seq:,}", "strong"), right=True
                    ),
                    Column[Stop](
                        "at", "time", 22, lambda one, _width: (figures.moment(one.at), "quiet"), weight=4
                    ),
                    Column[Stop](
                        "said", "the event there", 20, lambda one, _width: (one.said, "plain"), grow=1
                    ),
                ],
                lambda one: one.seq,
                id="stops",
            )

    def on_mount(self) -> None:
        """Show the stops."""
        table = self.query_one(Table)
        table.show(self._stops)
        self.set_focus(table)

    def action_choose(self) -> None:
        """Go back to the stop under the cursor."""
        self.query_one(Table).action_open()

    def on_table_opened(self, message: Table.Opened) -> None:
        """Return the stop."""
        self.dismiss(message.row)
