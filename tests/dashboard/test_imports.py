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


SHOW = "; import sys; print(*sys.modules)"
FRAME = "referral_tui.dashboard.app"
DASHBOARD = (
    "referral_tui.dashboard.launch",
    "referral_tui.dashboard.screens.overview_board",
    "referral_tui.dashboard.screens.explain",
    "referral_tui.dashboard.steering",
    "referral_tui.dashboard.feed",
)


def modules_after(code: str) -> list[set[str]]:
    """The modules that a fresh interpreter has loaded each time that some code prints them, and after it."""
    done = subprocess.run([sys.executable, "-c", code + SHOW], capture_output=True, text=True, check=True)
    return [set(line.split()) for line in done.stdout.splitlines()]


def packages(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def loaded_after(code: str) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded after some code."""
    return packages(modules_after(code)[-1])


def test_the_dashboard_loads_nothing_heavy_and_the_first_paint_waits_for_no_database() -> None:
    code = "".join(f"import {module}{SHOW}; " for module in (FRAME, *DASHBOARD))
    for module, modules in zip((FRAME, *DASHBOARD), modules_after(code + "pass"), strict=False):
        assert module in modules
        assert not packages(modules) & set(HEAVY), module
        assert module != FRAME or "sqlite3" not in packages(modules)


def test_reading_and_steering_load_the_standard_library_only() -> None:
    found = loaded_after("import db.read.queries, db.control")
    assert "db" in found
    assert not found & {*HEAVY, "textual", "rich"}


def test_commands_load_textual_only_when_called() -> None:
    found = loaded_after("import referral_tui.cli.dashboard, referral_tui.cli.demo")
    assert "referral_tui" in found
    assert not found & {"textual", "polars", "sqlmodel"}


@pytest.mark.parametrize("arguments", [["dashboard", "--db", "shop.db"], ["demo"]])
def test_no_option_loads_what_checks_it(arguments: list[str]) -> None:
    """Typer checks values with Pydantic, a third of an empty app's first paint; plain values need no checking."""
    found = loaded_after(f"from referral_tui.cli.app import run; run({arguments!r})")
    assert "textual" in found
    assert not found & (set(HEAVY) - {"typer"})


def test_every_screen_can_be_loaded_before_it_is_opened() -> None:
    code = "from referral_tui.dashboard.app import SCREENS; [screen.load_parts() for screen in SCREENS]"
    (modules,) = modules_after(code)
    assert {f"referral_tui.dashboard.screens.{screen.MODE}_board" for screen in SCREENS} <= modules
    assert not packages(modules) & set(HEAVY)


async def test_the_other_screens_are_loaded_once_the_first_numbers_are_shown(
    story: Story, watch: Watch
) -> None:
    async with watch(story.path) as seen:
        loaded, loop = asyncio.Event(), asyncio.get_running_loop()
        seen.app.settled = lambda: loop.call_soon_threadsafe(loaded.set)
        async with asyncio.timeout(60):
            await loaded.wait()
