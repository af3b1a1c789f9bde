"""The budget as a gauge: what is issued, what is pending, what is left, and when it runs out at the current pace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.strip import Strip

from referral_tui import figures
from referral_tui.budget_words import outlook, runs_short, spent_words
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.digits import digits
from referral_tui.dashboard.widgets.lines import LineWidget, wrap

if TYPE_CHECKING:
    from db.read.queries import Program
    from db.read.rewards import Budget

BIG_FROM = 9  # lines from which what is spent stands in large digits


class BudgetGauge(LineWidget, can_focus=True):
    """One bar, and sentences about it."""

    def __init__(self) -> None:
        super().__init__(id="budget", classes="panel")
        self.border_title = "Budget"
        self._budget: Budget | None = None
        self._program: Program | None = None

    def show(self, budget: Budget, program: Program | None) -> None:
        """Take the budget to show; does nothing if it is already shown."""
        if (budget, program) != (self._budget, self._program):
            self._budget, self._program = budget, program
            self.redraw()

    def draw(self, width: int, height: int) -> Iterator[Strip]:
        """Draw the bar and as many sentences as fit."""
        budget = self._budget
        if budget is None or self._program is None:
            return
        room = width - 2
        lines = [self._spent(budget, room)]
        if budget.total:
            spent = digits(self._money(budget.spent)) if height >= BIG_FROM else None
            for text in spent or ():
                yield self.line(width).skip().add(text, self.ink("strong")).strip()
            yield self.line(width).skip().add(lines.pop(), self.ink("strong")).strip()
            thick = 2 if spent else 1
            for _ in range(thick):
                yield self._bar(budget, budget.total, width, "─" if thick == 1 else "░")
            height -= thick - 1 + len(spent or ())
        later: list[str] = []
        for text in (*lines, *self._outlook(budget, room)):
            wrapped = wrap(text, room)
            if len(later) + len(wrapped) <= height - (2 if budget.total else 0):  # whole sentences, or none
                later += wrapped
        for number, text in enumerate(later):
            ink = "warn" if number == 0 and runs_short(budget) else "plain"
            yield self.line(width).skip().add(text, self.ink(ink)).strip()

    def topic(self) -> Topic:
        """Explain the bar, and how the date is found."""
        from simulator.domain.definitions import DEFINITIONS, FORMULAS

        budget = self._budget
        facts: list[tuple[str, str]] = [
            ("spent", DEFINITIONS["spent"].formula),
            *((name, FORMULAS[name]) for name in ("left in the budget", "spent a day", "runs out")),
        ]
        if budget is not None and self._program is not None:
            facts.append(("now", f"{self._money(round(budget.a_day))} a day"))
        return Topic(
            "Budget",
            "What the program may pay out altogether. █ is spent, ▒ is pending: what would be issued if "
            "nothing else happened. What falls due when it no longer fits is unfunded; a smaller reward "
            "after it may still fit.",
            tuple(facts),
        )

    def _spent(self, budget: Budget, room: int) -> str:
        program = self._program
        if program is None:
            return ""
        text = spent_words(budget, program.currency, program.digits)
        if budget.total is None:
            return text
        short = text.rpartition(",")[0]
        fitting = (one for one in (text, short) if len(one) <= room)
        return next(fitting, short.replace(" spent ", " "))

    def _bar(self, budget: Budget, total: int, width: int, rest: str) -> Strip:
        cells = width - 2
        spent = min(cells, -(-budget.spent * cells // total))
        pending = min(cells - spent, -(-budget.pending * cells // total))
        line = self.line(width).skip()
        line.add("█" * spent, self.ink("good")).add("▒" * pending, self.ink("warn"))
        return line.add(rest * (cells - spent - pending), self.ink("edge")).strip()

    def _outlook(self, budget: Budget, room: int) -> Iterator[str]:
        """Say how long it lasts, then what is pending."""
        program = self._program
        if program is not None and budget.total is not None:
            text = outlook(budget, program.currency, program.digits)
            yield text if len(text) <= room or not text.startswith("Runs") else f"{text.partition(',')[0]}."
        if budget.clawed:  # why this is more than what is issued
            yield f"Spent keeps {self._money(budget.clawed)} that was clawed back."
        if budget.pending:
            yield f"{self._money(budget.pending)} more is pending."
        if budget.offered:  # the tile counts it as pending, since nobody has chosen yet
            yield f"Spent includes {self._money(budget.offered)} offered."

    def _money(self, minor: int) -> str:
        program = self._program
        return figures.money(minor, program.currency, program.digits, 11) if program else ""
