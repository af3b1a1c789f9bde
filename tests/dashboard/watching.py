"""A running dashboard under test, whose messages the tests wait for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from textual.pilot import Pilot

from referral_tui.dashboard.frame import DashboardScreen
from referral_tui.dashboard.messages import CommandFailed, CommandSent, ReadFailed, SnapshotTaken
from tests.dashboard.story import DAY, START

WALL = START + 400 * DAY  # the wall's clock of every test; runs are told to have beaten a moment before
TOLD = (SnapshotTaken, ReadFailed, CommandSent, CommandFailed)


class HeldClock:
    """A clock that stays where it is set."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


@dataclass
class Watched:
    """A running app, its pilot, and the messages of its feed so far."""

    app: Any  # what a test reaches for is often there by what it did before: seen as it runs
    pilot: Pilot[None]
    told: list[Any]
    news: asyncio.Event

    async def until(self, true: Callable[..., object]) -> None:
        """Wait, message by message, until a condition holds."""
        await self.pilot.pause()
        while not true():
            await asyncio.wait_for(self.news.wait(), 20)
            self.news.clear()
            await self.pilot.pause()

    async def drawn(self, true: Callable[[], object]) -> None:
        """Wait until something is so that no message of the feed tells of: a worker's answer is drawn, say.

        What never comes ends the test after a minute, rather than never.
        """
        async with asyncio.timeout(60):
            while not true():
                await asyncio.sleep(0)
                await self.pilot.pause()

    async def first(self) -> None:
        """Wait for the first message of the feed."""
        await self.until(lambda: self.app.snapshot or self.app.trouble)

    async def open(self, place: type[DashboardScreen]) -> None:
        """Go to a screen, and wait for the answer to its query."""
        await self.pilot.press(place.KEY)
        await self.answered(place)

    async def answered(self, place: type[DashboardScreen]) -> None:
        """Wait for the answer to the query of a screen that was opened."""
        await self.until(lambda: self.app.snapshot is None or self.app.snapshot.request.place == place.MODE)
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    def is_laid_out(self) -> bool:
        """Whether every part that is shown has its place: a loaded machine answers before it lays out."""
        parts = self.app.screen.query(".panel, .tile")
        return all(part.size.height for part in parts if all(one.display for one in part.ancestors_with_self))

    async def resize(self, size: tuple[int, int]) -> None:
        """Resize the window, and wait until the screen is laid out in it."""
        await self.pilot.resize_terminal(*size)
        await self.drawn(lambda: self.app.screen.size == size and self.is_laid_out())
        await self.pilot.pause()

    def status_message(self) -> str:
        """The sentence on the status line."""
        return str(self.app.place.query_one("#status").status_message.text)

    def lines(self) -> list[str]:
        """The screen as text."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips()
        return [strip.text.ljust(width) for strip in strips[:height]]

    def uncut(self) -> None:
        """Assert that every line is as wide as the screen, every part is on it, and every visible part has a line."""
        width, height = self.app.size
        assert all(len(line) == width for line in self.lines())
        for part in self.app.screen.query(".panel, .tile"):
            assert part.region.right <= width
            assert part.region.bottom <= height - 1
        assert all(part.size.height >= 2 for part in self.app.screen.query(".panel") if part.display)

    def picture(self) -> str:
        """The screen as SVG, without ids that change from one picture to the next."""
        svg = self.app.export_screenshot(title="referral-tui")
        return re.sub(r"terminal-\d+", "terminal", svg)


Watch = Callable[..., AbstractAsyncContextManager[Watched]]
