"""What the dashboard's tests share: a made-up run, frozen clocks, and an app that is waited for by its messages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel
from story import DAY, START, Story
from textual.message import Message
from textual.pilot import Pilot

import db.models  # noqa: F401 -- fills the metadata
from referral_tui.dashboard.app import Dashboard, Setup
from referral_tui.dashboard.clocks import Clocks
from referral_tui.dashboard.messages import Fresh, OrderFailed, OrderSent, Troubled

WALL = START + 400 * DAY  # the wall's clock of every test; runs are told to have beaten a moment before
TOLD = (Fresh, Troubled, OrderSent, OrderFailed)


class HeldClock:
    """A clock that stands where it is put."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


@dataclass
class Watched:
    """A running app, its pilot, and the messages of its feed so far."""

    app: Dashboard
    pilot: Pilot[None]
    told: list[Message]
    news: asyncio.Event

    async def until(self, true: Callable[[], object]) -> None:
        """Wait, message by message, until something is so."""
        await self.pilot.pause()
        while not true():
            await asyncio.wait_for(self.news.wait(), 20)
            self.news.clear()
            await self.pilot.pause()

    async def first(self) -> None:
        """Wait until the feed has told something."""
        await self.until(lambda: self.app.snapshot or self.app.trouble)

    def telling(self) -> str:
        """The sentence on the screen."""
        return str(self.app.place.query_one("#telling").telling.text)

    def lines(self) -> list[str]:
        """The screen as text."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips()
        return [strip.text.ljust(width) for strip in strips[:height]]

    def picture(self) -> str:
        """The screen as SVG, without the ids that change from one picture to the next."""
        svg = self.app.export_screenshot(title="referral-tui")
        return re.sub(r"terminal-\d+", "terminal", svg)


Watch = Callable[..., AbstractAsyncContextManager[Watched]]


@pytest.fixture(scope="session")
def ddl() -> list[str]:
    """The tables of the platform's database, as SQL."""
    tables = SQLModel.metadata.sorted_tables
    made = [str(CreateTable(table).compile(dialect=sqlite.dialect())) for table in tables]
    indexes = [
        index for table in tables for index in sorted(table.indexes, key=lambda index: str(index.name))
    ]
    return made + [str(CreateIndex(index).compile(dialect=sqlite.dialect())) for index in indexes]


@pytest.fixture
def empty(tmp_path: Path, ddl: list[str]) -> Story:
    """A database in which nothing has happened."""
    story = Story(tmp_path / "shop.db", ddl)
    yield story
    story.close()


@pytest.fixture
def story(empty: Story) -> Story:
    """A run of nine days, at work as the wall's clock stands."""
    empty.run()
    empty.clock("running", 21_600, WALL - 500, START + 60 * DAY)
    return empty


@pytest.fixture
def wall() -> HeldClock:
    return HeldClock(WALL)


@pytest.fixture
def steady() -> HeldClock:
    return HeldClock(1_000)


@pytest.fixture
def watch(tmp_path: Path, wall: HeldClock, steady: HeldClock) -> Watch:
    """Opens the dashboard on a database: `async with watch(path, size=(80, 24)) as seen`."""

    @asynccontextmanager
    async def opened(
        path: Path, size: tuple[int, int] = (120, 40), **setup: object
    ) -> AsyncIterator[Watched]:
        told: list[Message] = []
        news = asyncio.Event()

        def hook(message: Message) -> None:
            if isinstance(message, TOLD):
                told.append(message)
                news.set()

        app = Dashboard(Setup(path, pictures=tmp_path, clocks=Clocks(wall, steady), **setup))
        async with app.run_test(size=size, message_hook=hook) as pilot:
            seen = Watched(app, pilot, told, news)
            await seen.first()
            yield seen

    return opened
