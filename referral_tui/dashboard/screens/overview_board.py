"""What the first screen shows: headline numbers, funnel, what just happened, rewards, who brought whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical

from referral_tui.dashboard.widgets.funnel import Funnel
from referral_tui.dashboard.widgets.listing import Listing
from referral_tui.dashboard.widgets.lists import Attributions, Rewards, Stream
from referral_tui.dashboard.widgets.tile import TITLES, Tile

if TYPE_CHECKING:
    from db.read.overview import Overview
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step


class OverviewBoard(Container):
    """The parts of the first screen, and the way of the focus between them."""

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

    def compose(self) -> ComposeResult:
        """Make tiles, funnel and lists."""
        with Horizontal(id="tiles"):
            for key in TITLES:
                yield Tile(key)
        with Container(id="below"):
            yield Funnel()
            with Vertical(id="side"):
                yield Rewards()
                yield Attributions()
            yield Stream()

    def show(self, snapshot: Snapshot, step: Step | None) -> None:
        """Hand each part what it shows; those that would stay the same do nothing."""
        overview: Overview = snapshot.answer
        program = snapshot.standing.program
        for headline in overview.headlines:
            self.query_one(f"#tile-{headline.key}", Tile).show(headline, program, overview.bucket_hours)
        moved = snapshot.moved if snapshot.question.view.at is None else ()
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
        stream.show(overview.events)

    def action_beside(self, step: int) -> None:
        """Move the focus to the part beside."""
        if step > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def action_below(self) -> None:
        """Move the focus from the tiles down."""
        self.query_one(Funnel).focus()

    def action_above(self) -> None:
        """Stay: above the tiles is nothing."""

    def on_funnel_left(self, message: Funnel.Left) -> None:
        """Go on where the funnel's cursor went over an end."""
        if message.step > 0:
            self.query_one(Stream).focus()
        else:
            self.query(Tile).first().focus()

    def on_listing_left(self, message: Listing.Left) -> None:
        """Go up from a list's top."""
        message.stop()
        self.query_one(Funnel).focus()
