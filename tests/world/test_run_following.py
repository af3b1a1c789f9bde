"""A run that goes to an event and waits there, and steps that stop only at one friend's events."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from db.control import CHANGE, STEP, send
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.run.opening import begin
from simulator.run.plan import Plan
from simulator.run.run import Run
from tests.world.running import QUICK, FakeWall, exports_of, run_into

SMALL = Plan(seed=5, referrers=150, days=20)
PACE = 43_200.0  # half a day a second


@pytest.fixture(scope="module")
def quick() -> Program:
    return load_program(QUICK, "quick.toml")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, quick: Program) -> list[bytes]:
    """The events of the undisturbed run."""
    folder = tmp_path_factory.mktemp("whole")
    run_into(folder / "w.db", quick, plan=SMALL)
    return exports_of(folder / "w.db", folder)["events"].splitlines()


class Hand(FakeWall):
    """Send commands while the run waits, one at a time, and then stop it."""

    def __init__(self, path: Path, *commands: dict[str, object]) -> None:
        super().__init__()
        self.path, self.commands, self.over = path, list(commands), False

    def wait(self, seconds: float) -> None:
        super().wait(seconds)
        if self.commands:
            send(self.path, STEP, self.commands.pop(0))
        else:
            self.over = True


def held(path: Path, program: Program, after: int, *commands: dict[str, object]) -> None:
    """Run to an event, execute commands there, and stop."""
    hand = Hand(path, *commands)
    with begin(path, SMALL, program) as opened:
        assert (
            Run(opened, stopped=lambda: hand.over, wall=hand, pace=PACE, hold_after=after).go() == "stopped"
        )


def test_a_run_that_is_held_after_an_event_has_those_events_and_no_other(
    tmp_path: Path, quick: Program, whole: list[bytes]
) -> None:
    held(tmp_path / "h.db", quick, 200)
    assert exports_of(tmp_path / "h.db", tmp_path)["events"].splitlines() == whole[:200]


def test_a_step_that_follows_a_friend_stops_only_at_what_happens_to_them(
    tmp_path: Path, quick: Program, whole: list[bytes]
) -> None:
    events = [json.loads(line) for line in whole]
    claims = [one["subject"] for one in events if one["type"] == "friend.claimed"]
    visits = {one["subject"]: one["seq"] for one in reversed(events) if one["type"] == "friend.visited"}
    friend = next(one for one in claims if one in visits)
    own = [one["seq"] for one in events if one["subject"] == friend and one["seq"] > visits[friend]]
    claim = next(one["seq"] for one in events if one["subject"] == friend and one["type"] == "friend.claimed")
    step: dict[str, object] = {"person": friend}
    held(tmp_path / "f.db", quick, visits[friend], {**step, "until": CHANGE}, step)
    with closing(sqlite3.connect(tmp_path / "f.db")) as db:
        stops = [seq for (seq,) in db.execute("SELECT seq FROM command ORDER BY id")]
    assert claim > visits[friend] + 1
    assert stops == [claim, own[own.index(claim) + 1]]


def test_a_person_who_is_no_reference_is_refused(tmp_path: Path, quick: Program) -> None:
    held(tmp_path / "r.db", quick, 5, {"person": 7})
    with closing(sqlite3.connect(tmp_path / "r.db")) as db:
        assert db.execute("SELECT refused FROM command").fetchall() == [
            ("the person whom a step follows is given by a reference",)
        ]
