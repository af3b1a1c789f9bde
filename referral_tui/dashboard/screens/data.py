"""The sixth screen: which data is passed, how, how late, who owns it, and what goes wrong with it on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from referral_tui.dashboard.commands import OPEN, Command
from referral_tui.dashboard.frame import DashboardScreen
from referral_tui.dashboard.status_message import StatusMessage

if TYPE_CHECKING:
    from referral_tui.dashboard.screens.data_board import DataBoard
    from referral_tui.dashboard.screens.data_query import DataQuery
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step
    from referral_tui.dashboard.widgets.bars import Tab
    from referral_tui.dashboard.widgets.table import Table


class DataScreen(DashboardScreen):
    """Types of data, quarantine, dials, reconciliation, receipts and the chain."""

    KEY = "6"
    TITLE_IN_TAB = "Data"
    MODE = "data"
    FIRST_FOCUS = "#types"
    BOARD = "data_board:DataBoard"
    QUERY = "data_query:DataQuery"
    NEEDS_EVENTS = False  # what was refused is here, and may be all that came
    CSS_PATH = "data.tcss"
    OWN_COMMANDS = (
        Command(
            "data.panel",
            "v",
            "panel",
            "Next panel",
            "Shows the next of quarantine, dials, receipts and reconciliation, or goes to it if all are shown",
            "next panel",
        ),
        Command(
            "data.dial_down",
            "less_than_sign",
            "turn(-1)",
            "Dial down",
            "Turns the selected dial down: less goes wrong on the way",
            "dial down",
            "<",
            steers=True,
        ),
        Command(
            "data.dial_up",
            "greater_than_sign",
            "turn(1)",
            "Dial up",
            "Turns the selected dial up: more goes wrong on the way",
            "up",
            ">",
            steers=True,
        ),
        OPEN,
        Command(
            "data.sheet",
            "d",
            "sheet",
            "Data sheet",
            "Shows what data is passed, how often, what uses it, and what each team has to do",
            "sheet",
        ),
    )

    board: DataBoard
    _screen_query: DataQuery

    def __init__(self, tabs: Sequence[Tab] = ()) -> None:
        """Make the screen; see `DashboardScreen`."""
        super().__init__(tabs)
        self._turned: dict[str, tuple[float, float]] = {}  # by dial: what it stood at, and what was ordered

    def show_parts(self, snapshot: Snapshot, step: Step | None) -> None:
        """Hand the snapshot to the board."""
        self.board.show(snapshot, step)
        opened = self._screen_query.opened
        if opened and snapshot.answer.opened == opened:
            self.change_query(opened="")
            self.board.open_type(opened, snapshot.answer.examples)

    def action_panel(self) -> None:
        """Show the next panel, or go to it."""
        self.board.turn_panel()

    def action_open(self) -> None:
        """Open what is under the cursor: an event type, or a message in quarantine."""
        self.board.open()

    def action_sheet(self) -> None:
        """Open the data sheet."""
        self.board.open_sheet(self.host.setup.path)

    def action_turn(self, up: int) -> None:
        """Turn the dial under the cursor."""
        snapshot, dial = self.host.snapshot, self.board.dial
        if snapshot is None or dial is None:
            self.say(StatusMessage("There is no dial to turn here; ] and } return to now.", "warn"))
        elif snapshot.database_status.made_by != "simulate":
            self.say(
                StatusMessage("These events are not simulated; fault dials are for simulations only.", "warn")
            )
        elif snapshot.status not in ("running", "paused"):
            text = f"This run is {snapshot.status}, so there is nothing left that could go wrong."
            self.say(StatusMessage(text, "warn"))
        else:
            stood, sent = self._turned.get(dial.dial, (-1.0, 0.0))
            now = sent if stood == dial.rate else dial.rate  # a command on its way counts as obeyed
            rate = self.board.turned(now, up)
            if rate is None:
                self.say(
                    StatusMessage(
                        f"{dial.dial} is {'already at its maximum' if up > 0 else 'already off'}.", "warn"
                    )
                )
            else:
                self._turned[dial.dial] = (dial.rate, rate)
                self.send_command("dial", {"faults": {dial.dial: rate}})

    def on_table_opened(self, message: Table.Opened) -> None:
        """Request the latest examples of an event type, which it is opened with."""
        if message.table.id == "types":
            self.change_query(opened=message.row.type)
