"""When a budget may be short: only then all pending lines are judged together, at each event that changes one."""

from __future__ import annotations

import pytest

from simulator.domain.spans import DAY_MS
from simulator.engine.budgeting import Room
from simulator.engine.history import History
from simulator.program.model import Budget

JANUARY, FEBRUARY = 5 * DAY_MS, 36 * DAY_MS  # of 1970


@pytest.fixture
def spent_in_january() -> Room:
    room = Room(100, Budget(period="calendar-month"), held=History())
    room.issue(JANUARY, 100)
    return room


def test_what_january_spent_does_not_make_february_short(spent_in_january: Room) -> None:
    assert spent_in_january.is_short(1, JANUARY)
    assert not spent_in_january.is_short(100, FEBRUARY)


def test_more_than_a_month_has_may_be_short_in_any_month(spent_in_january: Room) -> None:
    assert spent_in_january.is_short(101, FEBRUARY)


def test_a_budget_for_all_time_never_forgets_what_was_spent() -> None:
    room = Room(100)
    room.issue(JANUARY, 40)
    assert not room.is_short(60, FEBRUARY)
    assert room.is_short(61, FEBRUARY)
