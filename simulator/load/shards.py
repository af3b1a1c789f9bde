"""Run shards: independent markets under one program, each with its own people, ids, share of the budget and database.

The number of shards is part of a run's identity; how many processes work on them, or where, is not. A worker that
dies takes nothing along: its shard is started again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

from db.shards.merging import merge
from simulator.domain.errors import DatabaseError, ReferralError
from simulator.domain.wall_clock import Stopper, wall_ms
from simulator.load.drive import Limits
from simulator.load.figures import merged
from simulator.load.session import Hooks, LoadProfile, run_load
from simulator.load.worker import begin_worker
from simulator.measuring.heartbeat import Heartbeat
from simulator.measuring.histogram import Histogram
from simulator.program.shares import share_of

_LIVES = 3  # how often a shard is started at most, when its worker dies
_LOOK_S = 0.2  # interval between checks for an interruption
_FILES = ("", "-wal", "-shm", ".lock")  # suffixes of a database's own files
MakeExecutor = Callable[[], Executor]


@dataclass(frozen=True)
class Shards:
    """The number of markets, and what works on them: processes of this machine, or a cluster at an address."""

    count: int
    workers: int = 1
    cluster: str | None = None


def shard_path(path: Path, number: int) -> Path:
    """Return the path of the `number`-th shard (from 1) of a sharded database."""
    return path.with_name(f"{path.stem}-{number}{path.suffix}")


def shard_orders(order: LoadProfile, count: int) -> list[LoadProfile]:
    """Return the profiles of the shards: people, events and budget are split, seeds are derived from the run's."""
    return [_shard(order, number, count) for number in range(count)]


def run_shards(order: LoadProfile, shards: Shards, hooks: Hooks) -> dict[str, Any]:
    """Run all shards and merge their figures, and with a path their sums into one database.

    Raises:
        InputError, DatabaseError: as `run_load`, from the first shard that can't be run.
        ReferralError: a shard's worker died again and again.
        KeyboardInterrupt: it was interrupted; the databases of shards stay, unmerged.

    """
    orders = shard_orders(order, shards.count)
    _check_free([path for path in (order.path, *(shard.path for shard in orders)) if path is not None])
    begun = hooks.wall.now()
    found = _run_all(orders, shards, hooks)
    figures = merged(found, order.thresholds, hooks.wall.now() - begun)
    figures |= {"shards": shards.count, "seed": order.plan.seed, "referrers": order.plan.referrers}
    if order.path is not None:
        parts = [shard.path for shard in orders if shard.path is not None]
        beat = Heartbeat(begun).row(hooks.wall.now(), wall_ms(), 0, figures, Histogram())
        merge(parts, order.path, order.program.text, beat)
    return figures


def work(order: LoadProfile) -> dict[str, Any]:
    """Run one shard in whatever process, after removing what a worker that died left behind."""
    if order.path is not None:
        for tail in _FILES:
            order.path.with_name(order.path.name + tail).unlink(missing_ok=True)
    return run_load(order, Hooks(Stopper()))


def _check_free(paths: Sequence[Path]) -> None:
    """Check that no file is in the way, since a shard takes a file at its path for a dead worker's."""
    for path in paths:
        if path.exists():
            raise DatabaseError(f"{path}: already exists; name another file, or remove this one first")


def _run_all(orders: Sequence[LoadProfile], shards: Shards, hooks: Hooks) -> list[dict[str, Any]]:
    left = dict(enumerate(orders))
    found: dict[int, dict[str, Any]] = {}
    for _ in range(_LIVES):
        with _executor(shards)() as executor, suppress(BrokenProcessPool):
            futures = {executor.submit(work, order): number for number, order in left.items()}
            try:
                for future in _as_they_end(futures, hooks.stopped):
                    found[futures[future]] = future.result()
                    del left[futures[future]]
                    hooks.making(len(found), len(orders))
            except BaseException:
                _give_up(executor)
                raise
        if not left:
            return [found[number] for number in range(len(orders))]
    raise ReferralError(
        f"{len(left)} of {len(orders)} shards: their workers died {_LIVES} times; is there enough memory?"
    )


def _as_they_end(futures: Iterable[Future[Any]], stopped: Callable[[], bool]) -> Iterator[Future[Any]]:
    """Yield each future when it is done.

    Raises:
        KeyboardInterrupt: the run was interrupted.

    """
    left = set(futures)
    while left:
        done, left = wait(left, timeout=_LOOK_S, return_when=FIRST_COMPLETED)
        if stopped():
            raise KeyboardInterrupt
        yield from done


def _give_up(executor: Executor) -> None:
    """Start no other shard and end those in work, as their results are useless without the rest."""
    executor.shutdown(wait=False, cancel_futures=True)
    for process in active_children():
        process.terminate()


def _executor(shards: Shards) -> MakeExecutor:
    if shards.cluster is None:
        return lambda: ProcessPoolExecutor(
            shards.workers, get_context("spawn"), initializer=begin_worker, initargs=(shards.workers,)
        )
    from simulator.load.cluster import executor_at

    address = shards.cluster
    return lambda: executor_at(address)


def _shard(order: LoadProfile, number: int, count: int) -> LoadProfile:
    def part(total: int) -> int:
        return total // count + (number < total % count)

    events = order.limits.events
    schedule = order.schedule.part(count) if order.schedule is not None else None
    return replace(
        order,
        plan=replace(
            order.plan,
            seed=_seed(order.plan.seed, number, count),
            referrers=max(1, part(order.plan.referrers)),
        ),
        program=share_of(order.program, number, count),
        schedule=schedule,
        limits=Limits(None if events is None else part(events), order.limits.seconds),
        path=None if order.path is None else shard_path(order.path.absolute(), number + 1),
        processes=1,
        thresholds=(),
    )


def _seed(seed: int, number: int, count: int) -> int:
    """Return the seed of a shard: other people and other luck for each, always the same ones."""
    digest = blake2b(f"{seed}:{number}:{count}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 2
