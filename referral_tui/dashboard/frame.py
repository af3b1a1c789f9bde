"""What every screen of the dashboard has around its own part: top, clock, sentence, keys, and what stands in for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from referral_tui.dashboard.widgets.bars import ClockBar, KeyBar, KeyHint, Tab, TopBar
from referral_tui.dashboard.widgets.inks import COMPONENTS
from referral_tui.dashboard.widgets.texts import Notice, TellingLine, TooSmall

if TYPE_CHECKING:
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.telling import Telling

# columns and rows from which a layout fits; 72 x 20 is the least that anything is shown on
WIDTHS = [(0, "-w0"), (72, "-w1"), (110, "-w2"), (170, "-w3")]
HEIGHTS = [(0, "-h0"), (20, "-h1"), (28, "-h2"), (38, "-h3"), (54, "-h4")]


class Place(Screen[None]):
    """A screen of the dashboard; a subclass gives its own part and shows snapshots in it."""

    KEY: ClassVar[str]
    TITLE_IN_TAB: ClassVar[str]
    MODE: ClassVar[str]
    FIRST_FOCUS: ClassVar[str]
    AUTO_FOCUS = ""
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(self, tabs: Sequence[Tab] = ()) -> None:
        """Make the screen; `tabs` are all screens there are, this one among them."""
        super().__init__()
        self._tabs = tabs
        self._furnished = False

    def compose(self) -> ComposeResult:
        """Put the frame around the screen's own part."""
        yield TooSmall()
        yield TopBar(self._tabs)
        yield ClockBar()
        yield TellingLine()
        yield Notice()
        yield KeyBar()

    async def furnish(self) -> None:
        """Put the screen's own part in, once: the frame is painted before it."""
        if not self._furnished:
            self._furnished = True
            await self.mount_all(self.parts(), before=self.query_one(Notice))
            self.query(self.FIRST_FOCUS).first().focus()

    def parts(self) -> Iterable[Widget]:
        """Make the widgets of the screen's own part; its outermost has the id `board`."""
        raise NotImplementedError

    def show_parts(self, snapshot: Snapshot, step_mark: int | None) -> None:
        """Show a snapshot in the screen's own part; events after `step_mark` are the last step's doing."""
        raise NotImplementedError

    def show(self, snapshot: Snapshot, step_mark: int | None) -> None:
        """Show a snapshot."""
        program = snapshot.overview.program
        self.query_one(TopBar).show(program.name if program else "")
        self.query_one(ClockBar).show(snapshot)
        self.set_class(False, "-notice")
        self.show_parts(snapshot, step_mark)

    def notice(self, title: str, text: str, *, bad: bool) -> None:
        """Say why there is nothing to show, in place of the screen's own part."""
        self.query_one(Notice).show(title, text, bad=bad)
        self.set_class(True, "-notice")

    def tell(self, telling: Telling) -> None:
        """Say what goes on."""
        self.query_one(TellingLine).show(telling)

    def hint(self, hints: Sequence[KeyHint]) -> None:
        """Show these keys in the footer."""
        self.query_one(KeyBar).show(hints)
