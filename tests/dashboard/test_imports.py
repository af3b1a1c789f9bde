"""Nothing heavy is loaded before the first paint."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from referral_tui.dashboard.app import SCREENS
from tests.dashboard.story import Story
from tests.dashboard.watching import Watch

HEAVY = (
    "polars",
    "numpy",
    "sqlmodel",
    "sqlalchemy",
    "pydantic",
    "faker",
    "sqlglot",
    "msgspec",
    "orjson",
    "typer",
)


def loaded_after(code: str) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded after some code."""
    show = "; import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code + show], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    [
        "referral_tui.dashboard.launch",
        "referral_tui.dashboard.feed",
        "referral_tui.dashboard.steering",
        "referral_tui.dashboard.screens.overview_board",
        "referral_tui.dashboard.screens.explain",
    ],
)
def test_the_dashboard_loads_nothing_heavy(module: str) -> None:
    found = loaded_after(f"import {module}")
    assert {"referral_tui"} <= found
    assert not found & set(HEAVY)


@pytest.mark.parametrize("module", ["db.read.queries", "db.control"])
def test_reading_and_steering_load_the_standard_library_only(module: str) -> None:
    found = loaded_after(f"import {module}")
    assert not found & {*HEAVY, "textual", "rich"}


@pytest.mark.parametrize("module", ["referral_tui.cli.dashboard", "referral_tui.cli.demo"])
def test_commands_load_textual_only_when_called(module: str) -> None:
    found = loaded_after(f"import {module}")
    assert not found & {"textual", "polars", "sqlmodel"}


def test_the_first_paint_waits_for_no_database() -> None:
    assert "sqlite3" not in loaded_after("import referral_tui.dashboard.app")


@pytest.mark.parametrize("arguments", [["dashboard", "--db", "shop.db"], ["demo"]])
def test_no_option_loads_what_checks_it(arguments: list[str]) -> None:
    """Typer checks values with Pydantic, a third of an empty app's first paint; plain values need no checking."""
    found = loaded_after(f"from referral_tui.cli.app import run; run({arguments!r})")
    assert "textual" in found
    assert not found & (set(HEAVY) - {"typer"})


def test_every_screen_can_be_loaded_before_it_is_opened() -> None:
    code = "from referral_tui.dashboard.app import SCREENS; [screen.load_parts() for screen in SCREENS]"
    show = "; import sys; print(*(name for name in sys.modules if name.startswith('referral_tui.')))"
    done = subprocess.run([sys.executable, "-c", code + show], capture_output=True, text=True, check=True)
    boards = {f"referral_tui.dashboard.screens.{screen.MODE}_board" for screen in SCREENS}
    assert boards <= set(done.stdout.split())
    assert not loaded_after(code) & set(HEAVY)


async def test_the_other_screens_are_loaded_once_the_first_numbers_are_shown(
    story: Story, watch: Watch
) -> None:
    async with watch(story.path) as seen:
        loaded, loop = asyncio.Event(), asyncio.get_running_loop()
        seen.app.settled = lambda: loop.call_soon_threadsafe(loaded.set)
        async with asyncio.timeout(60):
            await loaded.wait()
