"""The funnel: stage by stage how many, how many of those before, and what moved in the last moments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.message import Message
from textual.strip import Strip

from referral_tui import figures
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.graph import bar
from referral_tui.dashboard.widgets.lines import Line, LineWidget

if TYPE_CHECKING:
    from db.read.overview import Stage

NAME_CELLS, RATE_CELLS, MOVED_CELLS = 10, 7, 6
WIDE = 64  # from this width on, counts in full and a column with the share of those who visited
ALL_CELLS = 9


class Funnel(LineWidget, can_focus=True):
    """The stages, one under the other; one of them is under the cursor."""

    BORDER_TITLE = "The funnel"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1)", "Stage before", show=False, id="funnel.up", tooltip="One stage up"),
        Binding("down", "cursor(1)", "Stage after", show=False, id="funnel.down", tooltip="One stage down"),
    ]

    class Left(Message):
        """The cursor went over an end: `step` is -1 at the top, 1 at the bottom."""

        def __init__(self, step: int) -> None:
            """Say over which end."""
            super().__init__()
            self.step = step

    def __init__(self) -> None:
        super().__init__(id="funnel", classes="panel")
        self._stages: tuple[Stage, ...] = ()
        self._moved: tuple[int, ...] = ()
        self._cursor = 0
        self.border_subtitle = "% of the stage before"

    @property
    def stage(self) -> Stage | None:
        """The stage under the cursor."""
        return self._stages[self._cursor] if self._stages else None

    def show(self, stages: tuple[Stage, ...], moved: tuple[int, ...]) -> None:
        """Take the stages to show; costs nothing when they are the ones that are shown."""
        if (stages, moved) == (self._stages, self._moved):
            return
        self._stages, self._moved = stages, moved
        self.redraw()

    def action_cursor(self, step: int) -> None:
        """Move the cursor; over an end the focus goes on."""
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

    def on_resize(self, event: events.Resize) -> None:
        """Name the columns that there is room for."""
        wide = event.size.width >= WIDE
        self.border_subtitle = (
            "% of the stage before · of visited · ▲ now" if wide else "% of the stage before"
        )

    def draw(self, width: int, height: int) -> Iterator[Strip]:
        """Draw each stage in as many rows as there is room for."""
        if not self._stages:
            return
        rows = self._rows(height)
        colours = self._colours(len(self._stages))
        scale = max((stage.count for stage in self._stages[1:]), default=0) or self._stages[0].count
        numbers = max(5, *(len(self._number(stage.count, width)) for stage in self._stages))
        fixed = 1 + NAME_CELLS + numbers + 1 + RATE_CELLS + MOVED_CELLS + (ALL_CELLS if width >= WIDE else 0)
        cells = max(4, width - fixed)
        for place, stage in enumerate(self._stages):
            part = stage.count / scale if scale else 0.0
            yield self._first(place, stage, width, numbers, cells, part, colours[place]).strip()
            for row in range(1, rows):
                last = row == rows - 1
                yield self._below(
                    width, 2 + NAME_CELLS + numbers, cells, part, colours[place], half=last
                ).strip()

    def topic(self) -> Topic:
        """Say what the stage under the cursor counts."""
        from simulator.domain.definitions import STAGE_MEANING  # noqa: PLC0415 -- after the first paint

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
        facts.append(("bar", "all but the first are drawn to one scale; reached goes off it, and fades"))
        facts.append(("▲ n", "how many entered in the last 3 seconds, or by the last step while paused"))
        return Topic(f"The funnel: {stage.name}", STAGE_MEANING[stage.name], tuple(facts))

    def _rows(self, height: int) -> int:
        return max(1, min(3, height // max(1, len(self._stages))))

    def _number(self, number: int, width: int) -> str:
        return figures.count(number) if width >= WIDE else figures.compact(number, 6)

    def _first(
        self, place: int, stage: Stage, width: int, numbers: int, cells: int, part: float, colour: Style
    ) -> Line:
        here = self.has_focus and place == self._cursor
        line = self.line(width)
        line.add("▸" if here else " ", self.ink("accent"))
        line.add(stage.name, self.ink("accent" if here else "plain"), NAME_CELLS)
        line.add(self._number(stage.count, width), self.ink("strong"), numbers, right=True).skip()
        line.add(_faded(cells) if part > 1 else bar(part, cells), colour, cells)
        rate = figures.share(stage.rate) if place else ""
        line.add(rate, self.ink("plain"), RATE_CELLS, right=True)
        if width >= WIDE:
            visited = self._stages[1].count
            overall = figures.share(stage.count / visited) if place > 1 and visited else ""
            line.add(overall, self.ink("quiet"), ALL_CELLS, right=True)
        moved = self._moved[place] if place < len(self._moved) else 0
        sign = "▲" if moved > 0 else "▼"
        text = f"{sign}{figures.compact(abs(moved), MOVED_CELLS - 1)}" if moved else ""
        line.add(text, self.ink("up" if moved >= 0 else "bad"), MOVED_CELLS, right=True)
        return line

    def _below(self, width: int, indent: int, cells: int, part: float, colour: Style, *, half: bool) -> Line:
        line = self.line(width).skip(indent)
        if not half:
            return line.add(_faded(cells) if part > 1 else bar(part, cells), colour)
        halves = 2 * (cells - 3) if part > 1 else round(2 * part * cells)
        return line.add("▀" * (halves // 2) + "▘" * (halves % 2), colour)

    def _colours(self, count: int) -> list[Style]:
        first, last = self.ink("funnel-top"), self.ink("funnel-bottom")
        if first.color is None or last.color is None:
            return [first] * count
        top, bottom = Color.from_rich_color(first.color), Color.from_rich_color(last.color)
        steps = max(1, count - 1)
        return [first + Style(color=top.blend(bottom, place / steps).rich_color) for place in range(count)]


def _faded(cells: int) -> str:
    """Draw a bar that goes on where the scale ends."""
    return "█" * (cells - 3) + "▓▒░"
