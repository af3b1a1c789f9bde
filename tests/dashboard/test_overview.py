"""The overview on a fixed database: messages and figures first, pictures second."""

from __future__ import annotations

import pytest

from referral_tui.dashboard.widgets.funnel import Funnel
from referral_tui.dashboard.widgets.lists import Stream
from tests.dashboard.story import DAY, START, Story
from tests.dashboard.watching import WALL, Watch


@pytest.mark.parametrize("size", [(72, 20), (80, 24), (109, 37), (110, 28), (170, 38), (240, 70)])
async def test_nothing_is_cut_or_empty(story: Story, watch: Watch, size: tuple[int, int]) -> None:
    async with watch(story.path, size=size) as seen:
        lines = seen.lines()
        text = "\n".join(lines)
        for stage in ("reached", "visited", "claimed", "eligible", "converted", "qualified", "rewarded"):
            assert stage in text
        for value in ("95.0 %", "1.40", "£13.57", "£760", "£780", "£30", "3.0 days"):
            assert value in text
        assert "Northwind Mobile" in lines[0] or size[0] < 140
        assert "platform" in lines[0]
        assert "Mon 9 Mar 2026 23:00 UTC" in lines[1]
        assert "space pause" in lines[-1]
        seen.uncut()


@pytest.mark.parametrize("size", [(72, 20), (80, 24), (120, 40), (160, 40)])
async def test_the_keys_that_matter_most_are_whole(story: Story, watch: Watch, size: tuple[int, int]) -> None:
    story.clock("paused", 21_600, WALL - 500, START + 60 * DAY)
    async with watch(story.path, size=size) as seen:
        shown = seen.lines()[-1].strip().split("  ")
        most = ["space go on", ". step", "+ faster", "- slower", "? help", "q quit"]
        rest = [
            "p wall",
            "[ back",
            "] on",
            ", change",
            "^p commands",
            "t theme",
            "tab next part",
            "^s picture",
            "^e table",
        ]
        assert shown[: len(most)] == most
        assert shown[len(most) :] == rest[: len(shown) - len(most)]
        assert size[0] < 160 or shown == most + rest


async def test_focus_goes_round_by_keys(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        press = seen.pilot.press
        assert seen.app.focused.id == "funnel"
        await press("down")
        assert seen.app.focused.stage.name == "visited"
        await press("up", "up")
        assert seen.app.focused.id.startswith("tile-")
        await press("right")
        assert seen.app.focused.key == "k"
        await press("down")
        assert isinstance(seen.app.focused, Funnel)
        await press(*["down"] * 7)
        assert seen.app.focused.id == "stream"
        await press("up")
        assert isinstance(seen.app.focused, Funnel)


async def test_mouse(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(80, 24)) as seen:
        await seen.pilot.click("#tile-issued")
        assert seen.app.focused.key == "issued"
        await seen.pilot.click("#funnel", offset=(5, 3))
        assert seen.app.focused.stage.name == "claimed"


async def test_help_gives_the_formula_of_what_has_the_focus(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(80, 24)) as seen:
        seen.app.screen.query_one("#tile-participation").focus()
        await seen.pilot.press("question_mark")
        text = "\n".join(seen.lines())
        assert "referrers who shared ÷ referrers with a link" in text
        assert "38 ÷ 40 = 95.0 %" in text
        await seen.pilot.press("escape")
        assert seen.app.screen is seen.app.place


async def test_a_list_that_is_scrolled_holds_still(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(80, 24)) as seen:
        stream = seen.app.screen.query_one(Stream)
        stream.focus()
        await seen.pilot.press("down", "down")
        before = seen.lines()[-6]
        story.begin()
        story.event("session.authenticated", 1)
        story.commit()
        await seen.until(lambda: seen.app.snapshot.standing.newest_seq == story.seq)
        assert seen.lines()[-6] == before
        assert "held still" in stream.border_subtitle
        await seen.pilot.press("home")
        await seen.pilot.pause()
        assert any("signed in" in line for line in seen.lines())


async def test_nothing_is_told_when_nothing_has_changed(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        for _ in range(5):
            seen.app.feed.poll()
        await seen.pilot.pause()
        assert len(seen.told) == 1
        story.db.execute("UPDATE clock SET beat_at = beat_at + 1")
        seen.app.feed.poll()
        await seen.pilot.pause()
        assert len(seen.told) == 1


async def test_a_picture_is_saved(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        await seen.pilot.press("ctrl+s", "ctrl+s")
        await seen.pilot.pause()
        saved = sorted(story.path.parent.glob("*.svg"))
        assert [path.name for path in saved] == [
            "referral-overview-20260309T230000Z-2.svg",
            "referral-overview-20260309T230000Z.svg",
        ]
        assert saved[0].read_text().startswith("<svg")
        assert "Picture saved" in seen.telling()
