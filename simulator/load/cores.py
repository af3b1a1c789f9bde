"""How a worker of shards begins: told before Polars is loaded, so this file must not load it."""

from __future__ import annotations

import os
import signal

_THREADS = "POLARS_MAX_THREADS"


def begin_worker(workers: int) -> None:
    """Give this process its share of the cores, and let who started it hear of ctrl-C.

    Without a share each of two workers on two cores has two threads, which wait for one another; a number of threads
    that somebody has said stands.
    """
    os.environ.setdefault(_THREADS, str(max(1, (os.cpu_count() or 1) // workers)))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
