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
from simulator.domain.worker import begin_worker, starting
from simulator.load.drive import Limits
from simulator.load.figures import merged
from simulator.load.session import Hooks, LoadProfile, run_load
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


def shard_profiles(profile: LoadProfile, count: int) -> list[LoadProfile]:
    """Return the profiles of the shards: people, events and budget are split, seeds are derived from the run's."""
    return [_shard(profile, number, count) for number in range(count)]


def run_shards(profile: LoadProfile, shards: Shards, hooks: Hooks) -> dict[str, Any]:
    """Run all shards and merge their figures, and with a path their sums into one database.

    Raises:
        InputError, DatabaseError: as `run_load`, from the first shard that can't be run.
        ReferralError: a shard's worker died again and again.
        KeyboardInterrupt: it was interrupted; the databases of shards stay, unmerged.

    """
    profiles = shard_profiles(profile, shards.count)
    _check_free([path for path in (profile.path, *(shard.path for shard in profiles)) if path is not None])
    begun = hooks.wall.now()
    found = _run_all(profiles, shards, hooks)
    figures = merged(found, profile.thresholds, hooks.wall.now() - begun)
    figures |= {"shards": shards.count, "seed": profile.plan.seed, "referrers": profile.plan.referrers}
    if profile.path is not None:
        parts = [shard.path for shard in profiles if shard.path is not None]
        beat = Heartbeat(begun).row(hooks.wall.now(), wall_ms(), 0, figures, Histogram())
        merge(parts, profile.path, profile.program.text, beat)
    return figures


def work(profile: LoadProfile) -> dict[str, Any]:
    """Run one shard in whatever process, after removing what a worker that died left behind."""
    if profile.path is not None:
        for tail in _FILES:
            profile.path.with_name(profile.path.name + tail).unlink(missing_ok=True)
    return run_load(profile, Hooks(Stopper()))


def _check_free(paths: Sequence[Path]) -> None:
    """Check that no file is in the way, since a shard takes a file at its path for a dead worker's."""
    for path in paths:
        if path.exists():
            raise DatabaseError(f"{path}: already exists; name another file, or remove this one first")


def _run_all(profiles: Sequence[LoadProfile], shards: Shards, hooks: Hooks) -> list[dict[str, Any]]:
    left = dict(enumerate(profiles))
    found: dict[int, dict[str, Any]] = {}
    for _ in range(_LIVES):
        with _executor(shards)() as executor, suppress(BrokenProcessPool):
            with starting():
                futures = {executor.submit(work, profile): number for number, profile in left.items()}
            try:
                for future in _as_they_end(futures, hooks.stopped):
                    found[futures[future]] = future.result()
                    del left[futures[future]]
                    hooks.making(len(found), len(profiles))
            except BaseException:
                _give_up(executor)
                raise
        if not left:
            return [found[number] for number in range(len(profiles))]
    raise ReferralError(
        f"{len(left)} of {len(profiles)} shards: their workers died {_LIVES} times; is there enough memory?"
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
    from simulator.domain.cluster import executor_at

    address = shards.cluster
    return lambda: executor_at(address)


def _shard(profile: LoadProfile, number: int, count: int) -> LoadProfile:
    def part(total: int) -> int:
        return total // count + (number < total % count)

    events = profile.limits.events
    schedule = profile.schedule.part(count) if profile.schedule is not None else None
    return replace(
        profile,
        plan=replace(
            profile.plan,
            seed=_seed(profile.plan.seed, number, count),
            referrers=max(1, part(profile.plan.referrers)),
        ),
        program=share_of(profile.program, number, count),
        schedule=schedule,
        limits=Limits(None if events is None else part(events), profile.limits.seconds),
        path=None if profile.path is None else shard_path(profile.path.absolute(), number + 1),
        processes=1,
        thresholds=(),
    )


def _seed(seed: int, number: int, count: int) -> int:
    """Return the seed of a shard: other people and other luck for each, always the same ones."""
    digest = blake2b(f"{seed}:{number}:{count}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 2
