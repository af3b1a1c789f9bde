"""Start and end worker processes; this must run before Polars is loaded, so it must not load Polars."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process, resource_tracker
from threading import Thread

from simulator.domain.cores import cores

_THREADS = "POLARS_MAX_THREADS"


def begin_worker(workers: int) -> None:
    """Give this process its share of the cores, and end with the parent.

    Otherwise each of two workers on two cores would have two threads, which wait for one another. A number of threads
    that is already set is kept.
    """
    os.environ.setdefault(_THREADS, str(max(1, cores() // workers)))
    Thread(target=_end_with_parent, name="parent", daemon=True).start()


@contextmanager
def starting() -> Iterator[None]:
    """Keep Ctrl-C from processes that are started in this block, for good: it is left to the parent, which ends them.

    It reaches this process once the block ends. A process that set this itself would die with a traceback if Ctrl-C
    came while it was starting.
    """
    resource_tracker.ensure_running()  # or it would be started in the block, and unblock the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_waits_on_interrupt() -> None:
    """Let Ctrl-C end a wait for other threads and processes.

    Polars has such a wait start again (`SA_RESTART`), so that Ctrl-C would come only once it is over.
    """
    signal.siginterrupt(signal.SIGINT, True)


def _end_with_parent() -> None:
    """End this process when its parent is gone: nobody would collect its results or give it more work."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
