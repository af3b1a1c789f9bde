"""A table that is a tree: right and left open and close the branch under the cursor."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from db.read.tree import Branch
from referral_tui.dashboard.widgets.table import Table


class Branches(Table[Branch]):
    """Rows of a tree, as far as it is opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "right", "branch(True)", "Open branch", show=False, id="tree.open", tooltip="Opens the branch"
        ),
        Binding(
            "left", "branch(False)", "Close branch", show=False, id="tree.close", tooltip="Closes the branch"
        ),
    ]

    class Turned(Table.Moved):
        """A branch is to be opened or closed."""

        def __init__(self, table: Branches, row: Branch, *, opened: bool) -> None:
            """Say which, and which way."""
            super().__init__(table, row)
            self.opened = opened

    def action_branch(self, opened: bool) -> None:
        """Open or close the branch; where it is closed already, go to the one above."""
        row = self.row
        if row is None:
            return
        if row.friends and row.opened != opened:
            self.post_message(self.Turned(self, row, opened=opened))
        elif not opened and row.depth:
            place = list(self.rows).index(row)
            above = next(one for one in reversed(self.rows[:place]) if one.depth < row.depth)
            self.go_to(self._key(above))
