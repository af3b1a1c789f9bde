"""What the load screen shows: four panels over the beats of a run, and the door if the database is served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container

from referral_tui.dashboard.widgets.door_panel import DoorPanel
from referral_tui.dashboard.widgets.load_parts import Latency, LoadPart, Rates, Room, WhereTimeGoes

if TYPE_CHECKING:
    from db.door_status import DoorStatus
    from db.read.meter import Load


class LoadBoard(Container):
    """The four panels, and the door's."""

    def __init__(self) -> None:
        super().__init__(id="board", classes="load-board")

    def compose(self) -> ComposeResult:
        """Make them."""
        yield Rates()
        yield Latency()
        yield WhereTimeGoes()
        yield Room()
        yield DoorPanel()

    def show(self, load: Load | None, door: DoorStatus | None) -> None:
        """Give each what was measured."""
        self.set_class(self.query_one(DoorPanel).take(door), "-served")
        self.set_class(load is not None, "-measured")
        if load is not None:
            for part in self.query(LoadPart):
                part.show(load)
