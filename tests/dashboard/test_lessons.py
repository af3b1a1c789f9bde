"""Lessons on the screen, completed with their own keys, in a world that is made once."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from referral_tui.cli.learn import course_of
from referral_tui.dashboard import helper
from referral_tui.dashboard import rehearsal as rehearsal_of_lessons
from referral_tui.dashboard.classroom import Classroom
from referral_tui.dashboard.clocks import Clocks
from referral_tui.dashboard.course import Course
from referral_tui.dashboard.launch import classroom
from referral_tui.dashboard.rehearsal import Rehearsal
from referral_tui.dashboard.screens.lesson_list import LessonList
from referral_tui.dashboard.seeing import seen
from referral_tui.dashboard.setup import Setup
from referral_tui.dashboard.speaker import Speaker, clock_words
from referral_tui.dashboard.widgets.lesson_panel import LessonPanel
from referral_tui.dashboard.widgets.texts import StatusLine
from referral_tui.lessons.guide import scene
from referral_tui.lessons.load import find_lesson, read_lesson, shipped
from referral_tui.lessons.notes import NotesFile, TalkState
from referral_tui.lessons.progress import Progress
from tests.dashboard.watching import HeldClock
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
    """Explain nothing: a helper would take a second for each journey that is opened."""

    async def ask(*_arguments: Any, **_more: Any) -> helper.Reply:
        return helper.Reply(1, None, "not asked in this test")

    monkeypatch.setattr(helper, "ask", ask)


@asynccontextmanager
async def opened(
    path: Path, course: Course, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[Classroom, Rehearsal]]:
    """A dashboard with lessons, and what goes through them."""
    app = classroom(Setup(path), course, watching=False)
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
        assert await rehearsal.run(lambda place: cut.extend(cut_off(app, place))) == []
        assert cut == []


def cut_off(app: Classroom, place: int) -> Iterator[str]:
    """The part of the open step that does not fit into the panel."""
    app.watch_lesson()
    guide, panel = app.guide, app.screen.query_one(LessonPanel)
    assert guide is not None
    said = "".join(panel.text.split())
    ask = guide.step.ask if guide.phase == "ask" else None
    for text in (guide.step.say,) if ask is None else (ask.text, *ask.choices):
        if "".join(text.split()) not in said:
            yield f"step {place + 1}: {text!r} not in {panel.text!r}"


# -- the way through, as somebody at the keys ------------------------------------------------------------


async def test_a_wrong_answer_gets_its_reason_and_another_try_and_the_lesson_goes_back_and_on(
    world: Path,
) -> None:
    async with opened(world, one("3-whose-link")) as (app, rehearsal):
        await rehearsal.begin()
        app.jump(1)
        await rehearsal.press()
        panel = app.screen.query_one(LessonPanel)
        app.watch_lesson()
        assert app.focused is panel, "a question takes the focus"
        await rehearsal.press("2")
        app.watch_lesson()
        assert app.guide is not None
        assert app.guide.phase == "ask"
        assert "makes no difference" in " ".join(panel.text.split())
        await rehearsal.press("1")
        app.watch_lesson()
        assert app.guide.waits_for_key
        await rehearsal.press("space")
        assert app.guide.place == 2
        await rehearsal.press("backspace")
        assert (app.guide.place, app.guide.phase) == (1, "ask")
        assert app.current_mode == "program"


async def test_the_same_state_by_another_way_ends_a_step_too(world: Path) -> None:
    async with opened(world, one("1-one-referral")) as (app, rehearsal):
        await rehearsal.begin()
        await rehearsal.press("space")
        assert app.guide is not None
        await rehearsal.press("space")
        assert app.place is not None
        assert "as soon as" in str(app.place.query_one(StatusLine).status_message.text)
        await rehearsal.press("3", "ctrl+p")
        app.watch_lesson()
        assert app.guide.place == 1, "another screen, and a box over it"
        await rehearsal.press("escape")
        await app.run_action("place('journeys')")  # as a click on the tab does
        await rehearsal.press()
        app.watch_lesson()
        assert app.guide.place == 2


async def test_a_lesson_goes_on_where_it_was_left_and_can_be_begun_again(world: Path, tmp_path: Path) -> None:
    kept = tmp_path / "lessons.json"
    async with opened(world, one("6-refused", Progress(kept))) as (app, rehearsal):
        await rehearsal.begin()
        app.jump(3)
        await rehearsal.press()
        opened_then = scene(app.guide.lesson, 3) if app.guide else ()
    async with opened(world, one("6-refused", Progress(kept))) as (app, rehearsal):
        await rehearsal.begin()
        assert app.guide is not None
        assert app.guide.place == 3
        assert app.current_mode == "journeys"
        assert scene(app.guide.lesson, 3) == opened_then
        await rehearsal.press("r")
        assert (app.guide.place, app.current_mode) == (0, "overview")


async def test_the_list_shows_what_was_ended_and_enter_opens_a_lesson(world: Path) -> None:
    progress = Progress(None)
    progress.note("1-one-referral", 1, ended=True)
    progress.note("2-the-hold", 3, ended=False)
    course = course_of([find_lesson(name, "lesson") for name in shipped("lesson")], progress, None)
    async with opened(world, course, (80, 24)) as (app, rehearsal):
        await rehearsal.read_world()
        shown = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "1  ✓ One referral" in shown
        assert "step 3 of 7" in shown
        await rehearsal.press("down", "enter")
        await rehearsal.begin()
        assert app.guide is not None
        assert (app.guide.lesson.id, app.guide.place) == ("2-the-hold", 2)
        await rehearsal.press("q")
        assert isinstance(app.screen, LessonList)


async def test_a_lesson_that_cannot_be_gone_through_is_told_by_step_and_line(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal_of_lessons, "GRACE_S", 0.0)
    text = '[lesson]\ntitle = "T"\n[[step]]\nsay = "S"\ndo = ["2"]\nuntil = { screen = "rewards" }\n'
    async with opened(world, course_of([read_lesson(text, "t.toml")], None, 0)) as (_app, rehearsal):
        assert await rehearsal.run() == [
            "step 1, line 3: the keys do not lead to it: screen is journeys, not rewards"
        ]
    so = '[lesson]\ntitle = "T"\n[[step]]\nsay = "S"\ndo = ["1"]\nuntil = { screen = "overview" }\n'
    async with opened(world, course_of([read_lesson(so, "t.toml")], None, 0)) as (_app, rehearsal):
        assert await rehearsal.run() == [
            "step 1, line 3: what it waits for is so already, before anything is pressed"
        ]


# -- talks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "size", [SIZES[0], *(pytest.param(size, marks=pytest.mark.long) for size in SIZES[1:])]
)
async def test_a_talk_lights_one_part_dims_the_rest_and_jumps_by_number(
    world: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    notes = NotesFile(tmp_path / "data" / "talk.json")
    course = course_of([find_lesson("telecom", "talk")], None, 0, notes)
    async with opened(world, course, size) as (app, rehearsal):
        await rehearsal.begin()
        await rehearsal.press("2")
        assert app.guide is not None
        assert app.guide.place == 1
        assert app.screen.query_one("#funnel").has_class("-lit")
        assert all(part.has_class("-dim") for part in app.screen.query("#chart, #stream, .tile"))
        assert not app.screen.query_one("#funnel").has_class("-dim")
        await rehearsal.press("3")
        assert app.view.at is not None
        state = notes.read()
        assert state is not None
        assert (state.place, state.titles[2], len(state.notes)) == (2, "six weeks earlier", 7)
        assert "Jumps to that step" in [hint.tooltip for hint in app._hints(everything=True)]
        assert not [hint for hint in app._hints(everything=True) if "lesson" in hint.tooltip]
        await rehearsal.press("space", "backspace", "9")
        assert app.guide.place == 2
    assert notes.read() is None, "the talk is over"


@pytest.mark.long
@pytest.mark.parametrize("name", shipped("talk"))
async def test_every_step_of_a_talk_is_reached_at_three_sizes(name: str, tmp_path: Path) -> None:
    talk = find_lesson(name, "talk")
    path = made(talk.world, tmp_path / "world.db")
    for size in SIZES:
        async with opened(path, course_of([talk], None, 0), size) as (app, rehearsal):
            cut: list[str] = []
            assert await rehearsal.run(lambda place, app=app, cut=cut: cut.extend(cut_off(app, place))) == []  # type: ignore[misc]
            assert cut == []
            assert app.guide is not None
            assert len(app.guide.lesson.steps) == len(talk.steps), "none is left out"


async def test_the_notes_show_the_clock_what_to_say_and_what_is_next(tmp_path: Path) -> None:
    file = NotesFile(tmp_path / "talk.json")
    app = Speaker(file, Clocks(HeldClock(1_065_000)), "referral-night")
    async with app.run_test(size=(80, 24)) as pilot:
        app.look()
        await pilot.pause()
        assert "No talk is open" in shown_by(app)
        file.write(TalkState("A talk", 2, 1_000_000, 0, ("the offer", "one friend"), ("Say it slowly.", "")))
        app.look()
        await pilot.pause()
        said = shown_by(app)
        assert "of 2:00 · step 1 of 2 · A talk" in said
        assert "Say it slowly." in said
        assert "next: one friend" in said
    assert clock_words(65) == "1:05"


def shown_by(app: Speaker) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def test_a_lesson_that_was_chosen_before_its_world_is_there_says_its_first_words_and_then_begins(
    world: Path, tmp_path: Path
) -> None:
    course = course_of([find_lesson(name, "lesson") for name in shipped("lesson")], None, None)
    async with opened(tmp_path / "world.db", course) as (app, rehearsal):
        await rehearsal.press("enter")
        app.watch_lesson()
        assert "This is Northwind Mobile" in app.screen.query_one(LessonPanel).text
        shutil.copyfile(world, tmp_path / "world.db")
        await rehearsal.begin()
        assert app.guide is not None
        assert app.guide.place == 0
        await rehearsal.press("q")
        assert isinstance(app.screen, LessonList)


async def test_a_choice_can_be_clicked_and_the_help_lists_the_keys_of_the_lesson(world: Path) -> None:
    async with opened(world, one("3-whose-link"), (80, 24)) as (app, rehearsal):
        await rehearsal.begin()
        app.jump(1)
        await rehearsal.press()
        app.watch_lesson()
        panel = app.screen.query_one(LessonPanel)
        at = next(row for row, line in enumerate(panel.text.split("\n")) if "the last of the two" in line)
        await rehearsal._pilot.click(panel, offset=(9, at + 1))
        await rehearsal.press()
        assert app.guide is not None
        assert app.guide.answered_right
        keys = [(hint.key, hint.tooltip) for hint in app._hints(everything=True)]
        assert ("backspace", "Goes back one step of the lesson") in keys
        assert [says for key, says in keys if key == "space"] == [app.KEYS[0][2]], "it pauses nothing here"


async def test_a_look_at_a_screen_that_is_being_put_in_sees_nothing_yet(world: Path) -> None:
    async with opened(world, one("1-one-referral")) as (app, rehearsal):
        await rehearsal.begin()
        board = app.screen.query_one("#board")
        board._is_mounted = False  # as in the middle of a mount, when the parts are not all there
        await board.query("*").remove()
        assert seen(app).screen == ""
        board._is_mounted = True
