"""The sixth screen: which data is passed, how, how late, who owns it, and what goes wrong with it on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual.widget import Widget

from referral_tui.dashboard.commands import OPEN, Command
from referral_tui.dashboard.frame import DashboardScreen
from referral_tui.dashboard.status_message import StatusMessage

if TYPE_CHECKING:
    from referral_tui.dashboard.query import ScreenQuery
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
    NEEDS_EVENTS = False  # what was refused is here, and may be all that came
    CSS_PATH = "data.tcss"
    OWN_COMMANDS = (
        Command(
            "data.panel",
            "v",
            "panel",
            "Next panel",
            "Quarantine, dials, receipts, reconciliation: shows the next, or goes to it where all are shown",
            "next panel",
        ),
        Command(
            "data.dial_down",
            "less_than_sign",
            "turn(-1)",
            "Dial down",
            "Turns the dial under the cursor down: less goes wrong on the way",
            "dial down",
            "<",
        ),
        Command(
            "data.dial_up",
            "greater_than_sign",
            "turn(1)",
            "Dial up",
            "Turns the dial under the cursor up: more goes wrong on the way",
            "up",
            ">",
        ),
        OPEN,
    )

    _screen_query: DataQuery

    def __init__(self, tabs: Sequence[Tab] = ()) -> None:
        """Make the screen; see `DashboardScreen`."""
        super().__init__(tabs)
        self._turned: dict[str, tuple[float, float]] = {}  # by dial: what it stood at, and what was ordered

    def parts(self) -> Iterable[Widget]:
        """Make the board; its module is loaded now, after the frame's paint."""
        from referral_tui.dashboard.screens.data_board import DataBoard
        from referral_tui.dashboard.screens.data_query import DataQuery

        self._screen_query = DataQuery()
        yield DataBoard()

    def screen_query(self) -> ScreenQuery:
        """Ask for types, receipts, quarantine, reconciliation, dials and chains."""
        return self._screen_query

    def show_parts(self, snapshot: Snapshot, step: Step | None) -> None:
        """Hand the snapshot to the board."""
        self._board.show(snapshot, step)
        opened = self._screen_query.opened
        if opened and snapshot.answer.opened == opened:
            from referral_tui.dashboard.screens.data_words import type_topic
            from referral_tui.dashboard.screens.explain import ExplainScreen

            self.change_query(opened="")
            row = self._board.passed(opened)
            if row is not None:
                self.app.push_screen(ExplainScreen(type_topic(row, snapshot.answer.examples), ()))

    def action_panel(self) -> None:
        """Show the next panel, or go to it."""
        self._board.turn_panel()

    def action_open(self) -> None:
        """Open what the cursor stands on: an event type, or a message of the quarantine."""
        from referral_tui.dashboard.widgets.data_tables import RefusedTable, TypeTable

        narrow = self.query_one(RefusedTable)
        (narrow if narrow.has_focus else self.query_one(TypeTable)).action_open()

    def action_turn(self, up: int) -> None:
        """Turn the dial under the cursor."""
        from referral_tui.dashboard.screens.data_words import turned

        snapshot, dial = self.host.snapshot, self._board.dial
        if snapshot is None or dial is None:
            self.say(StatusMessage("There is no dial to turn here; ] and } lead back to now.", "warn"))
        elif snapshot.database_status.made_by != "simulate":
            self.say(
                StatusMessage(
                    "These events came from files: nothing is on its way that could go wrong.", "warn"
                )
            )
        elif snapshot.status not in ("running", "paused"):
            text = f"This run is {snapshot.status}: nothing is on its way any more that could go wrong."
            self.say(StatusMessage(text, "warn"))
        else:
            stood, sent = self._turned.get(dial.dial, (-1.0, 0.0))
            now = sent if stood == dial.rate else dial.rate  # a command on its way counts as obeyed
            rate = turned(now, up)
            if rate is None:
                self.say(
                    StatusMessage(f"{dial.dial} is {'at its most' if up > 0 else 'off'} already.", "warn")
                )
            else:
                self._turned[dial.dial] = (dial.rate, rate)
                self.send_command("dial", {"faults": {dial.dial: rate}})

    def on_table_opened(self, message: Table.Opened) -> None:
        """Open an event type, or a message of the quarantine, in a box."""
        from db.read.deliveries import Refused
        from referral_tui.dashboard.screens.data_words import message_topic
        from referral_tui.dashboard.screens.explain import ExplainScreen

        if message.table.id == "types":
            self.change_query(opened=message.row.type)
        elif isinstance(message.row, Refused):
            self.app.push_screen(ExplainScreen(message_topic(message.row), ()))

    @property
    def _board(self) -> DataBoard:
        from referral_tui.dashboard.screens.data_board import DataBoard

        return self.query_one(DataBoard)
