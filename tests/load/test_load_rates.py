"""Rates and ramps: when each event is due."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.domain.errors import InputError
from simulator.load.rates import constant, parse_rate, parse_stages


@pytest.mark.parametrize(
    ("text", "rate"),
    [("20000/s", 20_000), ("20k/s", 20_000), ("20k", 20_000), ("1.5M/s", 1_500_000), ("1", 1)],
)
def test_a_rate_is_events_a_second(text: str, rate: float) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "0/s", "fast", "-1/s", "20k/m", "1e9/s", "20 k/s"])
def test_what_is_no_rate_says_what_is_right(text: str) -> None:
    with pytest.raises(InputError, match="not a rate; give events a second such as"):
        parse_rate(text)


@pytest.mark.parametrize("text", ["", " "])
def test_a_rate_that_is_blank_is_seen_in_its_quotes(text: str) -> None:
    with pytest.raises(InputError, match=f"^--rate '{text}': not a rate; give events a second such as"):
        parse_rate(text)


def test_at_a_constant_rate_events_are_due_evenly() -> None:
    schedule = constant(10.0)
    assert schedule.due(0.0) == 0
    assert schedule.due(0.1) == 1
    assert schedule.due(2.05) == 20
    assert schedule.times(0, 3).tolist() == pytest.approx([0.1, 0.2, 0.3])


def test_stages_ramp_from_the_rate_before() -> None:
    schedule = parse_stages("10s:1k,30s:50k")
    assert schedule.seconds == 40
    assert schedule.events == 10 * 1000 / 2 + 30 * (1000 + 50_000) / 2
    assert [(stage.first, stage.last) for stage in schedule.stages] == [(0, 1000), (1000, 50_000)]


def test_due_and_times_are_each_other_s_inverse() -> None:
    schedule = parse_stages("2s:100,1s:100,3s:0,1s:40")
    times = schedule.times(0, schedule.events)
    assert (np.diff(times) >= 0).all()
    assert times[-1] <= schedule.seconds
    counts = [schedule.due(at + 1e-9) for at in times.tolist()]
    assert counts == list(range(1, schedule.events + 1))


@pytest.mark.parametrize("text", ["", "10s", "10:1k", "10s:1k,", "0s:1k", "x:1k", "10s:0", "10s:fast"])
def test_what_is_no_stage_says_what_is_right(text: str) -> None:
    with pytest.raises(InputError, match="; give "):
        parse_stages(text)
