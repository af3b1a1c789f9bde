"""Helpers for tests of whole runs: a program, a fake wall clock, and what a run leaves behind."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from db.client.people import crm_path
from simulator.files.export import export
from simulator.program.model import Program
from simulator.run.opening import begin, resume
from simulator.run.pace import MAX
from simulator.run.plan import Plan
from simulator.run.run import Ending, Run

PLAN = Plan(seed=5, referrers=350, days=25)
REVIEWING = """
[program]
name = "Reviewed"
industry = "telecom"
currency = "GBP"

[[milestone]]
name = "activated"
event = "service.activated"

[[rule]]
code = "looked-at"
require = "method = 'link' AND NOT same_device"
because = "A person looks at codes."
on_fail = "review"

[[reward]]
name = "credit"
to = "referrer"
on = "activated"
kind = "bill-credit"
value = 35.00
hold = "5d"
clawback = "30d"

[[reward]]
name = "friend-credit"
to = "friend"
on = "activated"
kind = "bill-credit"
value = 15.00
"""
QUICK = """
[program]
name = "Quick"
industry = "telecom"
currency = "GBP"

[[milestone]]
name = "activated"
event = "service.activated"

[[rule]]
code = "new"
require = "COALESCE(new_customer, TRUE) AND method = 'link'"
because = "Customers by link only."

[[reward]]
name = "credit"
to = "referrer"
on = "activated"
kind = "bill-credit"
value = 35.00
hold = "2d"

[[reward]]
name = "club-fund"
to = "community"
on = "activated"
kind = "donation"
value = 5.00
"""


class FakeWall:
    """A wall clock that advances when somebody waits, and a little at each reading."""

    def __init__(self, each_look: float = 0.0) -> None:
        self.at = 0.0
        self.each_look = each_look

    def now(self) -> float:
        self.at += self.each_look
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += seconds


def stop_after(looks: int) -> Callable[[], bool]:
    """Return a function that asks for the run to end after so many calls."""
    left = iter(range(looks))
    return lambda: next(left, None) is None


def never() -> bool:
    """Never ask for the run to end."""
    return False


def run_into(
    path: Path,
    program: Program | None,
    *,
    stopped: Callable[[], bool] = never,
    pace: float = MAX,
    batch: int = 20_000,
    wall: FakeWall | None = None,
    plan: Plan = PLAN,
    processes: int = 1,
) -> Ending:
    """Start a run, or (without a program) resume it."""
    with begin(path, plan, program) if program else resume(path) as opened:
        run = Run(
            opened, stopped=stopped, wall=wall or FakeWall(), pace=pace, batch=batch, processes=processes
        )
        return run.go()


def exports_of(path: Path, folder: Path) -> dict[str, bytes]:
    """All exports of a database, by name."""
    found = {}
    for what in ("events", "attributions", "decisions", "rewards", "audit", "quarantine"):
        out = folder / f"{path.stem}-{what}.jsonl"
        with out.open("wb") as stream:
            export(path, what, "jsonl", stream)
        found[what] = out.read_bytes()
    return found


def crm_of(path: Path) -> list[tuple[object, ...]]:
    """The people in the customer system, in order."""
    with closing(sqlite3.connect(crm_path(path))) as db:
        return db.execute("SELECT * FROM person ORDER BY ref").fetchall()


def count_events(path: Path) -> int:
    """The events in a database that another process may be writing, 0 while there is none."""
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path, timeout=10)) as db:
        try:
            (count,) = db.execute("SELECT COUNT(*) FROM event").fetchone()
        except sqlite3.OperationalError:
            return 0
    return int(count)


def wait_for_events(path: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a process, which must not end before, has stored so many events."""
    until = time.monotonic() + 120
    while count_events(path) < count:
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)
