"""Rewards are redeemed in a run, the same for any batch, process and stop; each is reported once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from db.read.steps import reward_uses
from simulator.domain.spans import DAY_MS
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.proof.verify import verify
from simulator.run import plan as plans
from simulator.run.plan import Plan
from simulator.run.run import Run
from simulator.world.feedback import OutcomeFeedback
from simulator.world.reward_acts import ReportedReward
from tests.world.running import QUICK, exports_of, run_into, stop_after

PLAN = Plan(seed=5, referrers=400, days=42)
ACTING = """
[redemption]
referrer = 0.6
friend = 0.6
delay = { median = "3d", spread = 0.5 }
"""
VETOING = 'error = 0.5\nvetoes = { share = 1.0, delay = { median = "1h" }, reason = "looks made up" } #'


@pytest.fixture(autouse=True)
def acting(monkeypatch: pytest.MonkeyPatch) -> None:
    """People of the telecom world redeem rewards, and its operator vetoes every second one."""
    text = plans.world_text("telecom").partition("[assumed]")[0].replace("error = ", VETOING, 1) + ACTING
    monkeypatch.setattr(plans, "world_text", lambda _preset: text)


@pytest.fixture(scope="module")
def quick() -> Program:
    return load_program(QUICK.replace('hold = "2d"', 'hold = "9d"'), "quick.toml")


def test_each_reward_is_reported_once_and_acted_on(
    tmp_path: Path, quick: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, tuple[ReportedReward, ...]]] = []
    take = Run._take_feedback

    def listening(self: Run, before_ms: int) -> OutcomeFeedback:
        feedback = take(self, before_ms)
        told.append((before_ms, feedback.rewards))
        return feedback

    monkeypatch.setattr(Run, "_take_feedback", listening)
    assert run_into(tmp_path / "w.db", quick, plan=PLAN) == "finished"
    exports = exports_of(tmp_path / "w.db", tmp_path)
    audit = [json.loads(line) for line in exports["audit"].splitlines()]
    last = told[-1][0]
    for kind in ("issued", "pending"):
        entries = [
            one
            for one in audit
            if one["kind"] == kind and one["at"] < last and "to community" not in one["detail"]
        ]
        found = [one for _, some in told for one in some if one.state == kind]
        assert len(found) == len(entries) > 0
    assert all(before - 3 * DAY_MS <= one.at < before for before, some in told for one in some)
    events = [json.loads(line) for line in exports["events"].splitlines()]
    for kind in ("reward.redeemed", "reward.vetoed"):
        assert sum(one["type"] == kind for one in events) > 0
    uses = reward_uses(tmp_path / "w.db", last)
    assert 0 < uses["redeemed"].sum() < uses["issued"].sum()
    assert verify(tmp_path / "w.db").difference is None


def test_batch_process_and_stops_change_nothing(tmp_path: Path, quick: Program) -> None:
    assert run_into(tmp_path / "whole.db", quick, plan=PLAN) == "finished"
    whole = exports_of(tmp_path / "whole.db", tmp_path)
    path = tmp_path / "parts.db"
    ended = run_into(path, quick, plan=PLAN, stopped=stop_after(18), batch=60)
    assert ended == "stopped"
    assert run_into(path, None, stopped=stop_after(6), batch=97) == "stopped"
    assert run_into(path, None, batch=83) == "finished"
    assert exports_of(path, tmp_path) == whole
