"""Fixtures for the engine's tests: the two implementations behind one interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from simulator.program.model import Program
from tests.engine.agreeing import feed
from tests.engine.collector import Collector
from tests.engine.logbook import Event, Logbook
from tests.engine.oracle import Entry, Oracle, Rows

START = 1_767_225_600_000  # 2026-01-01T00:00Z, a Thursday

Judge = Callable[..., Rows]


def by_oracle(program: Program, steps: Sequence[Event | int], programs: dict[str, Program]) -> Oracle:
    """The oracle at the end of a log."""
    oracle = Oracle(program, programs.__getitem__)
    for step in steps:
        feed(oracle, step)
    return oracle


def by_engine(program: Program, steps: Sequence[Event | int], batch: int | None) -> Collector:
    """The engine at the end of a log that comes in batches of at most `batch` messages."""
    return Collector(program).run(steps, batch)


@pytest.fixture
def log() -> Logbook:
    """An empty log that starts at the beginning of 2026."""
    return Logbook(START)


@pytest.fixture(params=["oracle", "engine", "engine-by-one"])
def judge(request: pytest.FixtureRequest) -> Judge:
    """`judge(program, log, now=None)`: the rows of a log; `now` is told last, from the start of the log."""

    def rows(program: Program, log: Logbook, now: int | None = None) -> Rows:
        steps = [*log.steps] if now is None else [*log.steps, log.start + now]
        if request.param == "oracle":
            return by_oracle(program, steps, log.programs).rows
        return by_engine(program, steps, 1 if request.param == "engine-by-one" else None).rows

    return rows


@pytest.fixture(params=["oracle", "engine", "engine-by-one"])
def trail(request: pytest.FixtureRequest) -> Callable[..., list[Entry]]:
    """`trail(program, log, now=None)` gives the audit trail of a log."""

    def entries(program: Program, log: Logbook, now: int | None = None) -> list[Entry]:
        steps = [*log.steps] if now is None else [*log.steps, log.start + now]
        if request.param == "oracle":
            return by_oracle(program, steps, log.programs).trail
        return by_engine(program, steps, 1 if request.param == "engine-by-one" else None).trail

    return entries
