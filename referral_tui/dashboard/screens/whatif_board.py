"""The parts of the What if screen: results above, the numbers beside both funnels, and how both grow below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Horizontal

from referral_tui.dashboard import what_if
from referral_tui.dashboard.checking import Checked
from referral_tui.dashboard.numbers import Path, numbers_of, turned
from referral_tui.dashboard.pictures import Band, Curve, Panel, Picture, Unit
from referral_tui.dashboard.screens.program_words import refusal
from referral_tui.dashboard.widgets.chart import Chart
from referral_tui.dashboard.widgets.number_form import NumberForm
from referral_tui.dashboard.widgets.table import Table
from referral_tui.dashboard.widgets.what_if_parts import TITLES, AnswerSentence, BothFunnels, Result, ground
from simulator.domain.spans import DAY_MS

if TYPE_CHECKING:
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.what_if import Answer, BandSeries, Study, World

FORM_SAYS = (
    "The numbers of the design that runs, at the left, and of its copy: right and left turn the one under "
    "the cursor to the next sensible value. A first answer, for the first weeks, appears at once; then come "
    "the whole span and more markets, until a number is turned again. enter applies the copy to the running "
    "program, ctrl+o saves it as a program file, z resets it, u draws how people respond, which is assumed, "
    "for each market."
)
FAN_SAYS = (
    "How it grows, over many markets: the line is the median, half of all markets lie in the dense band, nine of ten "
    "in the wide one. What runs is dotted, the copy drawn. The line above says what the bands hold: luck alone, or "
    "luck and how people respond, which u draws afresh for each market, within what the world assumes."
)
FAN_FACTS = (
    ("━ ▒ ░", "the copy: median, 50 % and 90 % of markets"),
    ("┅ : ·", "the design that runs, likewise"),
)
RESULTS, RESULTS_HIGH, SAID, SAID_HIGH, LOWEST = 3, 6, 2, 3, 5  # rows
HIGH = 30  # rows from which results stand in large digits
STAGES_ROWS, BOTH_ROWS = 9, 16  # rows of the funnels, with their frame: a row for each stage, or two
NO_CURVES = "The curves begin with the first answer."


class WhatIfBoard(Container):
    """The parts; `-low` while there is no room for the curves."""

    def __init__(self) -> None:
        super().__init__(id="board")
        self._rows = ""

    def compose(self) -> ComposeResult:
        """Make them."""
        with Horizontal(id="results"):
            for key in TITLES:
                yield Result(key)
        yield AnswerSentence()
        yield NumberForm(FORM_SAYS, id="turning")
        yield BothFunnels()
        yield Chart("New customers", FAN_SAYS, FAN_FACTS, id="fan-customers", empty=NO_CURVES)
        yield Chart("Money issued", FAN_SAYS, FAN_FACTS, id="fan-issued", empty=NO_CURVES)

    @property
    def form(self) -> NumberForm:
        """The numbers."""
        return self.query_one(NumberForm)

    def study(self) -> Study:
        """Return what answers."""
        return what_if.study()

    def show_numbers(self, draft: str, running: str) -> None:
        """Show the numbers of the copy beside those of the design."""
        self.form.take(numbers_of(draft), numbers_of(running))

    def turned(self, text: str, path: Path, up: int, digits: int) -> str | None:
        """Turn the number at a path of a program's text one value up (1) or down (-1); None if it is at its end."""
        number = next((one for one in numbers_of(text) if one.path == path), None)
        return turned(text, number, up, digits) if number is not None else None

    def refusal(self, snapshot: Snapshot) -> str:
        """Say why a copy that is valid can't be applied; empty if it can."""
        return refusal(snapshot, Checked())

    def show_text(self, text: str, ink: str = "quiet") -> None:
        """Show a text in place of the sentence."""
        self.query_one(AnswerSentence).show(text, ink)

    def show(self, answer: Answer, world: World, currency: str, digits: int) -> None:
        """Show an answer in each part."""
        for result in self.query(Result):
            result.show(answer, currency, digits)
        text = answer.said or "Pick a number with up and down, and turn it with right and left."
        self.query_one(AnswerSentence).show(text, "strong", ground(answer, world.days))
        self.query_one(BothFunnels).show(answer.left, answer.right)
        units: dict[str, Unit] = {"customers": "count", "issued": "money"}
        for name, unit in units.items():
            self.query_one(f"#fan-{name}", Chart).show(_fan(answer, name, unit, world, currency, digits))

    def on_resize(self, event: events.Resize) -> None:
        """Share the new size among the parts."""
        height = event.size.height
        high = height >= HIGH
        results, sentence = (RESULTS_HIGH, SAID_HIGH) if high else (RESULTS, SAID)
        left = height - results - sentence
        middle = BOTH_ROWS if left >= BOTH_ROWS + 10 else STAGES_ROWS
        low = left - middle < LOWEST
        self.set_class(low, "-low")
        rows = f"{results} {sentence} 1fr" if low else f"{results} {sentence} {middle} 1fr"
        if rows != self._rows:
            self._rows = rows
            self.styles.grid_rows = rows

    def on_table_left(self, message: Table.Left) -> None:
        """Stay: tab leads to what is above the numbers."""
        message.stop()


def _fan(answer: Answer, name: str, unit: Unit, world: World, currency: str, digits: int) -> Picture:
    """Make the curves of both sides over the whole span, as far as they are known."""
    curves: list[Curve] = []
    bands: list[Band] = []
    for side, title, ink, signs in (
        (answer.left, "runs", "identification", "·:"),
        (answer.right, "copy", "participation", "░▒"),
    ):
        if side is None:
            continue
        series: BandSeries = getattr(side, name)
        at = [answer.start_ms + min(7 * week, answer.days) * DAY_MS for week in range(len(series))]
        for low, high, sign in ((0, 4, signs[0]), (1, 3, signs[1])):
            points = tuple((when, week[low], week[high]) for when, week in zip(at, series, strict=True))
            bands.append(Band(points, ink, sign))
        points_of = tuple((when, week[2]) for when, week in zip(at, series, strict=True))
        curves.append(Curve(title, points_of, ink, dotted=side is answer.left))
    panel = Panel("", unit, tuple(curves), tuple(bands))
    end = answer.start_ms + world.days * DAY_MS
    return Picture((panel,), answer.start_ms, end, currency=currency, digits=digits)
