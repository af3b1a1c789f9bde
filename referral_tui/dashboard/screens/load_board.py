"""What the load screen shows: four panels over the beats of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container

from referral_tui.dashboard.widgets.load_parts import Latency, LoadPart, Rates, Room, WhereTimeGoes

if TYPE_CHECKING:
    from db.read.meter import Load


class LoadBoard(Container):
    """The four panels."""

    def __init__(self) -> None:
        super().__init__(id="board", classes="load-board")

    def compose(self) -> ComposeResult:
        """Make them."""
        yield Rates()
        yield Latency()
        yield WhereTimeGoes()
        yield Room()

    def show(self, load: Load) -> None:
        """Hand each what was measured."""
        for part in self.query(LoadPart):
            part.show(load)
