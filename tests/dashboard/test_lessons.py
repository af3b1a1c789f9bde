"""Lessons on the screen: gone through by their own keys, in a world that is made once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from referral_tui.cli.learn import course_of
from referral_tui.dashboard import helper
from referral_tui.dashboard.classroom import Classroom
from referral_tui.dashboard.course import Course
from referral_tui.dashboard.rehearsal import Rehearsal
from referral_tui.dashboard.setup import Setup
from referral_tui.dashboard.widgets.lesson_panel import LessonPanel
from referral_tui.lessons.load import find_lesson, shipped
from referral_tui.lessons.progress import Progress
from tests.dashboard.worlds import made

SIZES = [(80, 24), (120, 40), (160, 50)]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world of the shipped lessons."""
    return made(
        find_lesson(shipped("lesson")[0], "lesson").world, tmp_path_factory.mktemp("lessons") / "world.db"
    )


@pytest.fixture(autouse=True)
def no_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is explained: a helper would take a second for each journey that is opened."""

    async def ask(*_arguments: Any, **_more: Any) -> helper.Reply:
        return helper.Reply(1, None, "not asked in this test")

    monkeypatch.setattr(helper, "ask", ask)


@asynccontextmanager
async def opened(
    path: Path, course: Course, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[Classroom, Rehearsal]]:
    """A dashboard with lessons, and what goes through them."""
    app = Classroom(Setup(path), course, watching=False)
    async with app.run_test(size=size) as pilot:
        yield app, Rehearsal(app, pilot)


def one(name: str, progress: Progress | None = None) -> Course:
    return course_of([find_lesson(name, "lesson")], progress, 0)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("1-one-referral", (80, 24)),
        pytest.param("5-late-doubled-lost", (120, 40)),
        *(pytest.param(name, size, marks=pytest.mark.long) for name in shipped("lesson") for size in SIZES),
    ],
)
async def test_every_step_of_a_lesson_is_reached_by_its_own_keys(
    world: Path, name: str, size: tuple[int, int]
) -> None:
    async with opened(world, one(name), size) as (app, rehearsal):
        cut: list[str] = []

        def look(place: int) -> None:
            app.watch_lesson()
            panel = app.screen.query_one(LessonPanel)
            guide = app.guide
            assert guide is not None
            said = " ".join(re.sub(r"\s+", " ", panel.text).split())
            wanted = (
                guide.step.say
                if guide.phase != "ask"
                else guide.step.ask.choices[-1]
                if guide.step.ask
                else ""
            )
            if wanted not in said:
                cut.append(f"step {place + 1}: {wanted!r} not in {said!r}")

        assert await rehearsal.run(look) == []
        assert cut == []
