"""The fourth screen: who brings the most friends, who brought whom, through which communities and channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from referral_tui.dashboard.commands import BACK, OPEN, SORT, Command
from referral_tui.dashboard.frame import DashboardScreen

if TYPE_CHECKING:
    from referral_tui.dashboard.screens.referrers_board import ReferrersBoard
    from referral_tui.dashboard.screens.referrers_query import ReferrersQuery, Sight
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step
    from referral_tui.dashboard.widgets.accounting import AccountPane
    from referral_tui.dashboard.widgets.referrer_tables import BranchTable
    from referral_tui.dashboard.widgets.table import Table
    from referral_tui.dashboard.widgets.views import ViewLine


class ReferrersScreen(DashboardScreen):
    """Four views, one at a time, and the person who is open beside it."""

    KEY = "4"
    TITLE_IN_TAB = "Referrers"
    MODE = "referrers"
    FIRST_FOCUS = "#leaders"
    BOARD = "referrers_board:ReferrersBoard"
    QUERY = "referrers_query:ReferrersQuery"
    OWN_COMMANDS = (
        OPEN,
        BACK,
        Command(
            "referrers.leaders",
            "l",
            "view('leaders')",
            "Leaders",
            "Shows who brings the most friends",
            "leaders",
        ),
        Command(
            "referrers.tree",
            "g",
            "view('tree')",
            "Tree",
            "Shows who brought whom, generation by generation; right opens a branch, left closes it",
            "tree",
        ),
        Command(
            "referrers.communities",
            "c",
            "view('communities')",
            "Communities",
            "Shows the communities whose referrers bring most",
            "communities",
        ),
        Command(
            "referrers.channels",
            "n",
            "view('channels')",
            "Channels",
            "Shows the channels through which friends came",
            "channels",
        ),
        SORT,
    )

    board: ReferrersBoard
    _screen_query: ReferrersQuery

    @property
    def sight(self) -> Sight:
        """The view that is shown."""
        return self._screen_query.sight

    def show_parts(self, snapshot: Snapshot, step: Step | None) -> None:
        """Hand the snapshot to the board."""
        if snapshot.answer.sight == self._screen_query.sight:
            self.board.show(snapshot, step, self.host.setup.path)

    # -- keys -----------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the person under the cursor."""
        self.board.table(self._screen_query.sight).action_open()

    def action_back(self) -> None:
        """Close the person who is open."""
        if self.board.close(self._screen_query.sight):
            self.change_query(also=())

    def action_view(self, sight: Sight) -> None:
        """Go to another view."""
        self.board.close(self._screen_query.sight)
        self.board.turn(sight)
        self.board.table(sight).focus()
        self.change_query(sight=sight, also=())

    def action_sort(self) -> None:
        """Sort leaders by qualified friends or money, communities and channels by friends, too."""
        if self._screen_query.sight in ("communities", "channels"):
            self.change_query(group_order=self._screen_query.next_group_order)
            return
        self.change_query(order="issued" if self._screen_query.order == "qualified" else "qualified")

    # -- what the parts say ---------------------------------------------------------------------------

    def on_view_line_picked(self, message: ViewLine.Picked) -> None:
        """Go to the view that was clicked."""
        self.action_view(cast("Sight", message.view))

    def on_table_opened(self, message: Table.Opened) -> None:
        """Open a person; communities and channels have nothing more to show."""
        if self._screen_query.sight in ("leaders", "tree"):
            self.board.open(message.row, self.host.setup.path)

    def on_table_sorted(self, message: Table.Sorted) -> None:
        """Take the order whose header was clicked."""
        if self._screen_query.sight in ("communities", "channels"):
            self.change_query(group_order=message.sorting.key)
        elif message.sorting.key in ("qualified", "issued"):
            self.change_query(order=message.sorting.key)

    def on_branch_table_turned(self, message: BranchTable.Turned) -> None:
        """Open or close a branch."""
        one = {message.row.person}
        self.change_query(
            opened=self._screen_query.opened | one if message.opened else self._screen_query.opened - one
        )

    def on_account_pane_named(self, message: AccountPane.Named) -> None:
        """Request the names of the people of an account."""
        self.change_query(also=message.people)
