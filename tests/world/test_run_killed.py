"""A run with all faults, its process killed again and again: it ends like the undisturbed run."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from simulator.delivery.dials import parse_faults
from simulator.program.load import load_program
from simulator.proof.verify import verify
from simulator.run.plan import Plan
from tests.world.running import REVIEWING, exports_of, run_into

YEAR = {"referrers": 3000, "days": 365, "seed": 9}
WORKER = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[1])
    from tests.world.running import run_into
    import simulator.run.run
    from db.write.store import Store
    from simulator.platform.session import AHEAD

    simulator.run.run.TOGETHER = AHEAD  # many writes
    left = iter(range(int(sys.argv[3])))
    write_rows = Store._write_rows

    def killing(self, *batch):
        write_rows(self, *batch)
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)  # in the middle of a transaction

    Store._write_rows = killing
    print(run_into(Path(sys.argv[2]), None, batch=30))
    """
)


def _said(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What a run reports of faults and reconciliation."""
    with closing(sqlite3.connect(path)) as db:
        return {
            table: db.execute(f"SELECT * FROM {table}").fetchall() for table in ("fault", "reconciliation")
        }


def test_killed_in_the_middle_of_its_writes(tmp_path: Path) -> None:
    plan = Plan(seed=5, referrers=400, days=25, faults=parse_faults(["hostile"]))
    program = load_program(REVIEWING, "reviewing.toml")
    calm, killed = tmp_path / "calm.db", tmp_path / "killed.db"
    assert run_into(calm, program, plan=plan) == "finished"
    stopped = iter((False,) * 4)
    run_into(killed, program, plan=plan, batch=50, stopped=lambda: next(stopped, True))
    for writes in (3, 17):
        worker = [sys.executable, "-c", WORKER, str(Path(__file__).parent), str(killed), str(writes)]
        assert subprocess.run(worker, capture_output=True, check=False).returncode == -signal.SIGKILL
    assert run_into(killed, None) == "finished"
    assert exports_of(killed, tmp_path) == exports_of(calm, tmp_path)
    assert _said(killed) == _said(calm)
    assert verify(killed).difference is None


def _simulate(path: Path, *arguments: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "referral_tui", "simulate", "--db", str(path), *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _count(path: Path) -> int:
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        ((count,),) = db.execute("SELECT COUNT(*) FROM event")
        return int(count)
    return 0


@pytest.mark.long
def test_a_hostile_year_killed_ten_times_ends_as_the_one_never_killed(tmp_path: Path) -> None:
    calm, killed = tmp_path / "calm.db", tmp_path / "killed.db"
    given = [part for name, value in YEAR.items() for part in (f"--{name}", value)]
    given += ["--faults", "hostile"]
    assert _simulate(calm, *given).wait() == 0
    whole = _count(calm)
    process = _simulate(killed, *given, "--pace", "8d/s")
    for kill in range(1, 11):
        until = time.monotonic() + 300
        while _count(killed) < whole * kill // 12:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process = _simulate(killed, "--resume", "--pace", "max" if kill == 10 else "8d/s")
    assert process.wait() == 0
    assert exports_of(killed, tmp_path) == exports_of(calm, tmp_path)
    assert _said(killed) == _said(calm)
    assert verify(killed).difference is None
