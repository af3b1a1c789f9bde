"""Fixtures for the tests of drills: one small world, and cases of every cause that it has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from referral_tui.names import short_name
from simulator.domain.drills import Case
from simulator.drills.cases import make_cases
from simulator.drills.practice import Practice, practice
from tests.cli.nasty import Cli, command_runner


@pytest.fixture(scope="session")
def world() -> Iterator[Practice]:
    """The world of a mobile network."""
    with practice("mobile", 3) as made:
        yield made


@pytest.fixture(scope="session")
def ambiguous() -> list[str]:
    """The questions without exactly one right answer, once the cases were made."""
    return []


@pytest.fixture(scope="session")
def cases(world: Practice, ambiguous: list[str]) -> list[Case]:
    """Some cases of each cause of the world."""
    return list(make_cases(world, short_name, each=2, ambiguous=ambiguous.append))


@pytest.fixture
def cli(capfdbinary: pytest.CaptureFixture[bytes]) -> Cli:
    """`cli("drill", …)` runs a command in this process."""
    return command_runner(capfdbinary)
