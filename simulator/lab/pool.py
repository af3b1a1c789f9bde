"""Share the work of studies among processes of this machine or the workers of a cluster, as long as they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Final, TypeVar

from simulator.domain.cluster import ClusterExecutor, executor_at
from simulator.domain.cores import cores
from simulator.domain.errors import ReferralError
from simulator.domain.worker import begin_worker, end_waits_on_interrupt, starting
from simulator.lab.setting import Setting

_WORTH_PROCESSES: Final = 10_000_000
"""The referrer-days above which a process for each core pays off: ten seconds of work, while starting one takes one."""
_One = TypeVar("_One")
_Found = TypeVar("_Found")


class WorkerPool:
    """Shares work among processes, which begin when they are first needed and serve until the `with` block ends.

    Starting one takes over a second, so several studies should share one pool.
    """

    def __init__(self, workers: int | None = None, cluster: str | None = None) -> None:
        """Take the number of processes, None for whichever is quicker, or the address of a cluster to use instead.

        Raises:
            InputError: no cluster answers at that address.

        """
        self._workers = workers
        self._cluster: ClusterExecutor | None = None if cluster is None else executor_at(cluster)
        self._processes: ProcessPoolExecutor | None = None
        self._others: set[BaseProcess] = set()

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes (at once if an error ends the work), or leave the cluster."""
        if self._cluster is not None:
            if kind is not None:
                self._cluster.shutdown(wait=False, cancel_futures=True)
            self._cluster.__exit__(kind, error, trace)
        if self._processes is not None:
            if kind is not None:
                for process in set(active_children()) - self._others:
                    process.terminate()
            self._processes.shutdown(cancel_futures=True)

    def size(self, setting: Setting, runs: int) -> int:
        """Return how many workers to split so many runs of a market among."""
        if self._cluster is not None:
            return self._cluster.workers
        if self._workers is not None:
            return self._workers
        return cores() if runs * setting.referrers * setting.days >= _WORTH_PROCESSES else 1

    def map(self, run: Callable[[_One], _Found], parts: Sequence[_One], workers: int) -> Iterator[_Found]:
        """Yield what `run` finds for each part, in the order of the parts; `workers` is the `size` for this work.

        Raises:
            ReferralError: a process that shared the work ended.

        """
        if self._cluster is None and (workers == 1 or len(parts) == 1):
            yield from map(run, parts)
            return
        executor = self._executor()
        end_waits_on_interrupt()
        try:
            with starting():
                futures = [executor.submit(run, part) for part in parts]
            for future in futures:
                yield future.result()
        except BrokenProcessPool:
            raise ReferralError(
                "a process that shared the work of the study ended, perhaps for lack of memory; "
                "use fewer workers, or smaller markets"
            ) from None

    def _executor(self) -> Executor:
        if self._cluster is not None:
            return self._cluster
        if self._processes is None:
            self._others = set(active_children())
            workers = cores() if self._workers is None else self._workers
            context = get_context("spawn")  # a fork would copy Polars' threads in whatever state they are
            self._processes = ProcessPoolExecutor(
                workers, context, initializer=begin_worker, initargs=(workers,)
            )
        return self._processes
