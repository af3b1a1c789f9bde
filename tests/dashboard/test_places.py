"""What holds on every screen: its pictures, each key, its help, every size, and every state of the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.image import SVGImageSnapshotExtension

from referral_tui.dashboard.app import SCREENS
from referral_tui.dashboard.commands import COMMANDS, Command
from referral_tui.dashboard.frame import DashboardScreen
from referral_tui.dashboard.screens.load import LoadScreen
from referral_tui.dashboard.screens.overview import OverviewScreen
from referral_tui.dashboard.screens.rewards import RewardsScreen
from referral_tui.dashboard.widgets.lines import Explained
from tests.dashboard.story import DAY, START, Story
from tests.dashboard.watching import WALL, HeldClock, Watch, Watched

SIZES = [(80, 24), (120, 40), (200, 60)]
AWAY = {"quit"}  # leaves the dashboard

each_place = pytest.mark.parametrize("place", SCREENS, ids=lambda place: place.MODE)


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(SVGImageSnapshotExtension)


@asynccontextmanager
async def opened(
    watch: Watch, path: Path, place: type[DashboardScreen], size: tuple[int, int]
) -> AsyncIterator[Watched]:
    async with watch(path, size=size, place=place) as seen:
        yield seen


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
@each_place
async def test_dark(
    story: Story,
    watch: Watch,
    picture: SnapshotAssertion,
    place: type[DashboardScreen],
    size: tuple[int, int],
) -> None:
    async with opened(watch, story.path, place, size) as seen:
        assert seen.app.snapshot.trouble is None
        assert seen.picture() == picture


async def test_at_the_back_of_the_room(story: Story, watch: Watch, picture: SnapshotAssertion) -> None:
    async with watch(story.path, size=(240, 70)) as seen:
        for place in (OverviewScreen, RewardsScreen, LoadScreen):
            await seen.open(place)
            assert seen.picture() == picture(name=place.MODE)


async def test_light(story: Story, watch: Watch, picture: SnapshotAssertion) -> None:
    async with opened(watch, story.path, SCREENS[0], (120, 40)) as seen:
        await seen.pilot.press("t")
        await seen.pilot.pause()
        assert not seen.app.current_theme.dark
        assert seen.picture() == picture
        for place in (
            SCREENS[1],
            SCREENS[0],
        ):  # one that is opened for the first time now, and one that was open
            await seen.open(place)
            assert seen.app.screen.styles.background.brightness > 0.5


@each_place
async def test_nothing_is_cut_or_empty(story: Story, watch: Watch, place: type[DashboardScreen]) -> None:
    """In a small window, and in each that it is enlarged to."""
    async with opened(watch, story.path, place, (72, 20)) as seen:
        for size in ((72, 20), (109, 37), (110, 28), (240, 70)):
            await seen.resize(size)
            lines = seen.lines()
            assert len(lines) == size[1]
            assert "Northwind Mobile" in lines[0] or size[0] < 140
            assert "platform" in lines[0]
            assert f"{place.KEY} {place.TITLE_IN_TAB}" in lines[0]
            assert all(other.KEY in lines[0] for other in SCREENS)
            seen.uncut()
            assert "? help" in lines[-1]
            assert "q quit" in lines[-1]


@pytest.mark.parametrize(
    ("place", "common"),
    [
        # what all screens have is pressed on two of them in turn
        *(
            pytest.param(place, COMMANDS[number % 4 :: 4], id=place.MODE)
            for number, place in enumerate(SCREENS)
        ),
        *(pytest.param(place, COMMANDS, id=f"{place.MODE}-all", marks=pytest.mark.long) for place in SCREENS),
    ],
)
async def test_each_key(
    story: Story, watch: Watch, place: type[DashboardScreen], common: Sequence[Command]
) -> None:
    """A key may do nothing, and may say why, but it may not fail, or leave no screen."""
    commands = [*common, *place.OWN_COMMANDS]
    keys = [key for command in commands if command.id not in AWAY for key in command.keys.split(",")]
    keys += [
        "up",
        "down",
        "left",
        "right",
        "pageup",
        "pagedown",
        "home",
        "end",
        "enter",
        "escape",
        "shift+tab",
    ]
    async with opened(watch, story.path, place, (80, 24)) as seen:
        for key in keys:
            await seen.pilot.press(key)
            assert seen.app.is_running, key
            while seen.app.screen is not seen.app.place:
                await seen.pilot.press("escape")
            if seen.app.place.MODE != place.MODE:
                await seen.open(place)
        await seen.until(lambda: seen.app.snapshot.request == seen.app.feed.request)
        assert seen.app.snapshot.trouble is None


async def test_the_way_from_each_screen_to_each_other_and_back(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(80, 24)) as seen:
        for place in [*SCREENS, *reversed(SCREENS)]:
            await seen.open(place)
            assert seen.app.place.MODE == place.MODE
            assert seen.app.snapshot.trouble is None


async def test_every_part_explains_itself(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(120, 40)) as seen:
        for place in SCREENS:
            await seen.open(place)
            parts = [part for part in seen.app.screen.focus_chain if isinstance(part, Explained)]
            assert parts, place.MODE
            for part in parts:
                topic = part.topic()
                assert topic.title, part
                assert len(topic.text) > 20, part


async def test_both_sides_and_the_past(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(80, 24)) as seen:
        await seen.pilot.press("p", "y", "left_curly_bracket")
        for place in SCREENS:
            await seen.open(place)
            await seen.until(lambda: seen.app.snapshot.request.view.at == START + 7 * DAY + 23 * 3_600_000)
            assert seen.app.snapshot.trouble is None, place.MODE
            assert "client" in seen.lines()[0], place.MODE
            assert "as of Sun 8 Mar 2026 23:00" in seen.lines()[1], place.MODE


# -- states ---------------------------------------------------------------------------------------------


@each_place
async def test_an_empty_database(empty: Story, watch: Watch, place: type[DashboardScreen]) -> None:
    async with opened(watch, empty.path, place, (80, 24)) as seen:
        assert seen.app.snapshot.trouble is None
        if place.NEEDS_EVENTS:
            assert "No events yet" in "\n".join(seen.lines())
            offered = seen.lines()[-1]
            assert not [
                one for one in place.OWN_COMMANDS if f"{one.shown_key or one.keys} {one.label} " in offered
            ]
            await seen.pilot.press("slash", "ctrl+e", "q")  # neither filters what is not there nor saves it
            assert "There is no table" in seen.status_message()
            assert seen.app.return_code == 0


@each_place
async def test_no_database(tmp_path: Path, watch: Watch, place: type[DashboardScreen]) -> None:
    async with opened(watch, tmp_path / "shop.db", place, (80, 24)) as seen:
        assert "No database yet" in "\n".join(seen.lines())


@each_place
async def test_deleted_while_it_is_watched(story: Story, watch: Watch, place: type[DashboardScreen]) -> None:
    async with opened(watch, story.path, place, (80, 24)) as seen:
        story.close()
        story.path.unlink()
        await seen.until(lambda: seen.app.trouble)
        assert "No database yet: what was read before is shown" in seen.status_message()


async def test_the_writer_died(story: Story, watch: Watch, wall: HeldClock) -> None:
    async with watch(story.path, size=(80, 24)) as seen:
        wall.at += 5_000
        for place in SCREENS:
            await seen.open(place)
            await seen.until(lambda: seen.app.snapshot.status == "stopped")
            assert "The writer stopped at 23:59:59 UTC" in seen.status_message(), place.MODE


async def test_finished(story: Story, watch: Watch) -> None:
    story.clock("finished", 0, WALL - 9 * DAY, START + 9 * DAY)
    async with watch(story.path, size=(80, 24)) as seen:
        for place in SCREENS:
            await seen.open(place)
            assert "This run is finished" in seen.status_message(), place.MODE


async def test_too_small(story: Story, watch: Watch) -> None:
    async with watch(story.path, size=(20, 5)) as seen:
        for place in SCREENS:
            await seen.open(place)
            text = " ".join(" ".join(seen.lines()).split())
            assert "Make this window larger: 72 x 20 at least, it is 20 x 5" in text, place.MODE
