"""Read the database that this process writes, on separate threads, so that the event loop never waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from db.sqlite.readonly import Database, reporting_damage
from db.sqlite.same_process import snapshot_beside_writer

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")
_THREADS: Final = 2  # reading holds the interpreter most of the time, so more would not help


class Reading:
    """Read the database that this process writes, on separate threads."""

    def __init__(self, path: Path) -> None:
        """Prepare to read the database at `path`."""
        self._path = path
        self._threads = ThreadPoolExecutor(_THREADS, "reader")

    async def read(
        self,
        query: Callable[Concatenate[Database, _Given], _Found],
        *given: _Given.args,
        **named: _Given.kwargs,
    ) -> _Found:
        """Call a query function of `db.read` on the current state of the database, and return its result.

        Raises:
            DatabaseError: it can't be read.

        """

        def work() -> _Found:
            with snapshot_beside_writer(self._path) as db, reporting_damage(self._path):
                return query(db, *given, **named)

        return await self.on_thread(work)

    async def on_thread(self, work: Callable[[], _Found]) -> _Found:
        """Call a function that reads on one of the threads, and return its result."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()
