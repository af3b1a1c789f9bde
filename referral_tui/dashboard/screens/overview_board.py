"""What the first screen shows: headline numbers, funnel, what just happened, rewards, who brought whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical

from referral_tui.dashboard.pictures import overview_picture
from referral_tui.dashboard.widgets.chart import Chart
from referral_tui.dashboard.widgets.funnel import Funnel
from referral_tui.dashboard.widgets.listing import Listing
from referral_tui.dashboard.widgets.lists import Attributions, Rewards, Stream
from referral_tui.dashboard.widgets.tile import ONE_LINE, TITLES, Tile

if TYPE_CHECKING:
    from db.read.overview import Overview
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step


SIDE = 96  # cells from which the funnel and the chart stand beside each other
STAGES, FRAME = 7, 3  # rows of a funnel with a row a stage, and of its frame and scale
FUNNEL_SHARE = 0.6
LISTS = 8  # rows of the lists below, at least
ROOM_FOR_LINES = 18  # rows from which narrow tiles have a small line, too, below names in two lines
STACKED, CHART = 30, 11  # rows from which a narrow screen has the chart too, and the rows that it gets
CHART_TEXT = (
    "What each complete hour, day or week brought, and the total at the end of each. A dashed line is the moment "
    "at which a new version of the program came into force."
)
CHART_FACTS = (
    ("friends", "who qualified, or claimed the offer, for the first time"),
    ("so far", "the number as it stood, of everything up to then"),
)


class OverviewBoard(Container):
    """The parts of the first screen, and how the focus moves between them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left", "beside(-1)", "Part before", show=False, id="overview.left", tooltip="Focus to the left"
        ),
        Binding(
            "right", "beside(1)", "Next part", show=False, id="overview.right", tooltip="Focus to the right"
        ),
        Binding("up", "above", "Part above", show=False, id="overview.up", tooltip="Focus upwards"),
        Binding("down", "below", "Part below", show=False, id="overview.down", tooltip="Focus downwards"),
    ]

    def __init__(self) -> None:
        super().__init__(id="board")
        self._rows = ""

    def compose(self) -> ComposeResult:
        """Make tiles, funnel and lists."""
        with Horizontal(id="tiles"):
            for key in TITLES:
                yield Tile(key)
        with Container(id="below"):
            yield Funnel()
            yield Chart("Over time", CHART_TEXT, CHART_FACTS, id="chart")
            yield Stream()
            with Vertical(id="side"):
                yield Rewards()
                yield Attributions()

    def show(self, snapshot: Snapshot, step: Step | None) -> None:
        """Give each part what it shows; parts that would not change do nothing."""
        overview: Overview = snapshot.answer
        program = snapshot.database_status.program
        for headline in overview.headlines:
            self.query_one(f"#tile-{headline.key}", Tile).show(headline, program, overview.span.hours)
        self.query_one(Chart).show(overview_picture(overview, program))
        moved = snapshot.moved if snapshot.request.view.at is None else ()
        self.query_one(Funnel).show(overview.stages, moved)
        rewards, stream, attributions = (
            self.query_one(Rewards),
            self.query_one(Stream),
            self.query_one(Attributions),
        )
        rewards.program = stream.program = program
        for part in (rewards, stream, attributions):
            part.call(snapshot.names)
            part.mark(step)
        rewards.show(overview.rewards)
        attributions.show(overview.attributions)
        stream.show_events(overview.events)

    def action_beside(self, step: int) -> None:
        """Move the focus to the part beside."""
        if step > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def on_resize(self, event: events.Resize) -> None:
        """Share the new size: side by side if the funnel's bars keep enough cells, else one below the other."""
        side = event.size.width >= SIDE
        self.set_class(side, "-side")
        self.set_class(event.size.width < ONE_LINE, "-two-lines")
        self.set_class(event.size.height < ROOM_FOR_LINES, "-flat")
        tiles = self.query_one("#tiles").styles.height
        height = event.size.height - int(tiles.value if tiles else 0)
        stages = max(1, int(height * FUNNEL_SHARE - FRAME) // STAGES)
        if side or height < STACKED:
            rows = f"{max(STAGES + 2, min(stages * STAGES + FRAME, height - LISTS))} 1fr"
        else:
            rows = f"{STAGES + FRAME} {CHART} 1fr"
        self.set_class(not side and height < STACKED, "-low")
        if rows != self._rows:
            self._rows = rows
            self.query_one("#below").styles.grid_rows = rows

    def action_below(self) -> None:
        """Move the focus down: from the tiles to the funnel, from the chart to the rewards."""
        self.query_one(Rewards if isinstance(self.screen.focused, Chart) else Funnel).focus()

    def action_above(self) -> None:
        """Move the focus from the chart to the tiles; there is nothing above them."""
        if isinstance(self.screen.focused, Chart):
            self.query(Tile).last().focus()

    def on_funnel_left(self, message: Funnel.Left) -> None:
        """Move the focus when the funnel's cursor moves past an end."""
        if message.step > 0:
            self.query_one(Stream).focus()
        else:
            self.query(Tile).first().focus()

    def on_listing_left(self, message: Listing.Left) -> None:
        """Go up from a list's top."""
        message.stop()
        self.query_one(Funnel).focus()
