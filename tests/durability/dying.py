"""A writer that dies: a short simulation, started or resumed in a process of its own, then killed or out of space.

A process is forked from a server that has libraries loaded and has done nothing yet, which spares a quarter of what a
life costs; hundreds of them are feasible.
"""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

import simulator.run.run
from db.client.people import crm_path
from db.schema import ddl as schema
from db.sqlite.connection import Connection
from simulator.delivery.dials import parse_faults
from simulator.domain.errors import ReferralError
from simulator.domain.wall_clock import Stopper
from simulator.platform.session import Batching
from simulator.program.load import load_program
from simulator.program.presets import find_program
from simulator.run.opening import begin, resume
from simulator.run.plan import Plan
from simulator.run.run import Run

PLAN = Plan(seed=11, referrers=120, days=40, faults=parse_faults(["ordinary"]))
HELD = 60  # events of a transaction: some twenty a run, written by the writer's thread
PRELOADED = [
    "aiohttp",
    "apsw",
    "asyncio",
    "concurrent.futures.thread",
    "faker",
    "msgspec",
    "orjson",
    "pydantic.main",
    "sqlglot",
]
"""What the fork server imports: libraries that start no thread.

Polars and NumPy do, and our own modules import them: a process that is forked while such threads exist has their locks
and not the threads, and waits forever when it first uses Polars.
"""
SAID = 3  # the exit status of a process that could say in words why it ended
UNLIKE = {"clock", "meter", "command", "setting"}
"""Tables that tell of the process rather than of its outcome."""


@dataclass(frozen=True)
class Calm:
    """What the undisturbed run left behind, row by row; how long it took; how large its files became."""

    rows: dict[str, list[tuple[object, ...]]]
    seconds: float
    bytes: int
    pages: int


@dataclass(frozen=True)
class Fault:
    """The limits on a writer's files, in bytes and pages; 0 for no limit."""

    most_bytes: int = 0
    most_pages: int = 0


def live(path: Path, fault: Fault) -> None:
    """Start the run at `path`, or resume it, and run it to its end; reported errors end with `SAID`."""
    vars(simulator.run.run)["TOGETHER"] = Batching(HELD, indexed=False)
    if fault.most_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (fault.most_bytes, resource.RLIM_INFINITY))
    if fault.most_pages:
        tune = schema.tune

        def tight(connection: Connection) -> None:
            tune(connection)
            connection.execute(f"PRAGMA max_page_count = {fault.most_pages}")

        schema.tune = tight
    try:
        begun = path.exists()
        opening = resume(path) if begun else begin(path, PLAN, load_program(*find_program(PLAN.preset)))
        with opening as opened:
            stopper = Stopper()
            Run(opened, stopped=stopper.asked, wall=stopper, batch=50).go()
    except ReferralError as error:
        if not (fault.most_bytes or fault.most_pages):
            raise
        said_of(path).write_text(str(error))
        os._exit(SAID)


def said_of(path: Path) -> Path:
    """The file in which a process reports why it ended."""
    return path.with_name("said.txt")


def spawn(path: Path, fault: Fault = Fault()) -> BaseProcess:
    """Return a process that runs `live`."""
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    process = context.Process(target=live, args=(path, fault), daemon=True)
    process.start()
    return process


def kill_after(process: BaseProcess, seconds: float) -> bool:
    """Send SIGKILL after a time; return whether the process was still alive."""
    wait([process.sentinel], seconds)
    alive = process.exitcode is None
    process.kill()
    process.join()
    return alive


def through_kills(
    path: Path, random: Random, span: float, most: int, begin: Callable[[Path], BaseProcess] = spawn
) -> int:
    """Run the run at `path` through up to `most` kills, each at random within `span` seconds, then to its end.

    `begin` begins a life. Gives how many kills there were. Raises AssertionError for a process that ended in any
    other way.
    """
    kills = 0
    while True:
        process = begin(path)
        if kills < most and kill_after(process, random.random() * span):
            kills += 1
            if not_begun(path):
                wipe(path)  # killed before it was a database at all: begun anew, as its user would
            continue
        process.join()
        assert process.exitcode == 0, f"exit status {process.exitcode} after {kills} kills"
        return kills


def not_begun(path: Path) -> bool:
    """Whether the file at the path is not a run yet: its tables and settings are made in one transaction."""
    if not path.exists():
        return True
    with closing(sqlite3.connect(path)) as db:
        return bool(
            db.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'setting'").fetchone() == (0,)
        )


def wipe(path: Path) -> None:
    """Remove a run and all files beside it."""
    for file in path.parent.glob(f"{path.stem}.*"):
        if file.is_file():
            file.unlink()


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of the platform's outcome and of the people, by table, in a stated order."""
    found = {}
    for file in filter(Path.exists, (path, crm_path(path))):
        with closing(sqlite3.connect(file)) as db:
            tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in sorted(tables):
                if table not in UNLIKE:
                    rows = db.execute(f"SELECT * FROM {table}").fetchall()
                    found[f"{file.suffixes[0]}:{table}"] = sorted(rows, key=repr)
    return found


def first_difference(
    mine: dict[str, list[tuple[object, ...]]], theirs: dict[str, list[tuple[object, ...]]]
) -> str | None:
    """Return the first table and row in which two runs differ; None if they are the same."""
    for table in sorted(mine.keys() | theirs.keys()):
        one, other = mine.get(table, []), theirs.get(table, [])
        for place, (row, wanted) in enumerate(zip(one, other, strict=False)):
            if row != wanted:
                return f"{table}, row {place + 1}: {row} where {wanted} was to be"
        if len(one) != len(other):
            return f"{table}: {len(one)} rows where {len(other)} were to be"
    return None
