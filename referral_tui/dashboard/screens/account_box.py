"""A decision that waits for a verdict: the friend's whole journey in a box, where the verdict can be given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from referral_tui.dashboard.screens.explain import CLOSES, clickable
from referral_tui.dashboard.widgets.accounting import AccountPane
from referral_tui.dashboard.widgets.inks import COMPONENTS

if TYPE_CHECKING:
    from db.read.review_queue import Waiting
    from referral_tui.dashboard.snapshot import Snapshot


class AccountBox(ModalScreen[str | None]):
    """A box over the screen; gives back `approve`, `decline`, or None if it was only read."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "dismiss('approve')", "Approve", id="box.approve", tooltip="Approves it"),
        Binding("d", "dismiss('decline')", "Decline", id="box.decline", tooltip="Declines it"),
        Binding("escape,q,enter", "dismiss(None)", "Close", id="box.close", tooltip="Back to the queue"),
    ]

    def __init__(self, path: Path, row: Waiting, snapshot: Snapshot) -> None:
        """Show the friend of a decision in the database at `path`, with the names of the snapshot."""
        super().__init__()
        self._path, self._row, self._snapshot = path, row, snapshot

    def compose(self) -> ComposeResult:
        """Put the journey into a box."""
        with Vertical(id="account-box") as box:
            box.border_subtitle = clickable(
                ("screen.dismiss('approve')", "a approves"),
                ("screen.dismiss('decline')", "d declines"),
                CLOSES,
            )
            box.border_title = f"Decision {self._row.number} waits for a verdict"
            yield AccountPane()

    def on_mount(self) -> None:
        """Request the journey."""
        pane, snapshot = self.query_one(AccountPane), self._snapshot
        program = snapshot.database_status.program
        pane.call(snapshot.names, program, snapshot.request.view.at)
        pane.open(self._path, self._row.friend, (self._row, program.version if program else 0))
        self.set_focus(pane)
