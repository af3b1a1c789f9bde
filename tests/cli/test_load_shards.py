"""Shards: the same outcome whoever works on them, read as one, and unaffected by a worker that dies."""

from __future__ import annotations

import json
import os
import select
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from db.read.pending import pending
from db.read.referrers import communities, leaders
from db.read.rewards import falling_due
from db.read.sums import now
from db.shards.merging import SUMS, parts_of
from db.sqlite.readonly import open_readonly
from simulator.domain.errors import DatabaseError
from simulator.domain.pending import EXPECTED
from simulator.domain.wall_clock import Stopper
from simulator.domain.worker import begin_worker
from simulator.load import shards as sharding
from simulator.load.drive import Limits
from simulator.load.figures import merged
from simulator.load.session import Hooks, LoadProfile
from simulator.load.shards import Shards, run_shards, shard_profiles, work
from simulator.program.load import load_program
from simulator.program.presets import find_program
from simulator.program.shares import share_of
from simulator.proof.verify import verify
from simulator.run.plan import Plan
from tests.cli.dying_shards import dying_once
from tests.cli.nasty import Cli
from tests.cluster import DaskClient

Exports = Callable[..., dict[str, bytes]]
SAME = ("received", "accepted", "attributions", "decisions", "rewards", "reasons", "rows", "late")


@pytest.fixture
def order(tmp_path: Path) -> LoadProfile:
    return LoadProfile(
        plan=Plan(seed=3, referrers=120),
        program=load_program(*find_program("telecom")),
        limits=Limits(events=1200),
        batch=400,
        path=tmp_path / "market.db",
    )


@pytest.fixture
def in_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that are threads: they do the same, and start at once."""
    monkeypatch.setattr(sharding, "_executor", lambda shards: lambda: ThreadPoolExecutor(shards.workers))


def board_of(path: Path, read: Callable[[sqlite3.Connection], tuple[Any, ...]]) -> tuple[Any, ...]:
    with closing(sqlite3.connect(path)) as db:
        return read(db)


@pytest.mark.usefixtures("in_threads")
def test_shards_are_read_as_one(order: LoadProfile, exports: Exports, cli: Cli) -> None:
    figures = run_shards(order, Shards(3), Hooks(Stopper()))
    assert order.path is not None
    parts = parts_of(order.path)
    assert [part.name for part in parts] == ["market-1.db", "market-2.db", "market-3.db"]
    whole, each = exports(order.path), [exports(part) for part in parts]
    for what in whole:
        assert whole[what] == b"".join(one[what] for one in each)
    assert figures["received"] == whole["events"].count(b"\n") == 1200
    with closing(sqlite3.connect(order.path)) as db:
        total = dict(db.execute("SELECT metric, count FROM total"))
        assert json.loads(db.execute("SELECT figures FROM meter").fetchone()[0])["received"] == 1200
        budget = db.execute("SELECT budget_minor FROM program_version").fetchone()
    assert total["receipt.accepted"] == 1200
    assert budget == (order.program.budget_minor,)
    boards = [
        [(row.qualified, row.issued_minor, row.friends, row.generation) for row in board_of(one, leaders)]
        for one in (order.path, *parts)
    ]
    board, first = boards[0], sorted((row for one in boards[1:] for row in one), reverse=True)
    assert [row[:3] for row in board] == [row[:3] for row in first]
    assert sorted(board) == sorted(first)
    assert any(generation for *_, generation in board)
    names = {row.name for row in board_of(order.path, communities)}
    assert {f"{row.name} ({part.stem})" for part in parts for row in board_of(part, communities)[:1]} <= names
    verdict = verify(order.path)
    assert verdict.difference is None
    assert verdict.checked[-1] == f"{_rows(order.path):,} rows are those of 3 shards"
    assert cli("verify", "--db", order.path).status == 0


def _rows(path: Path) -> int:
    """All rows of a merged database except settings and measurements."""
    with closing(sqlite3.connect(path)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return sum(
            db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
            for table in tables
            if table not in ("setting", "meter")
        )


@pytest.mark.usefixtures("in_threads")
def test_a_sum_or_a_place_that_is_not_its_shards_is_found(order: LoadProfile) -> None:
    run_shards(order, Shards(2), Hooks(Stopper()))
    assert order.path is not None
    for table, change in (("leader", "friends = friends + 1"), ("hour", "count = count + 1")):
        with closing(sqlite3.connect(order.path)) as db:
            db.execute(f"UPDATE {table} SET {change}")
            db.commit()
        assert str(verify(order.path).difference).startswith(f"{table} with ")
    assert set(SUMS) >= {"total", "hour", "due"}


@pytest.mark.usefixtures("in_threads")
def test_what_is_pending_of_merged_shards_is_the_sum_of_theirs(order: LoadProfile) -> None:
    run_shards(order, Shards(2), Hooks(Stopper()))
    assert order.path is not None
    merged_lines, merged_due = _pending(order.path)
    lines, due = Counter[str](), Counter[tuple[int, str, str]]()
    for part in parts_of(order.path):
        theirs, falling = _pending(part)
        lines.update(theirs)
        due.update(falling)
    assert (merged_lines, merged_due) == (lines, due)
    assert lines["issued"]
    assert lines.total() > lines["issued"]
    assert sum(money for (_, _, state), money in due.items() if state == "issued") == lines["issued"]


def _pending(path: Path) -> tuple[Counter[str], Counter[tuple[int, str, str]]]:
    """Return the money pending in a database, by expected state; and by day, reward and expected state."""
    with closing(open_readonly(path)) as db:
        found = pending(now(db))
        lines = Counter({state: found.of(state)[1] for state in EXPECTED})
        due = Counter(
            {(row.day_ms, row.reward, row.expected): row.value_minor for row in falling_due(db, days=9999)}
        )
    return lines, due


@pytest.mark.usefixtures("in_threads")
def test_the_number_of_workers_changes_nothing(order: LoadProfile, exports: Exports, tmp_path: Path) -> None:
    from dataclasses import replace

    one = run_shards(order, Shards(3, workers=1), Hooks(Stopper()))
    other_order = replace(order, path=tmp_path / "other.db")
    other = run_shards(other_order, Shards(3, workers=3), Hooks(Stopper()))
    assert {name: one[name] for name in SAME} == {name: other[name] for name in SAME}
    assert exports(tmp_path / "market.db") == exports(tmp_path / "other.db")
    alone = run_shards(replace(order, path=None, store=False), Shards(3), Hooks(Stopper()))
    assert {name: alone[name] for name in SAME if name != "rows"} == {
        name: one[name] for name in SAME if name != "rows"
    }


def test_a_worker_that_dies_changes_nothing(order: LoadProfile, exports: Exports, tmp_path: Path) -> None:
    """Two processes; one is killed with a part of its shard written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sharding, "work", dying_once)
        died = run_shards(order, Shards(2, workers=2), Hooks(Stopper()))
    assert (tmp_path / "died").exists()
    assert verify(tmp_path / "market.db").difference is None
    after = exports(tmp_path / "market.db")
    calm = [work(one) for one in shard_profiles(order, 2)]  # written over, one by one
    assert exports(tmp_path / "market.db") == after
    assert died["received"] == sum(one["received"] for one in calm) == 1200
    assert died["reasons"] == merged(calm, (), 1.0)["reasons"]


@pytest.mark.usefixtures("in_threads")
@pytest.mark.parametrize("name", ["market.db", "market-2.db"])
def test_what_is_there_is_not_written_over(order: LoadProfile, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("of somebody")
    with pytest.raises(DatabaseError, match=f"{name}: already exists"):
        run_shards(order, Shards(2), Hooks(Stopper()))
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [(name, "of somebody")]


def test_a_shard_begun_anew_takes_away_only_what_its_dead_worker_left(
    order: LoadProfile, tmp_path: Path
) -> None:
    for name in (
        "market-1.db",
        "market-1.db-wal",
        "market-1.db-shm",
        "market-1.db.lock",
        "market-1.db.notes",
    ):
        (tmp_path / name).write_text("left")
    assert work(shard_profiles(order, 2)[0])["received"] == 600
    assert verify(tmp_path / "market-1.db").difference is None
    assert (tmp_path / "market-1.db.notes").read_text() == "left"


@pytest.mark.parametrize("why", ["stopped", "failed"])
def test_no_other_shard_is_begun_after_one_that_failed_or_a_stop(
    order: LoadProfile, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    begun, stopper, given_up = [], Stopper(), Event()
    give_up = sharding._give_up

    def giving_up(executor: Executor) -> None:
        give_up(executor)
        given_up.set()

    def failing(shard: LoadProfile) -> dict[str, Any]:
        begun.append(shard.path)
        if len(begun) == 2:
            given_up.wait(60)  # that one was begun before anybody knew
        if why == "failed":
            raise DatabaseError("the disk is full")
        stopper.stop()
        return {}

    monkeypatch.setattr(sharding, "_executor", lambda _shards: lambda: ThreadPoolExecutor(1))
    monkeypatch.setattr(sharding, "work", failing)
    monkeypatch.setattr(sharding, "_give_up", giving_up)
    with pytest.raises(KeyboardInterrupt if why == "stopped" else DatabaseError):
        run_shards(order, Shards(50), Hooks(stopper, stopper.asked))
    assert len(begun) <= 2
    assert order.path is not None
    assert not order.path.exists()


def test_a_stop_says_that_nothing_was_merged(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_order: LoadProfile, _shards: Shards, _hooks: Hooks) -> dict[str, Any]:
        raise KeyboardInterrupt

    monkeypatch.setattr(sharding, "run_shards", stopped)
    done = cli("load", "--shards", 3, "--events", 100, "--db", tmp_path / "m.db")
    assert done.status == 130
    assert (
        f"interrupted; nothing was merged: {tmp_path / 'm-1.db'} to {tmp_path / 'm-3.db'} are of no use"
        in done.err
    )
    assert cli("load", "--shards", 3, "--events", 100, "--no-store").err == "referral-tui: interrupted\n"


def starts_a_worker(told: Connection) -> None:
    """A process that starts a worker, prints which, and continues."""
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=begin_worker, initargs=(1,)) as executor:
        told.send(executor.submit(os.getpid).result())
        signal.pause()


@pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="nothing here tells of the end of a stranger's process"
)
def test_a_worker_ends_with_who_started_it_however_that_ends() -> None:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    starter = context.Process(target=starts_a_worker, args=(theirs,))
    starter.start()
    worker = os.pidfd_open(ours.recv())
    starter.kill()
    starter.join()
    ended, _, _ = select.select([worker], [], [], 60)  # readable when the process is gone
    assert ended
    os.close(worker)


def test_people_events_and_budget_are_split(order: LoadProfile) -> None:
    orders = shard_profiles(order, 4)
    assert sum(one.plan.referrers for one in orders) == order.plan.referrers
    assert sum(one.limits.events or 0 for one in orders) == 1200
    assert len({one.plan.seed for one in orders}) == 4
    assert sum(one.program.budget_minor or 0 for one in orders) == order.program.budget_minor
    thirds = [share_of(order.program, number, 3).budget_minor for number in range(3)]
    assert thirds == [1_666_667, 1_666_667, 1_666_666]


def test_without_an_address_or_the_extra_it_is_said(cli: Cli) -> None:
    done = cli("load", "--shards", 2, "--cluster", "tcp://127.0.0.1:1", "--events", 100, "--no-store")
    assert done.status == 2
    assert len(done.err.splitlines()) == 1
    assert "--cluster tcp://127.0.0.1:1: " in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--workers", 2), "--workers and --cluster: work on shards; say how many with --shards"),
        (("--shards", 2, "--find-knee"), "--shards: markets of a preset"),
    ],
)
def test_wrong_use_is_one_line(cli: Cli, arguments: tuple[object, ...], said: str) -> None:
    done = cli("load", *arguments)
    assert done.status == 2
    assert said in done.err


def test_an_executor_is_all_that_is_asked_of_a_cluster() -> None:
    from simulator.domain.cluster import ClusterExecutor

    told: list[str] = []
    with ClusterExecutor(DaskClient("tcp://there:8786", told)) as executor:
        assert executor.workers == 6
        assert executor.submit(max, 1, 2).result() == 2
    assert told == ["tcp://there:8786", "closed"]
