"""The search for the knee, over a fake target that keeps up with a given number of events a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from referral_tui.cli.load_words import load_lines, trial_line
from simulator.domain.wall_clock import Stopper
from simulator.load import knee
from simulator.load.knee import PRECISION, find_knee
from simulator.load.session import Hooks, LoadProfile
from simulator.load.thresholds import parse_threshold
from simulator.load.traffic import Recording
from simulator.program.load import load_program
from simulator.program.presets import find_program
from simulator.run.plan import Plan

CLOSED = 100_000.0


class Nothing(Recording):
    """Traffic that nobody reads."""

    def __init__(self) -> None:
        pass

    def again(self) -> Recording:
        return self


@pytest.fixture
def order() -> LoadProfile:
    return LoadProfile(
        Plan(), load_program(*find_program("telecom")), thresholds=(parse_threshold("p99<50ms"),)
    )


def figures(order: LoadProfile, latency_ms: float, *, ended: bool = True, **more: Any) -> dict[str, Any]:
    found = {
        "achieved_per_second": CLOSED if order.schedule is None else order.schedule.stages[0].first,
        "latency_ms": {"p99": latency_ms},
        "behind_ms": 0.0,
        "offered": 1000,
        "received": 1000,
        "backlog": 0,
        "generator_is_bottleneck": False,
        "ended": ended,
        **more,
    }
    held = [threshold.held_against(found) for threshold in order.thresholds]
    return {**found, "thresholds": held, "ok": all(one["ok"] for one in held)}


def searched(
    order: LoadProfile,
    monkeypatch: pytest.MonkeyPatch,
    run: Callable[[LoadProfile, float | None], dict[str, Any]],
) -> dict[str, Any]:
    def run_load(trial: LoadProfile, _hooks: Hooks, _traffic: Recording) -> dict[str, Any]:
        return run(trial, None if trial.schedule is None else trial.schedule.stages[0].first)

    monkeypatch.setattr(knee, "run_load", run_load)
    return find_knee(order, Hooks(Stopper(), lambda: stopped[0]), Nothing(), lambda _trial: None)


stopped = [False]


@pytest.fixture(autouse=True)
def going() -> None:
    stopped[0] = False


@pytest.mark.parametrize("capacity", [85_000.0, 41_000.0, 7_000.0, 900.0])
def test_it_lies_between_a_rate_that_held_and_one_that_did_not(
    order: LoadProfile, monkeypatch: pytest.MonkeyPatch, capacity: float
) -> None:
    found = searched(
        order, monkeypatch, lambda trial, rate: figures(trial, 10 if rate and rate <= capacity else 900)
    )
    held = [trial["rate"] for trial in found["trials"][1:] if trial["ok"]]
    failed = [trial["rate"] for trial in found["trials"][1:] if not trial["ok"]]
    assert found["knee_per_second"] == pytest.approx(max(held), abs=1)
    assert max(held) <= capacity < min(failed)
    assert min(failed) <= max(held) * PRECISION * 1.001
    assert found["latency_ms"]["p99"] == 10
    assert found["ok"]
    assert found["ended"]


def test_each_trial_says_what_did_not_hold(order: LoadProfile, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(trial: LoadProfile, rate: float | None) -> dict[str, Any]:
        if rate and rate > 60_000:
            return figures(trial, 10, backlog=100, generator_is_bottleneck=True)
        return figures(trial, 10 if rate and rate < 30_000 else 900)

    found = searched(order, monkeypatch, run)
    first, second = found["trials"][1:3]
    assert first["failed"] == ["only 90 % of what was due had its turn in time"]
    assert trial_line(first).endswith(
        "did not hold: only 90 % of what was due had its turn in time, the generator was the bottleneck"
    )
    assert second["failed"] == ["p99<50ms"]
    assert trial_line(second).endswith("did not hold: p99<50ms")
    assert trial_line(found["trials"][-1]).endswith(", held") == found["trials"][-1]["ok"]
    assert not trial_line(found["trials"][0]).endswith("held")  # as fast as it goes: nothing to hold


def test_no_rate_that_holds_is_said(order: LoadProfile, monkeypatch: pytest.MonkeyPatch) -> None:
    found = searched(order, monkeypatch, lambda trial, _rate: figures(trial, 900))
    assert found["knee_per_second"] is None
    assert not found["ok"]
    assert next(line for line in load_lines(found, order.program) if line.startswith("the knee")) == (
        "the knee: no rate tried holds the thresholds"
    )


@pytest.mark.parametrize("after", [0, 2])
def test_a_trial_that_was_interrupted_is_none(
    order: LoadProfile, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """An interrupted trial says nothing about its rate, however good it looks."""
    runs = []

    def run(trial: LoadProfile, rate: float | None) -> dict[str, Any]:
        runs.append(rate)
        stopped[0] = len(runs) > after
        return figures(trial, 10 if rate and (stopped[0] or rate < 50_000) else 900, ended=not stopped[0])

    found = searched(order, monkeypatch, run)
    assert len(runs) == after + 1
    assert [trial["rate"] for trial in found["trials"]] == ([None] if after == 0 else runs[:after])
    assert found["knee_per_second"] is None
    assert not found["ended"]
