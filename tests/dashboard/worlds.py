"""Worlds of lessons, made in this process: a command of its own would load everything again."""

from __future__ import annotations

from pathlib import Path

from referral_tui.cli.app import run
from referral_tui.lessons.model import World


def made(world: World, path: Path) -> Path:
    """Run a world into a database."""
    assert run([*world.arguments(), "--processes", "1", "--db", str(path)]) == 0
    return path
