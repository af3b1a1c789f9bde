"""The second screen: every friend's journey, and why it was paid or not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from referral_tui.dashboard.commands import BACK, FILTER, OPEN, SORT, Command
from referral_tui.dashboard.frame import DashboardScreen, FollowRequested

if TYPE_CHECKING:
    from textual.widgets import Input

    from referral_tui.dashboard.screens.journeys_board import JourneysBoard
    from referral_tui.dashboard.screens.journeys_query import JourneysQuery
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step
    from referral_tui.dashboard.widgets.accounting import AccountPane
    from referral_tui.dashboard.widgets.table import Table

FOLLOW = Command(
    "follow",
    "f",
    "follow",
    "Follow",
    "Follows a friend: the step keys stop only at what happens to them; press it again to end it",
    "follow",
)


class JourneysScreen(DashboardScreen):
    """A line to filter by, the rows, and the journey that is open beside them."""

    KEY = "2"
    TITLE_IN_TAB = "Journeys"
    MODE = "journeys"
    FIRST_FOCUS = "#journeys"
    BOARD = "journeys_board:JourneysBoard"
    QUERY = "journeys_query:JourneysQuery"
    OWN_COMMANDS = (OPEN, BACK, FILTER, SORT, FOLLOW)

    board: JourneysBoard
    _screen_query: JourneysQuery

    _following: str | None = None
    _opening = False
    """Whether a row is to be opened as soon as the rows are those that are filtered for."""

    def screen_query(self) -> JourneysQuery:
        """Ask for the rows that match the filter, on the side of the wall that is shown."""
        return replace(self._screen_query, side=self.host.view.side)

    def show_parts(self, snapshot: Snapshot, step: Step | None) -> None:
        """Hand the snapshot to the board."""
        self.board.show(snapshot, step, self.host.setup.path)
        if self._opening and self.found_now:
            self._opening = False
            self.board.table.action_open()

    @property
    def found_now(self) -> bool:
        """Whether the rows shown are those that match the filter: keys can be quicker than a search."""
        snapshot = self.host.snapshot
        return (
            snapshot is not None
            and getattr(snapshot.request.screen_query, "text", None) == self._screen_query.text
        )

    # -- keys -----------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the journey under the cursor."""
        self.board.table.action_open()

    def action_back(self) -> None:
        """Close the open journey, or else empty the filter."""
        if self.board.close():
            self.change_query(opened=None, also=())
            return
        self._opening = False
        self.set_focus(self.board.table)
        self.board.filter.empty()

    def action_filter(self) -> None:
        """Type what to filter by."""
        self.board.filter.begin()

    def action_rows(self) -> None:
        """Go from the filter to the rows."""
        self.set_focus(self.board.table)

    def action_sort(self) -> None:
        """Sort by the next order."""
        self.board.table.sort_next()

    def action_follow(self) -> None:
        """Follow the friend whose journey is open or under the cursor, or stop following them."""
        friend = self.board.chosen
        if friend is not None:
            self._following = None if friend == self._following else friend
            self.post_message(FollowRequested(self._following))
            self.board.follow(self._following)

    # -- what the parts say ---------------------------------------------------------------------------

    def on_input_changed(self, message: Input.Changed) -> None:
        """Search for what is typed; the cursor goes to the first that is found."""
        self._opening = False
        self.board.table.action_edge(0)
        self.change_query(text=message.value.strip(), page=type(self._screen_query)().page)

    def on_table_opened(self, message: Table.Opened) -> None:
        """Open a journey, once the rows are those that match the filter."""
        if not self.found_now:
            self._opening = True
            return
        self.board.open(message.row, self.host.setup.path)
        self.change_query(opened=message.row.person)

    def on_table_sorted(self, message: Table.Sorted) -> None:
        """Take another order."""
        self.change_query(order=self.board.order_of(message.sorting))

    def on_table_near_end(self) -> None:
        """Request more rows."""
        if len(self.board.table.rows) >= self._screen_query.page:
            self.change_query(page=self._screen_query.next_page)

    def on_account_pane_named(self, message: AccountPane.Named) -> None:
        """Request the names of the people of an account."""
        self.change_query(also=message.people)
