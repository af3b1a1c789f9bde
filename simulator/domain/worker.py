"""Start and end worker processes; this must run before Polars is loaded, so it must not load Polars."""

from __future__ import annotations

import os
import signal
from multiprocessing import parent_process
from threading import Thread

from simulator.domain.cores import cores

_THREADS = "POLARS_MAX_THREADS"


def begin_worker(workers: int) -> None:
    """Give this process its share of the cores, leave ctrl-C to the parent, and end with the parent.

    Otherwise each of two workers on two cores would have two threads, which wait for one another. A number of threads
    that is already set is kept.
    """
    os.environ.setdefault(_THREADS, str(max(1, cores() // workers)))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, name="parent", daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent is gone: nobody would collect its results or give it more work."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
