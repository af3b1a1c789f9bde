"""The data sheet on the screen: the same as the command's, a page for each team, in every size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.image import SVGImageSnapshotExtension

from referral_tui.cli.sheet import read_sheet
from referral_tui.dashboard import helper
from referral_tui.dashboard.helper import Reply
from referral_tui.dashboard.screens.data import DataScreen
from referral_tui.dashboard.screens.sheet_box import SheetBox
from referral_tui.dashboard.screens.sheet_words import sheet_words
from referral_tui.sheet.flat import as_json
from tests.dashboard.story import Story
from tests.dashboard.watching import Watch, Watched

Told = dict[str, Any]


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(SVGImageSnapshotExtension)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The requests to the helper process; the sheet is made in this process."""
    found: list[list[str]] = []

    async def ask(arguments: list[str], stdin: bytes = b"") -> Reply:
        found.append(list(arguments))
        return Reply(0, as_json(read_sheet(None, Path(arguments[2]), None), None), "")

    monkeypatch.setattr(helper, "ask", ask)
    return found


async def opened(seen: Watched) -> None:
    await seen.open(DataScreen)
    await seen.pilot.press("d")
    await seen.drawn(lambda: "How often data is passed" in "\n".join(seen.lines()))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_sheet_is_opened_from_the_data_screen(
    story: Story, watch: Watch, asked: list[list[str]], picture: SnapshotAssertion, size: tuple[int, int]
) -> None:
    async with watch(story.path, size=size) as seen:
        await opened(seen)
        assert asked == [["sheet", "--db", str(story.path), "--format", "json"]]
        seen.uncut()
        assert seen.picture() == picture
        await seen.pilot.press("escape")
        await seen.pilot.pause()
        assert not isinstance(seen.app.screen, SheetBox)


async def test_left_and_right_turn_to_the_page_of_each_team(
    story: Story, watch: Watch, asked: list[list[str]]
) -> None:
    async with watch(story.path, size=(100, 60)) as seen:
        await opened(seen)
        for key, title in (
            ("right", "ENGINEERING"),
            ("right", "MARKETING"),
            ("right", "COMPLIANCE"),
            ("right", "EVERYTHING"),
            ("left", "COMPLIANCE"),
        ):
            await seen.pilot.press(key)
            assert title in "\n".join(seen.lines())
        text = "\n".join(seen.lines())
        assert "What compliance has to do" in text
        assert "What engineering has to do" not in text
        assert len(asked) == 1


async def test_a_sheet_that_cannot_be_made_says_why(
    story: Story, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(_arguments: list[str], stdin: bytes = b"") -> Reply:
        return Reply(2, None, "shop.db: has no program yet")

    monkeypatch.setattr(helper, "ask", ask)
    async with watch(story.path, size=(80, 24), place=DataScreen) as seen:
        await seen.pilot.press("d")
        await seen.drawn(lambda: "There is no sheet: shop.db: has no program yet" in "\n".join(seen.lines()))


def test_the_screen_tells_every_task_and_every_field_of_the_sheet(story: Story) -> None:
    told = as_json(read_sheet(None, story.path, None), None)
    said = [(block.name, block.text) for block in sheet_words(told, None)]
    texts = [text for _, text in said]
    assert all(task["text"].replace("`", "") in texts for task in told["tasks"])
    assert all(paragraph in texts for paragraph in told["often"])
    names = {name for name, _ in said}
    used = {row["event"] for row in told["fields"] if not row["field"] and row["used"]}
    assert {row["field"] for row in told["fields"] if row["field"] and row["event"] in used} <= names
    assert {row["event"] for row in told["fields"] if row["system"]} - used <= names
