"""The funnel: how many reached each stage, what share of the stage before that is, and what moved just now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log1p
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.message import Message
from textual.strip import Strip

from referral_tui import figures
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.inks import solid
from referral_tui.dashboard.widgets.lines import Line, LineWidget
from referral_tui.scales import decades, round_numbers, short_number

if TYPE_CHECKING:
    from db.read.overview import Stage

NAME_CELLS, RATE_CELLS, MOVED_CELLS = 10, 9, 6
FRAME = 4  # cells of the lower edge that are no text
WIDE = 64  # from this width on, counts in full and a column with the share of those who visited
ALL_CELLS = 9
MOST_ROWS = 6  # of a stage
SHORTEST = 1.5  # cells: where a linear scale gives a stage less, the bars are to a logarithmic one
TICK_CELLS = 9  # from one number of the scale to the next


class Funnel(LineWidget, can_focus=True):
    """The stages, one under the other; one of them is under the cursor."""

    BORDER_TITLE = "The funnel"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1)", "Stage before", show=False, id="funnel.up", tooltip="One stage up"),
        Binding("down", "cursor(1)", "Stage after", show=False, id="funnel.down", tooltip="One stage down"),
    ]

    class Left(Message):
        """The cursor moved past an end: `step` is -1 at the top, 1 at the bottom."""

        def __init__(self, step: int) -> None:
            """Set which end."""
            super().__init__()
            self.step = step

    def __init__(self) -> None:
        super().__init__(id="funnel", classes="panel")
        self._stages: tuple[Stage, ...] = ()
        self._moved: tuple[int, ...] = ()
        self._cursor = 0
        self.border_subtitle = "% of previous"

    @property
    def stage(self) -> Stage | None:
        """The stage under the cursor."""
        return self._stages[self._cursor] if self._stages else None

    def show(self, stages: tuple[Stage, ...], moved: tuple[int, ...]) -> None:
        """Take the stages to show; does nothing if they are already shown."""
        if (stages, moved) == (self._stages, self._moved):
            return
        self._stages, self._moved = stages, moved
        self._describe(self.size.width)
        self.redraw()

    def action_cursor(self, step: int) -> None:
        """Move the cursor; past an end the focus moves on."""
        place = self._cursor + step
        if 0 <= place < len(self._stages):
            self._cursor = place
            self.redraw()
        else:
            self.post_message(self.Left(step))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the stage that is clicked."""
        rows = self._rows(self.size.height)
        offset = event.get_content_offset(self)
        if offset is not None and self._stages:
            self._cursor = min(offset.y // rows, len(self._stages) - 1)
            self.redraw()

    def on_resize(self, _event: events.Resize) -> None:
        """Name the columns that fit."""
        self._describe(self.size.width)

    def draw(self, width: int, height: int) -> Iterator[Strip]:
        """Draw each stage in as many rows as fit, and below them the scale of the bars."""
        if not self._stages:
            return
        rows = self._rows(height)
        colours = self._colours(len(self._stages))
        numbers, cells = self._columns(width)
        scale = Scale.of(self._stages, cells)
        indent = 2 + NAME_CELLS + numbers
        for place, stage in enumerate(self._stages):
            filled = scale.cells(stage.count)
            yield self._first(place, stage, width, numbers, filled, cells, colours[place]).strip()
            for row in range(1, rows):
                thick = filled if row < rows - 1 else 0
                line = self.line(width).skip(indent).add("█" * thick, colours[place]).skip(cells - thick)
                if row == 1 and place == self.worst:
                    line.add("worst", self.ink("bad"), RATE_CELLS, right=True)
                yield line.strip()
        if height > rows * len(self._stages):
            yield self.line(width).skip(indent).add(scale.words(), self.ink("quiet")).strip()

    def topic(self) -> Topic:
        """Say what the stage under the cursor counts."""
        from simulator.domain.definitions import STAGE_MEANING

        stage = self.stage
        if stage is None:
            return Topic("The funnel", "Nobody has been reached yet.")
        facts = [("now", figures.count(stage.count))]
        if self._cursor:
            before = self._stages[self._cursor - 1]
            facts.append(("step rate", f"{stage.name} ÷ {before.name}"))
            facts.append(("", f"{stage.count:,} ÷ {before.count:,} = {figures.share(stage.rate)}"))
        else:
            facts.append(("formula", "the larger of the sum of reach over all shares, and visited"))
        facts.append(("bar", self._scale_words()))
        facts.append(
            ("! worst", "the smallest share of the stage before; rewarded is left out, as it has to wait")
        )
        facts.append(("▲ n", "how many entered in the last 3 seconds, or by the last step while paused"))
        return Topic(f"The funnel: {stage.name}", STAGE_MEANING[stage.name], tuple(facts))

    @property
    def worst(self) -> int | None:
        """The place of the stage that the smallest share of the stage before reached; rewarded only waits."""
        known = [
            (stage.rate, place)
            for place, stage in enumerate(self._stages[:-1])
            if place and stage.rate is not None and stage.rate < 1
        ]
        return min(known)[1] if known else None

    def _describe(self, width: int) -> None:
        """Say on the frame what bars and columns are."""
        logarithmic = bool(self._stages) and Scale.of(self._stages, self._columns(width)[1]).logarithmic
        columns = ["% of previous", *(["of visited"] if width >= WIDE else [])]
        marks = ["! worst"] if self.worst is not None else []
        moved = ["▲ now"] if width >= WIDE else []
        tries = [
            [*scale, *marks, *columns, *more]
            for more in (moved, [])
            for scale in ((["bars: log scale"], ["log scale"]) if logarithmic else ([],))
        ]
        texts = [" · ".join(one) for one in tries]
        self.border_subtitle = next((text for text in texts if cell_len(text) <= width - FRAME), texts[-1])

    def _scale_words(self) -> str:
        logarithmic = (
            self.size.width and Scale.of(self._stages, self._columns(self.size.width)[1]).logarithmic
        )
        if logarithmic:
            return "on one logarithmic scale: each step is ten times the one before"
        return "on one scale: twice as long is twice as many"

    def _columns(self, width: int) -> tuple[int, int]:
        """Share the width: cells of the counts, and of the bars."""
        numbers = max(5, *(len(self._number(stage.count, width)) for stage in self._stages))
        fixed = 2 + NAME_CELLS + numbers + RATE_CELLS + MOVED_CELLS + (ALL_CELLS if width >= WIDE else 0)
        return numbers, max(4, width - fixed)

    def _rows(self, height: int) -> int:
        return max(1, min(MOST_ROWS, height // max(1, len(self._stages))))

    def _number(self, number: int, width: int) -> str:
        return figures.count(number) if width >= WIDE else figures.compact(number, 6)

    def _first(
        self, place: int, stage: Stage, width: int, numbers: int, filled: int, cells: int, colour: Style
    ) -> Line:
        here, worst = self.has_focus and place == self._cursor, place == self.worst
        line = self.line(width)
        line.add("▸" if here else " ", self.ink("accent"))
        line.add(stage.name, self.ink("accent" if here else "plain"), NAME_CELLS)
        line.add(self._number(stage.count, width), self.ink("strong"), numbers, right=True).skip()
        line.add("█" * filled, colour).skip(cells - filled)
        rate = ("! " if worst else "") + figures.share(stage.rate) if place else ""
        line.add(rate, self.ink("bad" if worst else "plain"), RATE_CELLS, right=True)
        if width >= WIDE:
            visited = self._stages[1].count
            overall = figures.share(stage.count / visited) if place > 1 and visited else ""
            line.add(overall, self.ink("quiet"), ALL_CELLS, right=True)
        moved = self._moved[place] if place < len(self._moved) else 0
        sign = "▲" if moved > 0 else "▼"
        text = f"{sign}{figures.compact(abs(moved), MOVED_CELLS - 1)}" if moved else ""
        line.add(text, self.ink("up" if moved >= 0 else "bad"), MOVED_CELLS, right=True)
        return line

    def _colours(self, count: int) -> list[Style]:
        first, last = self.ink("funnel-top"), self.ink("funnel-bottom")
        if first.color is None or last.color is None:
            return [first] * count
        top, bottom = Color.from_rich_color(first.color), Color.from_rich_color(last.color)
        shades = [top.blend(bottom, place / max(1, count - 1)).rich_color for place in range(count)]
        return [solid(first + Style(color=shade)) for shade in shades]


@dataclass(frozen=True, slots=True)
class Scale:
    """From counts to cells: one scale for all bars, logarithmic where a linear one would hide the smallest."""

    top: int
    width: int
    logarithmic: bool

    @classmethod
    def of(cls, stages: Sequence[Stage], cells: int) -> Scale:
        """Make the scale for these stages, the longest bar `cells` long."""
        counts = [stage.count for stage in stages if stage.count > 0]
        top = max(counts, default=0)
        return cls(top, cells, bool(counts) and min(counts) * cells < SHORTEST * top)

    def cells(self, count: float) -> int:
        """Return how long the bar of a count is; at least one cell if there is anything."""
        if count <= 0 or self.top <= 0:
            return 0
        return max(1, round(self._part(count) * self.width))

    def words(self) -> str:
        """Write the scale's round numbers, each below the end of the bar that it stands for."""
        numbers = (
            decades(self.top)
            if self.logarithmic
            else round_numbers(self.top, 1 + max(1, self.width // TICK_CELLS), whole=True)
        )
        text = ""
        for number in numbers:
            word = short_number(number) + "╵"
            start = round(self._part(number) * self.width) - len(word)
            if number <= self.top and start >= (len(text) + 1 if text else 0):
                text = text.ljust(start) + word
        return text

    def _part(self, count: float) -> float:
        if self.logarithmic:
            return log1p(count) / log1p(self.top)
        return count / self.top if self.top else 0.0
