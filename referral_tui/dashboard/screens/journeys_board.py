"""What the journeys screen shows: a line to filter by, the rows, and the journey that is open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual.app import ComposeResult
from textual.containers import Container, Horizontal

from referral_tui import figures
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.accounting import AccountPane
from referral_tui.dashboard.widgets.filtering import FilterBar
from referral_tui.dashboard.widgets.hidden import title
from referral_tui.dashboard.widgets.journey_table import NOBODY, JourneyTable
from referral_tui.dashboard.widgets.table import Sorting
from referral_tui.names import Namer, short_name

if TYPE_CHECKING:
    from db.read.journey_search import SearchResult, SortOrder
    from db.read.journeys import Journey
    from db.read.queries import Program
    from referral_tui.dashboard.screens.journeys_query import JourneysAnswer
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step

SORTINGS: Final[dict[SortOrder, Sorting]] = {
    "newest": Sorting("at", descending=True),
    "matched": Sorting("matched", descending=True),
    "oldest": Sorting("matched"),
}
_TITLES: Final[dict[SortOrder, str]] = {
    "newest": "Journeys, the newest event first",
    "matched": "Journeys, the last to be matched first",
    "oldest": "Journeys, the first to be matched first",
}
_FILTER_TOPIC: Final = Topic(
    "Filter",
    "Words that must all occur in a row: parts of a name or reference of friend or referrer, a code, a channel, a "
    "stage (visited, claimed, eligible, converted, qualified, rewarded), an outcome (refused, review, ignored), a "
    "rule, or a reward's state (pending, issued, capped …).",
    (
        ("quick", "a whole code, channel, short name or reference, and review: an index serves them"),
        ("others", "are searched for from the newest event back, in slices; the line says how far"),
    ),
)
_NO_CONTACT: Final = (
    "No e-mail is kept on this side of the wall: look for a reference (a keyed hash), a code or a short name."
)
_NO_MATCH: Final = "No journey matches. Escape empties the filter; ? on it says what can be looked for."


class JourneysBoard(Container):
    """The parts of the journeys screen."""

    def __init__(self) -> None:
        super().__init__(id="board")
        self._program: Program | None = None
        self._following: str | None = None
        self._called: Namer = short_name
        self._title = ""

    def compose(self) -> ComposeResult:
        """Put the filter above, and rows and account side by side."""
        yield FilterBar(_FILTER_TOPIC, "/ filters: name, code, stage, channel …")
        with Horizontal(classes="beside"):
            yield JourneyTable()
            yield AccountPane()

    @property
    def table(self) -> JourneyTable:
        """The rows."""
        return self.query_one(JourneyTable)

    @property
    def filter(self) -> FilterBar:
        """The filter line."""
        return self.query_one(FilterBar)

    @property
    def account(self) -> AccountPane:
        """The journey that is open, if one is."""
        return self.query_one(AccountPane)

    def show(self, snapshot: Snapshot, step: Step | None, path: Path) -> None:
        """Give each part what it shows."""
        answer: JourneysAnswer = snapshot.answer
        screen_query: Any = snapshot.request.screen_query
        database_status = snapshot.database_status
        self._program = database_status.program
        table, found = self.table, answer.found
        table.use(database_status.program)
        table.call(snapshot.names)
        table.mark(step.people if step else frozenset())
        no_match = _NO_CONTACT if "@" in screen_query.text else _NO_MATCH
        table.show(found.rows, SORTINGS[screen_query.order], no_match if screen_query.text else NOBODY)
        self._called, self._title = snapshot.names, _TITLES[screen_query.order]
        self._entitle()
        self.filter.say(_row_words(found, filtered=bool(screen_query.text)))
        self.account.call(snapshot.names, database_status.program, snapshot.request.view.at)
        if answer.opened is not None and answer.opened.friend == self.account.ref:
            version = database_status.program.version if database_status.program else 0
            self.account.open(path, answer.opened.friend, (answer.opened, version))

    @property
    def chosen(self) -> str | None:
        """The reference of the friend whose journey is open or under the cursor, if there is one."""
        row = self.table.row
        return self.account.ref or (row.friend if row is not None else None)

    def follow(self, friend: str | None) -> None:
        """Say in the title whom the step keys follow."""
        self._following = friend
        self._entitle()

    def _entitle(self) -> None:
        following = f" · following {self._called(self._following)}" if self._following else ""
        self.table.border_title = title(f"{self._title}{following}")

    def order_of(self, sorting: Sorting) -> SortOrder:
        """Find the order that a way of sorting stands for."""
        return next(order for order, one in SORTINGS.items() if one == sorting)

    def open(self, row: Journey, path: Path) -> None:
        """Open a journey."""
        version = self._program.version if self._program else 0
        self.set_class(True, "-open")
        self.account.open(path, row.friend, (row, version))
        self.account.focus()

    def close(self) -> bool:
        """Close the journey that is open; false if none is."""
        if self.account.ref is None:
            return False
        self.set_class(False, "-open")
        self.account.close()
        self.table.focus()
        return True


def _row_words(found: SearchResult, *, filtered: bool) -> str:
    """Say how many rows there are, and how far the search has got."""
    rows = figures.count(len(found.rows))
    if found.windowed:
        return f"{rows} among the newest events; all can be searched when the run pauses"
    if found.unfinished:
        return f"{rows} found, searched {found.done:.0%} …"
    if found.full:
        return f"the first {rows}; more further down"
    return f"{figures.counted(len(found.rows), 'journey')}{' found' if filtered else ''}"
