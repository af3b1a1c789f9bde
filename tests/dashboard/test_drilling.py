"""The drill's screen: help that fades, look-ups that are counted, answers that are refuted, what comes back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.image import SVGImageSnapshotExtension
from textual.pilot import Pilot

from referral_tui.dashboard.clocks import Clocks
from referral_tui.dashboard.drilling import DrillApp, DrillScreen, DrillSetup
from referral_tui.drills.session import HALF, WORKED, Answered, Session
from simulator.domain.drills import Cause
from simulator.domain.errors import InputError
from tests.dashboard.customers import START, MadeUpSupply

OPEN = WORKED + HALF
SIZES = [(80, 24), (120, 40), (160, 50)]


class Drill:
    """A running drill and what it saved."""

    def __init__(self, app: DrillApp, pilot: Pilot[None], kept: list[Answered], supply: MadeUpSupply) -> None:
        self.app, self.pilot, self.kept, self.supply = app, pilot, kept, supply

    @property
    def screen(self) -> DrillScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, DrillScreen)
        return screen

    async def press(self, *keys: str) -> str:
        await self.pilot.press(*keys)
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()
        return self.text

    @property
    def text(self) -> str:
        lines = [
            "".join(part.text for part in strip) for strip in self.app.screen._compositor.render_strips()
        ]
        return "\n".join(lines)

    def picture(self) -> str:
        return re.sub(r"terminal-\d+", "terminal", self.app.export_screenshot(title="referral-tui"))


@asynccontextmanager
async def drill(
    *causes: Cause, before: int = OPEN, size: tuple[int, int] = (80, 24), **given: Any
) -> AsyncIterator[Drill]:
    kept: list[Answered] = []
    supply = given.pop("supply", None) or MadeUpSupply()
    keep = given.pop("keep", kept.append)
    clocks = Clocks(lambda: START, lambda: 0.0)
    sitting = DrillSetup(supply, Session(list(causes), before), "ann", keep, "class 7", clocks, **given)
    app = DrillApp(sitting)
    async with app.run_test(size=size) as pilot:
        seen = Drill(app, pilot, kept, supply)
        await seen.press()
        yield seen


async def test_the_first_case_stands_there_with_the_message_and_the_first_question() -> None:
    async with drill(Cause.CAPPED) as seen:
        assert "I am crisp-owl-7. I told my sister" in seen.text
        assert "1 of 4 · What is the state?" in seen.text
        assert "case 1 of 1" in seen.text
        assert "class 7 · 0 look-ups" in seen.text


async def test_a_wrong_answer_is_refuted_by_a_fact_and_another_may_be_given() -> None:
    async with drill(Cause.CAPPED) as seen:
        text = await seen.press("1")
        assert "✕" in text
        assert "It is not so: the conversion has not arrived." in text
        assert "1 of 4" in await seen.press("enter")  # it is not answered yet
        text = await seen.press("3")
        assert "Right. Enter goes on." in text
        assert "2 of 4 · What decided it?" in await seen.press("enter")


async def test_each_look_up_is_counted_and_the_message_is_none() -> None:
    async with drill(Cause.CAPPED) as seen:
        assert "amber-otter-42" not in await seen.press("d", "r")
        assert "reward 17, referrer-credit" in seen.text
        assert "2 look-ups" in seen.text
        assert "2 look-ups" in await seen.press("r")  # it is open already
        assert "I told my sister" in await seen.press("m")
        assert "2 look-ups" in seen.text
        assert "opened the link YYB1KZSTZK" in await seen.press("j")
        assert "Customers and employees may refer." in await seen.press("o")
        assert "· crisp-owl-7: a referrer (customer)" in await seen.press("slash")
        assert "5 look-ups" in seen.text


async def test_two_cases_are_worked_through_two_half_and_the_others_open() -> None:
    async with drill(
        Cause.CAPPED, Cause.WINDOW, Cause.EXPIRED, Cause.CONFLICT, Cause.IN_HOLD, before=0
    ) as seen:
        helped = []
        while not seen.screen.over:
            helped.append(seen.screen.round.help.name if seen.screen.round else "")
            for number in range(4):
                if f"{number + 1} of 4" in seen.text and "worked through ─" not in seen.text:
                    await seen.press("3")
                await seen.press("enter")
            await seen.press("enter")
        assert helped == ["WORKED", "WORKED", "HALF", "HALF", "OPEN"]
        assert [one.helped for one in seen.kept] == [4, 4, 2, 2, 0]
        assert not any(one.missed for one in seen.kept)


async def test_what_was_missed_comes_back_after_three_others_with_another_case() -> None:
    order = [Cause.CAPPED, Cause.WINDOW, Cause.EXPIRED, Cause.CONFLICT, Cause.IN_HOLD]
    async with drill(*order) as seen:
        await seen.press("1")  # wrong
        while not seen.screen.over:
            await seen.press("3", "enter", "3", "enter", "3", "enter", "3", "enter", "enter")
        causes = [one.cause for one in seen.kept]
        assert causes == [*order[:4], Cause.CAPPED, Cause.IN_HOLD]
        assert [one.missed for one in seen.kept] == [True, False, False, False, False, False]
        assert len({one.case for one in seen.kept}) == 6
        assert "5 of 6 customers answered without a mistake" in seen.text
        assert "comes back tomorrow: a cap left no room" in seen.text


async def test_what_is_kept_names_the_wrong_questions_and_the_look_ups() -> None:
    async with drill(Cause.CAPPED) as seen:
        await seen.press("r", "1", "3", "enter", "3", "enter", "2", "1", "3", "enter", "3", "enter", "enter")
        (kept,) = seen.kept
        assert (kept.person, kept.cause, kept.wrong) == ("ann", Cause.CAPPED, ("state", "remedy"))
        assert (kept.looks, kept.at, kept.helped) == (1, START, 0)


async def test_a_cause_that_no_world_has_is_left_out() -> None:
    async with drill(Cause.CAPPED, Cause.WINDOW, supply=MadeUpSupply(lacks=[Cause.CAPPED])) as seen:
        assert seen.screen.round is not None
        assert seen.screen.round.case.cause is Cause.WINDOW


async def test_without_any_case_it_says_what_to_do() -> None:
    async with drill(Cause.CAPPED, supply=MadeUpSupply(lacks=list(Cause))) as seen:
        assert "No world has a case of these causes." in seen.text


async def test_answers_that_cannot_be_kept_are_said_and_the_drill_goes_on() -> None:
    def full(_answer: Answered) -> None:
        raise InputError("the disk is full")

    async with drill(Cause.CAPPED, Cause.WINDOW, keep=full) as seen:
        await seen.press("3", "enter", "3", "enter", "3", "enter", "3", "enter", "enter")
        assert "case 2 of 2" in seen.text


async def test_help_says_what_may_be_looked_at_and_lists_the_keys() -> None:
    async with drill(Cause.CAPPED, size=(120, 40)) as seen:
        text = await seen.press("question_mark")
        assert "refutes it, and you may try again" in text
        assert "Looks up the friend's journey" in text
        assert "1 of 4" in await seen.press("escape")


async def test_ctrl_c_says_which_key_leaves() -> None:
    async with drill(Cause.CAPPED) as seen:
        assert "Press q to quit." in await seen.press("ctrl+c")
        assert not seen.app._notifications  # Textual's own hint names another key
        assert "the cases answered so far are kept" in await seen.press("question_mark", "end")


async def test_a_click_on_an_answer_gives_it_and_one_on_the_keys_of_all_of_them_gives_none() -> None:
    async with drill(Cause.CAPPED) as seen:
        footer = seen.text.splitlines()[-1]
        await seen.pilot.click("#keys", offset=(footer.index("1-5"), 0))
        assert seen.screen.round is not None
        assert seen.screen.round.looks == 0
        assert not seen.screen.round.chosen
        await seen.pilot.click("#question", offset=(4, 3))  # its frame is the first line
        assert list(seen.screen.round.chosen) == [2]
        assert "Right. Enter goes on." in await seen.press()


async def test_a_picture_is_saved_and_said(tmp_path: Path) -> None:
    async with drill(Cause.CAPPED, pictures=tmp_path) as seen:
        assert "Picture saved" in await seen.press("ctrl+s")
        assert [one.suffix for one in tmp_path.iterdir()] == [".svg"]


async def test_leaving_ends_what_makes_cases() -> None:
    async with drill(Cause.CAPPED) as seen:
        await seen.pilot.press("q")
    assert seen.supply.closed


async def test_the_message_is_there_again_after_the_window_was_too_small_for_a_moment() -> None:
    async with drill(Cause.CAPPED) as seen:
        for size in ((60, 15), (200, 50)):
            await seen.pilot.resize_terminal(*size)
            await seen.pilot.pause()
        assert "I told my sister" in await seen.press()


async def test_a_small_window_says_how_large_it_must_be() -> None:
    async with drill(Cause.CAPPED, size=(60, 18)) as seen:
        assert "Make this window larger: 72 x 20" in seen.text


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_drill_looks_as_it_did(size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with drill(Cause.CAPPED, Cause.WINDOW, size=size) as seen:
        await seen.press("r", "1")
        assert seen.picture() == snapshot.use_extension(SVGImageSnapshotExtension)
