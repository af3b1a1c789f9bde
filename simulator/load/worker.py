"""How a worker of shards begins and ends: told before Polars is loaded, so this file must not load it."""

from __future__ import annotations

import os
import signal
from multiprocessing import parent_process
from threading import Thread

from simulator.domain.cores import cores

_THREADS = "POLARS_MAX_THREADS"


def begin_worker(workers: int) -> None:
    """Give this process its share of the cores, let who started it hear of ctrl-C, and end with them.

    Without a share each of two workers on two cores has two threads, which wait for one another; a number of threads
    that somebody has said stands.
    """
    os.environ.setdefault(_THREADS, str(max(1, cores() // workers)))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, name="parent", daemon=True).start()


def _end_with_parent() -> None:
    """Whoever started us may be killed: nobody would ever ask for the shard, or give us another."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
