"""The data sheet in a box: what data is passed, how often, what uses it, what each team has to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from referral_tui.dashboard import helper
from referral_tui.dashboard.screens.explain import CLOSES, clickable
from referral_tui.dashboard.screens.sheet_words import sheet_words
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.inks import COMPONENTS
from referral_tui.dashboard.widgets.reading import Block, Reading
from simulator.domain.owners import TEAMS, Team

PAGES: Final[tuple[Team | None, ...]] = (None, *TEAMS)
_TOPIC: Final = Topic(
    "The data sheet",
    "What data the program needs, how often, what uses each field, and who owns it; with what actually came. "
    "`referral-tui sheet` writes the same as a file.",
)
_WAIT: Final = "Reading what came, and what the program uses: a second or two …"


class SheetBox(ModalScreen[None]):
    """A box over the screen; left and right turn the pages: everything, then one page a team."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,d", "dismiss(None)", "Close", id="sheet.close", tooltip="Back to the screen"),
        Binding("right,tab", "turn(1)", "Next page", id="sheet.next", tooltip="The next team's page"),
        Binding("left,shift+tab", "turn(-1)", "Page before", id="sheet.before", tooltip="The team before"),
    ]

    def __init__(self, path: Path) -> None:
        """Show the program of the database at `path`."""
        super().__init__()
        self._path = path
        self._page = 0
        self._sheet: dict[str, Any] | None = None

    def compose(self) -> ComposeResult:
        """Put a text into a box."""
        with Vertical(id="account-box", classes="whole") as box:
            box.border_subtitle = clickable(("screen.turn(1)", "← → pages"), CLOSES)
            yield Reading("", _TOPIC, "", id="sheet")

    def on_mount(self) -> None:
        """Ask for the sheet."""
        reading = self.query_one(Reading)
        self.set_focus(reading)
        reading.show([Block(_WAIT, "quiet", sign="◌")])
        self._entitle()
        self.run_worker(self._ask(), exclusive=True)

    def action_turn(self, step: int) -> None:
        """Show the next page, or the one before."""
        self._page = (self._page + step) % len(PAGES)
        self._entitle()
        if self._sheet is not None:
            self._show(self._sheet)

    async def _ask(self) -> None:
        reply = await helper.ask(["sheet", "--db", str(self._path), "--format", "json"])
        if reply.status or not isinstance(reply.data, dict):
            message = reply.said or f"it ended with status {reply.status} and said nothing"
            blocks = [Block(f"There is no sheet: {message}", "bad", sign="!", sign_ink="bad")]
            self.query_one(Reading).show(blocks, top=True)
            return
        self._sheet = reply.data
        self._show(reply.data)

    def _show(self, sheet: dict[str, Any]) -> None:
        self.query_one(Reading).show(tuple(sheet_words(sheet, PAGES[self._page])), top=True)

    def _entitle(self) -> None:
        names: list[str] = [team or "everything" for team in PAGES]
        names[self._page] = names[self._page].upper()
        self.query_one("#account-box").border_title = f"The data sheet: {' · '.join(names)}"
