"""People simulated in a process of their own: the same outcome to the byte, and a clean end whichever process dies."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from multiprocessing import active_children
from pathlib import Path

import pytest

from simulator.domain.errors import ReferralError
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.run.pace import MAX
from simulator.run.plan import Plan
from simulator.world.feedback import OutcomeFeedback
from simulator.world.spec import WorldSpec
from simulator.world.subprocess_world import SubprocessWorld
from simulator.world.windows import WorldSetup
from tests.world.running import QUICK, crm_of, exports_of, run_into, stop_after, wait_for_events

PLAN = Plan(seed=5, referrers=500, days=36)
Kept = tuple[dict[str, bytes], list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def quick() -> Program:
    return load_program(QUICK, "quick.toml")  # it pays soon, so that people feel something


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, quick: Program) -> Kept:
    """What a run in one process leaves behind."""
    folder = tmp_path_factory.mktemp("one")
    assert run_into(folder / "w.db", quick, plan=PLAN) == "finished"
    exports = exports_of(folder / "w.db", folder)
    assert b'"issued"' in exports["rewards"]
    assert b'"refused"' in exports["decisions"]
    return exports, crm_of(folder / "w.db")


def test_another_process_and_another_batch_change_nothing(
    tmp_path: Path, quick: Program, whole: Kept
) -> None:
    path = tmp_path / "w.db"
    assert run_into(path, quick, plan=PLAN, batch=200, processes=2, stopped=stop_after(14)) == "stopped"
    assert not active_children()
    assert run_into(path, None, processes=2) == "finished"
    assert (exports_of(path, tmp_path), crm_of(path)) == whole
    assert not active_children()


def test_when_the_other_process_dies_it_is_said_and_nothing_is_lost(
    tmp_path: Path, quick: Program, whole: Kept
) -> None:
    looks = 0

    def killing() -> bool:
        nonlocal looks
        looks += 1
        if looks == 12:
            (child,) = active_children()
            child.kill()
        return False

    path = tmp_path / "w.db"
    with pytest.raises(ReferralError, match=r"exit code -9.*--resume"):
        run_into(path, quick, plan=PLAN, batch=300, processes=2, stopped=killing)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT status FROM clock").fetchone() == ("stopped",)
    assert run_into(path, None) == "finished"
    assert (exports_of(path, tmp_path), crm_of(path)) == whole


def test_what_is_wrong_with_the_world_is_told(telecom: WorldSpec, quick: Program) -> None:
    people = telecom.people.model_copy(
        update={"countries": {"XX": telecom.people.countries["GB"].model_copy(update={"locale": "xx_XX"})}}
    )
    apart = SubprocessWorld(
        WorldSetup(telecom.model_copy(update={"people": people}), quick, 1, 10, PLAN.start_ms, 3)
    )
    with pytest.raises(ReferralError, match="en_GB"):
        apart.next(OutcomeFeedback())
    apart.close()
    apart.close()


def test_interrupted_both_processes_end(tmp_path: Path) -> None:
    path = tmp_path / "i.db"
    given = ["--referrers", "2000", "--processes", "2", "--db", str(path)]
    running = subprocess.Popen(
        [sys.executable, "-m", "referral_tui", "simulate", *given],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait_for_events(path, 1, running)
    os.killpg(running.pid, signal.SIGINT)  # as Ctrl-C does: to both
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert b"Traceback" not in said
    until = time.monotonic() + 60
    while _anybody(running.pid):  # what watches over the two's semaphores ends a moment later
        assert time.monotonic() < until
        time.sleep(0.02)


def _anybody(group: int) -> bool:
    """Whether a process of a group is still alive."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("referrers", "pace", "cores", "wanted"),
    [(100_000, MAX, 2, 2), (100_000, MAX, 1, 1), (1000, MAX, 2, 1), (100_000, 86_400.0, 2, 1)],
)
def test_two_processes_where_they_are_quicker(
    referrers: int, pace: float, cores: int, wanted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.run.plan.cores", lambda: cores)
    assert Plan(referrers=referrers).quickest_processes(pace) == wanted
