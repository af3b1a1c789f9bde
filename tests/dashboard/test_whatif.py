"""The What if screen: a number is changed, and its effect appears; the copy is applied, saved, dropped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.image import SVGImageSnapshotExtension

from referral_tui.dashboard.app import Dashboard
from referral_tui.dashboard.messages import CommandSent
from referral_tui.dashboard.preferences import Preferences
from referral_tui.dashboard.screens.whatif import WhatIfScreen
from referral_tui.dashboard.setup import Setup
from referral_tui.dashboard.what_if import HelperStudy, Question, StandaloneDesign, World
from referral_tui.dashboard.widgets.what_if_parts import Result
from tests.dashboard.story import DAY, DESIGN, START, Story
from tests.dashboard.trying import FakeStudy
from tests.dashboard.watching import WALL, Watch, Watched

RICHER = DESIGN.replace("value = 20.00", "value = 25.00")
WORLD = World("telecom", 500, 70, START)


@asynccontextmanager
async def turned(
    watch: Watch, path: Path, size: tuple[int, int] = (120, 40), keys: tuple[str, ...] = ("right",)
) -> AsyncIterator[Watched]:
    """The screen after some keys, with the last answer to them."""
    async with watch(path, size=size, place=WhatIfScreen) as seen:
        await seen.pilot.press(*keys)
        await seen.app.workers.wait_for_complete()
        await seen.pilot.pause()
        yield seen


def text_of(seen: Watched) -> str:
    return "\n".join(seen.lines())


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 50)], ids="{0[0]}x{0[1]}".format)
async def test_a_turned_number_is_answered_in_every_size(
    story: Story, watch: Watch, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    async with turned(watch, story.path, size, ("right", "right", "right")) as seen:
        text = text_of(seen)
        seen.uncut()
        assert "New customers" in text
        assert "£104" in text or size[1] >= 40  # in large digits there
        assert "2 of 10" in text or size[1] >= 40
        assert "The copy brings 15 more customers in 70 days" in text
        assert seen.app.screen.query_one("#fan-issued").display
        assert seen.picture() == snapshot.use_extension(SVGImageSnapshotExtension)


async def test_the_design_alone_is_shown_until_a_number_is_turned(
    story: Story, watch: Watch, study: FakeStudy
) -> None:
    async with turned(watch, story.path, keys=()) as seen:
        assert study.asked == [Question(WORLD, DESIGN, None)]
        assert "Pick a number" in text_of(seen)
        assert seen.app.screen.query_one("#what-if-each", Result)._answer.right is None


async def test_a_turn_gives_up_what_is_under_way_and_answers_anew(
    story: Story, watch: Watch, study: FakeStudy
) -> None:
    study.holds = asyncio.Event()
    async with watch(story.path) as seen:
        await seen.pilot.press(WhatIfScreen.KEY)
        await seen.drawn(lambda: study.asked)
        await seen.pilot.press("right")
        await seen.drawn(lambda: "5 more customers in 56 days" not in text_of(seen) and len(study.asked) == 2)
        await seen.drawn(lambda: "The copy brings 4 more customers in 56 days" in text_of(seen))
        assert "; the whole 70 days follow" in text_of(seen)
        assert study.given_up == [Question(WORLD, DESIGN, None)]
        await seen.pilot.press("left", "left")
        await seen.drawn(lambda: len(study.asked) == 4)
        study.holds.set()
        await seen.drawn(lambda: "From 10 markets" in text_of(seen))
        assert study.given_up == study.asked[:3]
        assert study.asked[-1].right == DESIGN.replace("value = 20.00", "value = 19.00")


async def test_other_screens_get_the_processor_back(story: Story, watch: Watch, study: FakeStudy) -> None:
    study.holds = asyncio.Event()
    async with watch(story.path) as seen:
        await seen.pilot.press(WhatIfScreen.KEY)
        await seen.drawn(lambda: "From 5 markets" in text_of(seen))
        await seen.pilot.press("1")
        await seen.drawn(lambda: study.given_up == study.asked)
        study.holds.set()
        await seen.pilot.press(WhatIfScreen.KEY)
        await seen.drawn(lambda: "From 10 markets" in text_of(seen))
        assert len(study.asked) == 2


async def test_the_copy_is_applied_to_the_program_that_runs(story: Story, watch: Watch) -> None:
    async with turned(watch, story.path) as seen:
        await seen.pilot.press("enter")
        await seen.until(lambda: any(isinstance(one, CommandSent) for one in seen.told))
        (sent,) = (one for one in seen.told if isinstance(one, CommandSent))
        assert (sent.command.kind, sent.command.args) == ("program", {"text": RICHER})


async def test_a_finished_run_takes_no_copy_but_it_can_be_saved(
    story: Story, watch: Watch, tmp_path: Path
) -> None:
    story.clock("finished", 0, WALL - 9 * DAY, START + 9 * DAY)
    async with turned(watch, story.path) as seen:
        await seen.pilot.press("enter")
        await seen.pilot.pause()
        assert "This run is finished, so there is nothing to apply it to" in seen.status_message()
        await seen.pilot.press("ctrl+o")
        await seen.pilot.pause()
        (file,) = tmp_path.glob("*.toml")
        assert file.read_text(encoding="utf-8") == RICHER


async def test_z_makes_the_copy_equal_again(story: Story, watch: Watch, study: FakeStudy) -> None:
    async with turned(watch, story.path) as seen:
        await seen.pilot.press("z")
        await seen.app.workers.wait_for_complete()
        assert [one.right for one in study.asked] == [None, RICHER, None]
        await seen.pilot.press("z")
        assert seen.status_message() == "The copy is the same as the running design already."
        await seen.pilot.press("enter")
        await seen.pilot.pause()
        assert "turn a number first" in seen.status_message()


async def test_a_copy_that_is_not_valid_is_said_and_not_applied(
    story: Story, watch: Watch, study: FakeStudy
) -> None:
    study.wrong = "the copy:36: value must be more than min"
    async with turned(watch, story.path) as seen:
        assert "It can't be run: the copy:36: value must be more than min" in text_of(seen)
        await seen.pilot.press("enter")
        await seen.pilot.pause()
        assert not any(isinstance(one, CommandSent) for one in seen.told)


async def test_events_without_simulated_people_say_what_to_do(empty: Story, watch: Watch) -> None:
    empty.db.execute("DELETE FROM setting WHERE name = 'preset'")
    async with watch(empty.path, place=WhatIfScreen) as seen:
        assert "referral-tui whatif PROGRAM --preset NAME" in text_of(seen)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids="{0[0]}x{0[1]}".format)
async def test_without_a_database(study: FakeStudy, tmp_path: Path, size: tuple[int, int]) -> None:
    alone = StandaloneDesign("Northwind Mobile", DESIGN, WORLD, "GBP", 2)
    app = Dashboard(Setup(Path(), pictures=tmp_path, preferences=Preferences(start="whatif"), alone=alone))
    async with app.run_test(size=size) as pilot:
        seen = Watched(app, pilot, [], asyncio.Event())
        await seen.drawn(lambda: app.steering is not None and study.asked)
        await pilot.press("right", "space", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "Nothing runs here to apply it to" in seen.status_message()
        assert study.asked[-1] == Question(WORLD, DESIGN, RICHER)
        await pilot.press("1")
        await seen.drawn(lambda: "No database is open" in text_of(seen))
        await pilot.press("8")
        await seen.drawn(lambda: "The copy brings" in text_of(seen))
        seen.uncut()
    assert study.closed


async def test_the_real_lab_answers_a_tiny_world_and_a_turn_reuses_the_design() -> None:
    study = HelperStudy()
    world = World("telecom", 6, 57)
    try:
        first = [one async for one in study.answers(Question(world, DESIGN, None))]
        assert (first[0].days, first[0].markets, first[0].last) == (56, 5, False)
        assert (first[-1].days, first[-1].markets, first[-1].last) == (57, 60, True)
        answers = study.answers(Question(world, DESIGN, RICHER))
        turned = await anext(answers)
        await answers.aclose()
        assert turned.left == first[0].left
        assert turned.right not in (None, turned.left)
        assert turned.said.startswith(("The copy", "Whether the copy"))
        with pytest.raises(Exception, match="the copy"):
            await anext(study.answers(Question(world, DESIGN, "nonsense")))
    finally:
        await study.close()


async def test_u_draws_how_people_respond_and_the_screen_says_what_bands_hold(
    story: Story, watch: Watch, study: FakeStudy
) -> None:
    async with turned(watch, story.path) as seen:
        assert "bands: luck alone" in text_of(seen)
        await seen.pilot.press("u")
        await seen.app.workers.wait_for_complete()
        await seen.pilot.pause()
        assert study.asked[-1] == Question(replace(WORLD, drawn=True), DESIGN, RICHER)
        assert "bands: luck and response" in text_of(seen)
