"""The keys that the three tours name, pressed in the order of the page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from referral_tui.dashboard import helper
from referral_tui.dashboard.helper import Reply
from referral_tui.dashboard.messages import CommandSent
from referral_tui.dashboard.screens.explain import ExplainScreen
from referral_tui.dashboard.widgets.editor import Editor
from referral_tui.dashboard.widgets.number_form import NumberForm
from referral_tui.names import short_name
from tests.dashboard.story import DAY, DESIGN, START, Story
from tests.dashboard.trying import FakeStudy
from tests.dashboard.watching import WALL, HeldClock, Watch

DOCS = Path(__file__).parents[2] / "docs"
NAMED = re.compile(r"`(space|tab|enter|escape|down|right|ctrl\+[a-z]|[a-z0-9.,?+/-])`")
each_size = pytest.mark.parametrize(
    "size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.long)], ids=["80x24", "120x40"]
)
PRESSED = {".": "full_stop", ",": "comma", "?": "question_mark", "+": "plus", "-": "minus", "/": "slash"}


def named(page: str) -> set[str]:
    """The keys that a page names."""
    text = re.sub(r"```.*?```", "", (DOCS / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    return set(NAMED.findall(text))


class Hands:
    """Press keys, and remember which."""

    def __init__(self, seen: Any) -> None:
        self.seen = seen
        self.pressed: set[str] = set()

    async def __call__(self, *keys: str) -> None:
        for key in keys:
            self.pressed.add(key)
            await self.seen.pilot.press(PRESSED.get(key, key))
        await self.seen.pilot.pause()
        await self.seen.until(lambda: self.seen.app.snapshot.request == self.seen.app.feed.request)

    def commands(self) -> list[str]:
        """The kinds of commands that were sent."""
        return [message.command.kind for message in self.seen.told if isinstance(message, CommandSent)]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The requests to the helper process, which has nothing to say."""
    found: list[list[str]] = []

    async def ask(arguments: list[str], stdin: bytes = b"") -> Reply:
        found.append(list(arguments))
        return Reply(2, None, "nothing is told here")

    monkeypatch.setattr(helper, "ask", ask)
    return found


@each_size
async def test_the_product_teams_tour_key_by_key(
    story: Story,
    watch: Watch,
    asked: list[list[str]],
    study: FakeStudy,
    tmp_path: Path,
    size: tuple[int, int],
) -> None:
    async with watch(story.path, size=size) as seen:
        press = Hands(seen)
        await press("space")
        await seen.until(lambda: "pause" in press.commands())
        await press("?")
        assert isinstance(seen.app.screen, ExplainScreen)
        assert seen.app.screen.query_one("#explain").border_title == "The funnel: reached"
        await press("escape", "tab")
        theme = seen.app.theme
        await press("t")
        assert seen.app.theme != theme
        await press("+", "-", "ctrl+s")
        await seen.until(lambda: press.commands().count("speed") == 2)
        assert list(tmp_path.glob("referral-overview-*.svg"))
        await press("5")
        await seen.app.workers.wait_for_complete()
        await press("f", "down", "right", "right", "right")
        row = seen.app.screen.query_one(NumberForm).row
        assert row is not None
        assert row.value == "13.00"
        await seen.app.workers.wait_for_complete()
        await press("ctrl+r")
        await seen.app.workers.wait_for_complete()
        await seen.until(lambda: "program" in press.commands())
        await press("space", "3", "enter")
        await seen.app.workers.wait_for_complete()
        await press("a")
        await seen.until(lambda: press.commands().count("verdict") == 1)
        await press("d")
        await seen.until(lambda: press.commands().count("verdict") == 2)
        assert asked[0][0] == "explain"
        await press("5", "ctrl+o")
        (saved,) = tmp_path.glob("referral-program-*.toml")
        assert saved.read_text(encoding="utf-8") == DESIGN.replace("value = 10.00", "value = 13.00")
        await press("e", "y", "ctrl+z")
        assert seen.app.screen.query_one(Editor).text == saved.read_text(encoding="utf-8")
        await seen.pilot.press("escape")
        await press("p", "y", "x")
        await seen.app.workers.wait_for_complete()
        assert seen.app.view.side == "client"
        assert asked[-1][0] == "fraud"
        await seen.pilot.press("escape")
        await press("8", "right")
        await seen.app.workers.wait_for_complete()
        await press("z")
        await seen.app.workers.wait_for_complete()
        await press("u")
        await seen.app.workers.wait_for_complete()
        assert [(one.right is None, one.world.drawn) for one in study.asked] == [
            (True, False),
            (False, False),
            (True, False),
            (True, True),
        ]
        await seen.pilot.press("q")
        press.pressed.add("q")
        assert not seen.app.is_running or seen.app._exit
    assert named("tour-product.md") == press.pressed


@each_size
async def test_the_trainers_tour_key_by_key(
    story: Story, watch: Watch, asked: list[list[str]], steady: HeldClock, size: tuple[int, int]
) -> None:
    async with watch(story.path, size=size) as seen:
        press = Hands(seen)
        await press("space")
        await seen.until(lambda: "pause" in press.commands())
        story.clock("paused", 21_600, WALL, START + 60 * DAY)
        steady.at += 1_000
        await seen.until(lambda: seen.app.snapshot.status == "paused")
        await press(".")
        await seen.until(lambda: press.commands().count("step") == 1)
        await press(",")
        await seen.until(lambda: press.commands().count("step") == 2)
        await press("tab", "?")
        assert isinstance(seen.app.screen, ExplainScreen)
        await press("escape", "2")
        board = seen.app.place.board
        people = [short_name(row.friend) for row in board.table.rows[2:6]]
        assert len(set(people)) == 4
        for name in people:
            await press("/")
            await seen.pilot.press(*name)
            await press("enter", "enter")
            await seen.until(lambda name=name: board.account.ref and short_name(board.account.ref) == name)
            await seen.app.workers.wait_for_complete()
            assert asked[-1][0] == "explain"
            assert board.account.ref in asked[-1]
            await press("escape")
            assert board.account.ref is None
        await press("f")
        assert seen.app.steering.following == board.chosen
        await press("b")
        assert "Only the world of a demo" in seen.status_message()
    assert named("tour-trainer.md") == press.pressed


@each_size
async def test_the_engineers_tour_key_by_key(story: Story, watch: Watch, size: tuple[int, int]) -> None:
    async with watch(story.path, size=size) as seen:
        press = Hands(seen)
        await press("7")
        assert seen.app.current_mode == "load"
        seen.uncut()
        await seen.pilot.press(
            "ctrl+c"
        )  # meant for the simulation; whoever tries it here is told which key leaves
        assert seen.status_message().startswith("Press q to quit.")
        await seen.pilot.press("q")
        press.pressed.add("q")
        assert not seen.app.is_running or seen.app._exit
    assert named("tour-engineer.md") - {"-"} == press.pressed  # - is standard input there
