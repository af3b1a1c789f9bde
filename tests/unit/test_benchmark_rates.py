"""Benchmarks report a rate only if enough was measured for one."""

from __future__ import annotations

import pytest

from benchmarks.http import seconds_of


def test_a_rate_of_too_few_events_is_not_told() -> None:
    with pytest.raises(SystemExit, match=r"300 events took 0.26 s, of one 0.20 s.*more with --events"):
        seconds_of(0.26, 0.2, 300)


def test_what_making_a_database_takes_is_not_counted() -> None:
    assert seconds_of(2.5, 0.5, 100_000) == 2.0
