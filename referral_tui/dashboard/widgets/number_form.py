"""The numbers of the program that people change, turned by the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from referral_tui.dashboard.numbers import Number, Path
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.columns import Column
from referral_tui.dashboard.widgets.table import Table

ON_PROGRAM = (
    "What people change in a program: amounts, the budget, times and limits. right and left turn the one "
    "under the cursor to the next sensible value, the file is updated, and what would change is shown below. ctrl+r "
    "applies all of it to the running program; z drops it; enter edits the file there."
)


class NumberForm(Table[Number]):
    """A row for each number, with what it is in the program that runs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "turn(1)", "More", show=False, id="form.more", tooltip="The next value up"),
        Binding("left", "turn(-1)", "Less", show=False, id="form.less", tooltip="The next value down"),
    ]

    class Turned(Table.Moved):
        """A number should be changed."""

        def __init__(self, table: NumberForm, row: Number, up: int) -> None:
            """Set which, and which way: 1 up, -1 down."""
            super().__init__(table, row)
            self.up = up

    def __init__(self, says: str = ON_PROGRAM, *, id: str = "form") -> None:  # noqa: A002 -- Textual's name
        """Make the form; `says` is its help."""
        self._before: dict[Path, str] = {}
        super().__init__(
            "Numbers",
            Topic("Numbers", says),
            "The file has no number to turn, or can't be read.",
            [
                Column[Number](
                    "part", "Of", 11, lambda row, _cells: (row.part, "strong"), weight=9, grow=2, most=30
                ),
                Column[Number]("what", "What", 12, lambda row, _cells: (row.what, "plain"), weight=9, grow=1),
                Column[Number]("value", "Value", 14, self._value, weight=9, says="left and right turn it"),
                Column[Number](
                    "was",
                    "Runs with",
                    10,
                    self._was,
                    weight=5,
                    says="in the running program, if it differs",
                ),
            ],
            lambda row: row.path,
            id=id,
        )

    def take(self, numbers: Sequence[Number], running: Sequence[Number]) -> None:
        """Show a draft's numbers beside those of the program that runs."""
        before = {one.path: one.value for one in running}
        if before != self._before:
            self._before = before
            self.redraw()
        self.mark(frozenset(one.path for one in numbers if self._before.get(one.path) != one.value))
        self.show(numbers)

    def action_turn(self, up: int) -> None:
        """Ask for the number under the cursor to be changed."""
        if self.row is not None:
            self.post_message(self.Turned(self, self.row, up))

    def press_button(self, row: Number, x: int) -> bool:
        """Turn the number if one of the two triangles beside it is clicked."""
        at = self.column_at(x)
        if at is None or at[0].key != "value":
            return False
        up = {0: -1, len(self._value(row, 0)[0]) - 1: 1}.get(at[1])
        if up is not None:
            self.post_message(self.Turned(self, row, up))
        return up is not None

    def _value(self, row: Number, _cells: int) -> tuple[str, str]:
        return f"◂ {row.value} ▸", "accent" if self._was(row, 0)[0] else "strong"

    def _was(self, row: Number, _cells: int) -> tuple[str, str]:
        before = self._before.get(row.path, "")
        return (before if before != row.value else ""), "quiet"
