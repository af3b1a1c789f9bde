"""How many threads Polars takes in a worker: told before Polars is loaded, so this file must not load it."""

from __future__ import annotations

import os

_THREADS = "POLARS_MAX_THREADS"


def share_cores(workers: int) -> None:
    """Give this process its share of the cores, unless somebody has said how many threads.

    Otherwise each of two workers on two cores has two threads, which wait for one another.
    """
    os.environ.setdefault(_THREADS, str(max(1, (os.cpu_count() or 1) // workers)))
