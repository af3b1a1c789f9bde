"""What each rule of the program said, and the money it held back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from referral_tui import figures
from referral_tui.dashboard.screens.program_query import RuleLine
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.columns import Column
from referral_tui.dashboard.widgets.table import Table

if TYPE_CHECKING:
    from db.read.queries import Program

BOTH = 14  # cells from which a column has room for a count and for money


class RuleTable(Table[RuleLine]):
    """Rules in the order of the file."""

    def __init__(self) -> None:
        self._program: Program | None = None
        super().__init__(
            "Rules",
            Topic(
                "Rules",
                "Each conversion of a referred friend is checked against every rule of its milestone. The "
                "first failing rule that refuses decides; otherwise the first that fails sends it to a "
                "person. e edits the rule under the cursor.",
                (
                    (
                        "held back",
                        "the reward lines that its refused and declined decisions would have made; of an "
                        "every-n-th reward, one n-th",
                    ),
                ),
            ),
            "This program has no rules: every conversion qualifies.",
            [
                Column[RuleLine](
                    "code", "Rule", 18, lambda row, _cells: (row.code, "strong"), grow=2, most=30, weight=9
                ),
                Column[RuleLine](
                    "fate",
                    "If not",
                    6,
                    self._fate,
                    weight=5,
                    says="what happens to what it fails: refuse, review",
                ),
                Column[RuleLine](
                    "pass", "Pass", 6, self._count("passed", "good"), right=True, weight=8, says="it holds"
                ),
                Column[RuleLine](
                    "fail",
                    "Fail",
                    5,
                    self._count("failed", "bad"),
                    right=True,
                    weight=8,
                    says="it does not hold",
                ),
                Column[RuleLine](
                    "missing",
                    "Missing",
                    7,
                    self._count("missing", "warn"),
                    right=True,
                    weight=7,
                    says="a value it reads was not passed; that counts as a fail",
                ),
                self._money("held", "Held back", 9, 8, "money it kept from being paid"),
                self._money("waiting", "Waiting", 8, 6, "money that waits for a person"),
                self._money("approved", "Let in", 8, 4, "money that a person approved anyway"),
            ],
            lambda row: row.code,
            id="rules",
        )

    def use(self, program: Program | None) -> None:
        """Format money as this program does."""
        if program != self._program:
            self._program = program
            self._strips.clear()
            self.refresh()

    def _fate(self, row: RuleLine, _cells: int) -> tuple[str, str]:
        return (row.on_fail, "plain") if row.on_fail else ("gone", "quiet")

    def _count(self, name: str, ink: str) -> Callable[[RuleLine, int], tuple[str, str]]:
        def draw(row: RuleLine, cells: int) -> tuple[str, str]:
            number = getattr(row, name)
            return (figures.compact(number, cells), ink) if number else (figures.NOTHING, "quiet")

        return draw

    def _money(self, name: str, title: str, width: int, weight: int, says: str) -> Column[RuleLine]:
        def draw(row: RuleLine, cells: int) -> tuple[str, str]:
            count, program = getattr(row, name), self._program
            if not count or program is None:
                return figures.NOTHING, "quiet"
            money = figures.money(getattr(row, f"{name}_minor"), program.currency, program.digits, 8)
            return (f"{figures.compact(count, 4)}  {money:>8}" if cells >= BOTH else money), "plain"

        return Column[RuleLine](
            name, title, width, draw, right=True, grow=1, most=16, weight=weight, says=says
        )
