"""How people feel about the outcome affects them later in a run, the same for any batch, pace and stop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.domain.spans import DAY_MS
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.run.pace import MAX
from simulator.run.plan import Plan
from simulator.run.run import Run
from simulator.world.feedback import OutcomeFeedback
from tests.world.running import QUICK, FakeWall, crm_of, exports_of, run_into, stop_after

PLAN = Plan(seed=5, referrers=500, days=36)
Kept = tuple[dict[str, bytes], list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def quick() -> Program:
    return load_program(QUICK, "quick.toml")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, quick: Program) -> Kept:
    folder = tmp_path_factory.mktemp("felt")
    assert run_into(folder / "w.db", quick, plan=PLAN) == "finished"
    return exports_of(folder / "w.db", folder), crm_of(folder / "w.db")


def test_people_share_differently_for_what_they_felt(
    whole: Kept, tmp_path: Path, quick: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Run, "_take_feedback", lambda _self, _before: OutcomeFeedback())
    assert run_into(tmp_path / "w.db", quick, plan=PLAN) == "finished"
    numb, felt = (
        set(events.splitlines())
        for events in (exports_of(tmp_path / "w.db", tmp_path)["events"], whole[0]["events"])
    )
    assert b'"issued"' in whole[0]["rewards"]
    assert b'"refused"' in whole[0]["decisions"]
    assert felt - numb


def test_each_feeling_is_told_once_and_in_time(
    tmp_path: Path, quick: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, OutcomeFeedback]] = []
    felt_by_run = Run._take_feedback

    def listening(self: Run, before_ms: int) -> OutcomeFeedback:
        felt = felt_by_run(self, before_ms)
        told.append((before_ms, felt))
        return felt

    monkeypatch.setattr(Run, "_take_feedback", listening)
    run_into(tmp_path / "w.db", quick, plan=PLAN)
    assert [at for at, _ in told] == [PLAN.start_ms + day * DAY_MS for day in range(0, PLAN.days, 3)]
    exports = exports_of(tmp_path / "w.db", tmp_path)
    last = told[-1][0]
    issued = [json.loads(line) for line in exports["audit"].splitlines()]
    rewarded = sum(len(felt.rewarded) + len(felt.communities) for _, felt in told)
    assert any(felt.communities for _, felt in told)
    assert rewarded == sum(entry["kind"] == "issued" and entry["at"] < last for entry in issued) > 0


@pytest.mark.parametrize(("batch", "pace"), [(83, MAX), (700, 1_200_000.0)])
def test_batch_and_pace_change_nothing(
    batch: int, pace: float, tmp_path: Path, quick: Program, whole: Kept
) -> None:
    assert run_into(tmp_path / "w.db", quick, plan=PLAN, batch=batch, pace=pace) == "finished"
    assert (exports_of(tmp_path / "w.db", tmp_path), crm_of(tmp_path / "w.db")) == whole


@pytest.mark.parametrize("pace", [MAX, pytest.param(300_000.0, marks=pytest.mark.long)])
def test_stopped_again_and_again_it_ends_the_same(
    pace: float, tmp_path: Path, quick: Program, whole: Kept
) -> None:
    path = tmp_path / "w.db"
    options: dict[str, Any] = {"pace": pace, "plan": PLAN}
    ended = run_into(path, quick, stopped=stop_after(25), batch=70, wall=FakeWall(), **options)
    for looks in (9, 3, 14):
        assert ended == "stopped"
        ended = run_into(path, None, stopped=stop_after(looks), batch=61, **options)
    if ended == "stopped":
        assert run_into(path, None) == "finished"
    assert (exports_of(path, tmp_path), crm_of(path)) == whole
