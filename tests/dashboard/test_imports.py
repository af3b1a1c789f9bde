"""Nothing heavy is loaded where people wait for a first paint."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
