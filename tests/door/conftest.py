"""Provide an open door on the loopback, and a third-party client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from tests.cli.nasty import PROGRAM
from tests.door.calling import Caller, at_the_door


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Caller]:
    """A door whose clock is frozen at 3 January 2026."""
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform) as caller:
            yield caller
