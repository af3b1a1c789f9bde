"""Fixtures for the dashboard's tests: a made-up run, frozen clocks, and an app whose messages the tests wait for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel
from textual.message import Message

import db.schema.models  # noqa: F401 -- fills the metadata
from referral_tui.dashboard import checking, frame, what_if
from referral_tui.dashboard.app import Dashboard
from referral_tui.dashboard.clocks import Clocks
from referral_tui.dashboard.frame import DashboardScreen
from referral_tui.dashboard.preferences import Preferences
from referral_tui.dashboard.setup import Setup
from referral_tui.dashboard.widgets import lines
from simulator.domain.errors import ProgramError
from simulator.program.load import load_program
from simulator.program.words import describe
from tests.dashboard.headless import paint_when_looked_at, parse_css_once
from tests.dashboard.story import DAY, START, Story
from tests.dashboard.trying import FakeStudy
from tests.dashboard.watching import TOLD, WALL, HeldClock, Watch, Watched


@pytest.fixture(scope="session", autouse=True)
def spared() -> Iterator[None]:
    """Spare the apps what nobody sees."""
    with pytest.MonkeyPatch.context() as patch:
        paint_when_looked_at(patch)
        parse_css_once(patch)
        yield


@pytest.fixture(scope="session")
def ddl() -> list[str]:
    """The tables of the platform's database, as SQL."""
    tables = SQLModel.metadata.sorted_tables
    made = [str(CreateTable(table).compile(dialect=sqlite.dialect())) for table in tables]
    indexes = [
        index for table in tables for index in sorted(table.indexes, key=lambda index: str(index.name))
    ]
    return made + [str(CreateIndex(index).compile(dialect=sqlite.dialect())) for index in indexes]


@pytest.fixture(scope="session")
def not_begun(tmp_path_factory: pytest.TempPathFactory, ddl: list[str]) -> Story:
    """A database in which nothing has happened, closed, for copying."""
    story = Story(tmp_path_factory.mktemp("story") / "empty.db", ddl)
    story.close()
    return story


@pytest.fixture(scope="session")
def run_told(tmp_path_factory: pytest.TempPathFactory, not_begun: Story) -> Story:
    """A run of nine days, closed, for copying."""
    story = not_begun.copied(tmp_path_factory.mktemp("story") / "run.db")
    story.run()
    story.clock("running", 21_600, WALL - 500, START + 60 * DAY)
    story.close()
    return story


@pytest.fixture
def empty(tmp_path: Path, not_begun: Story) -> Iterator[Story]:
    """A database in which nothing has happened."""
    story = not_begun.copied(tmp_path / "shop.db")
    yield story
    story.close()


@pytest.fixture
def story(tmp_path: Path, run_told: Story) -> Iterator[Story]:
    """A run of nine days, at work as the wall's clock stands."""
    story = run_told.copied(tmp_path / "shop.db")
    yield story
    story.close()


@pytest.fixture
def wall() -> HeldClock:
    return HeldClock(WALL)


@pytest.fixture
def steady() -> HeldClock:
    return HeldClock(1_000)


@pytest.fixture
def watch(tmp_path: Path, wall: HeldClock, steady: HeldClock) -> Watch:
    """Opens the dashboard on a database: `async with watch(path, size=(80, 24)) as seen`.

    With a `place` it begins with that screen: to open another one first would cost as much again.
    """

    @asynccontextmanager
    async def opened(
        path: Path,
        size: tuple[int, int] = (120, 40),
        place: type[DashboardScreen] | None = None,
        **setup: Any,
    ) -> AsyncIterator[Watched]:
        told: list[Message] = []
        news = asyncio.Event()

        def hook(message: Message) -> None:
            if isinstance(message, TOLD):
                told.append(message)
                news.set()

        if place is not None:
            setup["preferences"] = Preferences(start=place.MODE)
        app = Dashboard(Setup(path, pictures=tmp_path, clocks=Clocks(wall, steady), **setup))
        async with app.run_test(size=size, message_hook=hook) as pilot:
            seen = Watched(app, pilot, told, news)
            await seen.first()
            if place is not None:
                await seen.answered(place)
            yield seen

    return opened


@pytest.fixture
def may_fail() -> None:
    """Allow a screen or a widget to fail in a test: elsewhere that is a mistake, though the app goes on."""


@pytest.fixture(autouse=True)
def nothing_failed(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test in which something could not be drawn: the app itself would only say so in a line."""
    yield
    failed = [
        record.getMessage()
        for record in (*caplog.get_records("setup"), *caplog.get_records("call"))
        if record.exc_info and record.name in (frame.__name__, lines.__name__)
    ]
    assert not failed or "may_fail" in request.fixturenames, failed


@pytest.fixture(autouse=True)
def checker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program's checker, in this process: a helper process would take a second each time a screen is opened."""

    # a story's log is compared with nothing
    async def check(text: str, currency: str | None, _database: Path | None = None) -> checking.Checked:
        try:
            program = load_program(text, "standard input", currency)
        except ProgramError as error:
            return checking.Checked(tuple(checking.Problem(None, one) for one in error.problems))
        return checking.Checked(words=tuple(describe(program)))

    monkeypatch.setattr(checking, "check", check)


@pytest.fixture(autouse=True)
def study(monkeypatch: pytest.MonkeyPatch) -> FakeStudy:
    """What answers what-ifs, with made-up figures: a helper process would run markets whenever the screen is opened."""
    fake = FakeStudy()
    monkeypatch.setattr(what_if, "study", lambda: fake)
    return fake
