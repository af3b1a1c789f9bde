"""What a customer writes in a drill."""

from __future__ import annotations

import pytest

from simulator.drills.message import _ago
from tests.cli.nasty import DAY, HOUR, START


@pytest.mark.parametrize(
    ("at", "now", "said"),
    [
        (9 * HOUR, 23 * HOUR, "today"),
        (23 * HOUR, DAY + HOUR, "yesterday"),
        (2 * HOUR, 2 * DAY, "2 days ago"),
        (14 * HOUR, 5 * DAY, "5 days ago"),
        (14 * HOUR, 28 * DAY, "4 weeks ago"),
    ],
)
def test_days_ago_are_those_of_the_calendar(at: int, now: int, said: str) -> None:
    assert _ago(START + at, START + now) == said
