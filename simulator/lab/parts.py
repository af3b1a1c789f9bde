"""Run the parts of a study, groups of markets under one design, one after another or in several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, TypeVar

from simulator.domain.cluster import executor_at
from simulator.domain.errors import ReferralError
from simulator.domain.worker import begin_worker
from simulator.lab.figures import channel_rows, market_rows, week_rows
from simulator.lab.market import Markets
from simulator.lab.setting import Setting
from simulator.program.model import Program

_WEEK_DAYS = 7
_One = TypeVar("_One")
_Found = TypeVar("_Found")
Row = dict[str, Any]
Rows = list[Row]


@dataclass
class PartRows:
    """Rows of markets in their order: one each, then one each and week; and lists of those by channel, one each."""

    markets: Rows
    weeks: Rows
    channels: list[Rows]


@dataclass(frozen=True)
class Part:
    """Markets, by their seeds, that are simulated together under one design."""

    setting: Setting
    design: str
    program: Program
    seeds: Sequence[int]


def run_parts(parts: Sequence[Part], workers: int, cluster: str | None = None) -> Iterator[PartRows]:
    """Yield the rows of each part's markets, in the order of the parts.

    Raises:
        InputError: there is no such cluster.
        ReferralError: a process that shared the work is gone.

    """
    return shared(run_part, parts, workers, cluster)


def shared(
    run: Callable[[_One], _Found], parts: Sequence[_One], workers: int, cluster: str | None = None
) -> Iterator[_Found]:
    """Yield what `run` finds for each part, in the order of the parts; so many processes share the work.

    With the address of a `cluster`, its workers do.

    Raises:
        InputError: there is no such cluster.
        ReferralError: a process that shared the work is gone.

    """
    if cluster is None and (workers == 1 or len(parts) == 1):
        yield from map(run, parts)
        return
    with _executor(workers, cluster) as pool:
        futures = [pool.submit(run, part) for part in parts]
        try:
            for future in futures:
                yield future.result()
        except BrokenProcessPool:
            raise ReferralError(
                "a process that shared the work of the study ended, perhaps for lack of memory; "
                "use fewer workers, or smaller markets"
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _executor(workers: int, cluster: str | None) -> Executor:
    if cluster is not None:
        return executor_at(cluster)
    context = get_context("spawn")  # a fork would copy Polars' threads in whatever state they are
    return ProcessPoolExecutor(workers, context, initializer=begin_worker, initargs=(workers,))


def run_part(part: Part, pulse: Callable[[], None] | None = None) -> PartRows:
    """Return the rows of a part's markets.

    `pulse` is called often meanwhile, and may raise to give the part up.
    """
    tally = Markets(part.setting, part.program, part.seeds).run(pulse)
    weeks = -(-part.setting.days // _WEEK_DAYS)
    return PartRows(
        market_rows(part.design, part.seeds, tally),
        week_rows(part.design, part.seeds, tally, weeks),
        channel_rows(part.design, part.seeds, tally),
    )
