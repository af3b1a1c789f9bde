"""A worker on shards that dies once; apart from the tests, so that its process loads no more than a worker does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import polars as pl

from simulator.load.session import LoadProfile
from simulator.load.shards import work
from simulator.load.target import DatabaseTarget
from simulator.platform.receipts import Counts


def dying_once(order: LoadProfile) -> dict[str, Any]:
    """`work` in a process that kills itself when half of a shard is stored, but only the first that gets so far."""
    take = DatabaseTarget.take

    def dying(self: DatabaseTarget, messages: pl.DataFrame, done: Callable[[Counts], None]) -> None:
        take(self, messages, done)
        self.flush()
        with suppress(FileExistsError):
            self.path.with_name("died").touch(exist_ok=False)
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(DatabaseTarget, "take", dying)  # noqa: B010 - of this process only; a method is not assigned to
    return work(order)
