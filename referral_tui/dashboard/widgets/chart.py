"""A chart as a part of a screen: drawn again when what it shows has changed, and explained by its curves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.strip import Strip

from referral_tui import figures
from referral_tui.dashboard.pictures import Panel, Picture
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.charting import SIGNS, chart
from referral_tui.dashboard.widgets.lines import LineWidget, empty_line
from referral_tui.dashboard.widgets.plot import Run

CHANGED = "┊ program changed"
NOT_YET = "The chart begins when two full hours, days or weeks have passed."


class Chart(LineWidget, can_focus=True):
    """Curves over time, with a scale, dates, and marks where the program was changed."""

    def __init__(
        self,
        title: str,
        text: str,
        facts: tuple[tuple[str, str], ...],
        *,
        id: str,  # noqa: A002 -- Textual's name
        empty: str = NOT_YET,
    ) -> None:
        """Make a chart with its title, what its help says of it, and what stands in it while there are no curves."""
        super().__init__(id=id, classes="panel")
        self.border_title = title
        self._text, self._facts, self._empty = text, facts, empty
        self._picture: Picture | None = None

    def show(self, picture: Picture) -> None:
        """Set what to show; does nothing if it is already shown."""
        if picture != self._picture:
            self._picture = picture
            self.border_subtitle = CHANGED if picture.marks else ""
            self.redraw()

    def draw(self, width: int, height: int) -> Iterator[Strip]:
        """Draw the chart, or say when there will be one."""
        picture = self._picture
        if picture is None or not any(
            len(curve.points) > 1 for panel in picture.panels for curve in panel.curves
        ):
            for y in range(height):
                yield empty_line(self._empty, y, width, height, self.ink)
            return
        for runs in chart(picture, width - 1, height):
            yield draw_runs(self, runs, width)

    def topic(self) -> Topic:
        """Say what is drawn, with the newest value of each curve."""
        facts = list(self._facts)
        picture = self._picture
        for panel in picture.panels if picture else ():
            for curve in panel.curves:
                if picture is not None and curve.last is not None:
                    name = curve.name or panel.title
                    facts.append((SIGNS[curve.dotted], f"{name}: {_value(curve.last, panel, picture)}"))
        if picture is None or picture.dates:
            facts.append((CHANGED[0], "the program was changed here; v2 is its second version"))
        return Topic(str(self.border_title), self._text, tuple(facts))


def draw_runs(widget: LineWidget, runs: Sequence[Run], width: int) -> Strip:
    """Draw a row of texts in a widget's inks."""
    line = widget.line(width)
    for text, ink in runs:
        line.add(text, widget.ink(ink or "plain"))
    return line.strip()


def _value(value: float, panel: Panel, picture: Picture) -> str:
    if panel.unit == "money":
        return f"{figures.money(value, picture.currency, picture.digits)} at last"
    return f"{value:,.0f} at last"
