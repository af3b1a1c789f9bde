"""The fourth screen: who brings most, who brought whom, through which communities and channels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from textual.widget import Widget

from referral_tui.dashboard.commands import BACK, OPEN, SORT, Command
from referral_tui.dashboard.frame import Place

if TYPE_CHECKING:
    from referral_tui.dashboard.screens.referrers_board import ReferrersBoard
    from referral_tui.dashboard.screens.referrers_query import ReferrersWish, Sight
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step
    from referral_tui.dashboard.widgets.accounting import AccountPane
    from referral_tui.dashboard.widgets.branches import Branches
    from referral_tui.dashboard.widgets.table import Table
    from referral_tui.dashboard.widgets.views import ViewLine


class ReferrersScreen(Place):
    """Four views, one at a time, and the person who is open beside it."""

    KEY = "4"
    TITLE_IN_TAB = "Referrers"
    MODE = "referrers"
    FIRST_FOCUS = "#leaders"
    OWN_COMMANDS = (
        OPEN,
        BACK,
        Command("referrers.leaders", "l", "view('leaders')", "Leaders", "Shows who brings most", "leaders"),
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
            "Shows the channels friends came by",
            "channels",
        ),
        SORT,
    )

    _wish: ReferrersWish

    def parts(self) -> Iterable[Widget]:
        """Make the board; its module is loaded now, after the frame's paint."""
        from referral_tui.dashboard.screens.referrers_board import ReferrersBoard  # noqa: PLC0415
        from referral_tui.dashboard.screens.referrers_query import ReferrersWish  # noqa: PLC0415

        self._wish = ReferrersWish()
        yield ReferrersBoard()

    def wish(self) -> ReferrersWish:
        """Ask for the view that is open."""
        return self._wish

    def show_parts(self, snapshot: Snapshot, step: Step | None) -> None:
        """Hand the snapshot to the board."""
        if snapshot.answer.sight == self._wish.sight:
            self.board.show(snapshot, step, self.host.setup.path)

    @property
    def board(self) -> ReferrersBoard:
        """The screen's own part."""
        return cast("ReferrersBoard", self.query_one("#board"))

    # -- keys -----------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the person under the cursor."""
        self.board.table(self._wish.sight).action_open()

    def action_back(self) -> None:
        """Close the person who is open."""
        if self.board.close(self._wish.sight):
            self.wish_for(also=())

    def action_view(self, sight: Sight) -> None:
        """Go to another view."""
        self.board.close(self._wish.sight)
        self.board.turn(sight)
        self.board.table(sight).focus()
        self.wish_for(sight=sight, also=())

    def action_sort(self) -> None:
        """Sort leaders by qualified friends or money, communities and channels by friends, too."""
        if self._wish.sight in ("communities", "channels"):
            from referral_tui.dashboard.screens.referrers_query import GROUP_ORDERS  # noqa: PLC0415

            place = GROUP_ORDERS.index(self._wish.group_order) + 1
            self.wish_for(group_order=GROUP_ORDERS[place % len(GROUP_ORDERS)])
            return
        self.wish_for(order="issued" if self._wish.order == "qualified" else "qualified")

    # -- what the parts say ---------------------------------------------------------------------------

    def on_view_line_picked(self, message: ViewLine.Picked) -> None:
        """Go to the view that was clicked."""
        self.action_view(cast("Sight", message.view))

    def on_table_opened(self, message: Table.Opened) -> None:
        """Open a person; communities and channels have no more to tell."""
        if self._wish.sight in ("leaders", "tree"):
            self.board.open(message.row, self.host.setup.path)

    def on_table_sorted(self, message: Table.Sorted) -> None:
        """Take the order whose header was clicked."""
        if self._wish.sight in ("communities", "channels"):
            self.wish_for(group_order=message.sorting.key)
        elif message.sorting.key in ("qualified", "issued"):
            self.wish_for(order=message.sorting.key)

    def on_branches_turned(self, message: Branches.Turned) -> None:
        """Open or close a branch."""
        one = {message.row.person}
        self.wish_for(opened=self._wish.opened | one if message.opened else self._wish.opened - one)

    def on_account_pane_named(self, message: AccountPane.Named) -> None:
        """Have the people of an account named."""
        self.wish_for(also=message.people)
