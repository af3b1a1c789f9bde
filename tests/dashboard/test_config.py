"""The config file: what can be set, what it does, and one clear line for each mistake."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from referral_tui.config import defaults, read_config
from referral_tui.dashboard.app import SCREENS
from referral_tui.dashboard.commands import COMMANDS, Command
from referral_tui.dashboard.frame import DashboardScreen
from referral_tui.dashboard.preferences import Preferences
from referral_tui.dashboard.themes import DAY
from simulator.domain.errors import InputError
from tests.dashboard.story import Story
from tests.dashboard.watching import Watch


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


def test_without_a_file_all_is_as_it_is(tmp_path: Path) -> None:
    assert read_config(tmp_path / "config.toml") == Preferences()


def test_the_defaults_as_a_file_change_nothing(tmp_path: Path) -> None:
    preferences = read_config(write(tmp_path, defaults()))
    assert (preferences.theme, preferences.start) == (Preferences().theme, Preferences().start)
    own = {command.id: command.keys for place in SCREENS for command in place.OWN_COMMANDS}
    ways = {f"screen.{place.MODE}": place.KEY for place in SCREENS}
    assert preferences.keys == {command.id: command.keys for command in COMMANDS} | ways | own


@pytest.mark.parametrize("name", ["theme", "start", "keys"])
def test_every_setting_is_among_the_defaults(name: str) -> None:
    assert name in tomllib.loads(defaults())


PAGE = (Path(__file__).parents[2] / "docs" / "dashboard.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_is_right(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    preferences = read_config(write(tmp_path, example))
    assert preferences == Preferences(DAY.name, "journeys", {"wall": "w", "world.pause": "space,f5"})


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_the_page_tells_every_key(command: Command) -> None:
    key = (command.shown_key or command.keys).replace("^", "ctrl+")
    section = PAGE[PAGE.index("## Keys") : PAGE.index("## The wall")]
    assert f"`{key}`" in section


async def test_keys_and_theme_are_obeyed_and_shown(story: Story, watch: Watch, tmp_path: Path) -> None:
    text = 'theme = "day"\n[keys]\nwall = "w"\nworld.pause = ["f5", "f6"]\n'
    async with watch(story.path, preferences=read_config(write(tmp_path, text))) as seen:
        assert seen.app.current_theme.name == DAY.name
        assert "w wall" in seen.lines()[-1]
        assert "f5 pause" in seen.lines()[-1]
        await seen.pilot.press("p")
        await seen.pilot.press("w", "y")
        await seen.until(lambda: seen.app.snapshot.request.view.side == "client")
        await seen.pilot.press("f6")
        await seen.until(lambda: "Sent: pause" in seen.status_message())


@pytest.mark.parametrize("theme", ["nord", "textual-light", "solarized-dark"])
async def test_themes_of_textual_fit(story: Story, watch: Watch, tmp_path: Path, theme: str) -> None:
    preferences = read_config(write(tmp_path, f'theme = "{theme}"'))
    async with watch(story.path, size=(80, 24), preferences=preferences) as seen:
        assert seen.app.current_theme.name == theme
        assert "The funnel" in "\n".join(seen.lines())
        await seen.pilot.press("t", "t")
        assert "The funnel" in "\n".join(seen.lines())


@pytest.mark.parametrize("place", SCREENS, ids=lambda place: place.MODE)
async def test_it_begins_with_the_screen_that_is_set(
    story: Story, watch: Watch, tmp_path: Path, place: type[DashboardScreen]
) -> None:
    preferences = read_config(write(tmp_path, f'start = "{place.MODE}"'))
    async with watch(story.path, preferences=preferences) as seen:
        await seen.until(lambda: seen.app.snapshot.request.place == place.MODE)
        assert seen.app.place.MODE == place.MODE
        assert len(list(seen.app._screen_stacks)) == 1, "no other screen was opened first"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("them = 'day'", 'them: no such setting; did you mean "theme"?'),
        ("theme = 'dya'", 'theme = "dya": no such theme; did you mean "day"?'),
        ("theme = 3", "theme = 3: no such theme; use one of night, day"),
        ("start = 'overveiw'", 'no such start; did you mean "overview"?'),
        ("keys = 'w'", "keys: must be a table"),
        ("[keys]\nwal = 'w'", 'keys: "wal": no such command; did you mean "wall"?'),
        ("[keys]\nwall = 7", "keys: wall = 7: no key"),
        ("[keys]\nwall = 'ctrl+'", 'keys: wall = "ctrl+": no key'),
        ("[keys]\nwall = 't'", 'keys: "t" would be both wall and theme'),
        ("theme = ", "Invalid value"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_config(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        read_config(tmp_path)
