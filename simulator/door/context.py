"""What the handlers of a door share: its writer, its readers, its limits, and what it counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from aiohttp import web

from db.sqlite.readonly import Database, making_sense
from db.sqlite.same_process import snapshot_beside_writer
from simulator.door.bodies import Bodies
from simulator.door.keys import Keys
from simulator.door.metrics import Metrics
from simulator.door.writer import Writer

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")
_READERS: Final = 2  # threads; reading holds the interpreter most of the time, so more would help nobody


@dataclass
class Context:
    """What the handlers share.

    `host` is the address that is listened on; without `keys` none is asked for. Of streamed bodies as many hand lines
    to the writer at the same time as `streams` lets in. `landing` is where friends who follow a link are sent on to.
    """

    path: Path
    host: str
    writer: Writer
    bodies: Bodies
    streams: asyncio.Semaphore
    metrics: Metrics
    keys: Keys | None = None
    landing: str | None = None
    readers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_READERS, "reader"))

    async def read(
        self,
        query: Callable[Concatenate[Database, _Given], _Found],
        *given: _Given.args,
        **named: _Given.kwargs,
    ) -> _Found:
        """Return what a function of `db.read` reads from the database as it stands now.

        Raises:
            DatabaseError: it can't be read.

        """

        def work() -> _Found:
            with snapshot_beside_writer(self.path) as db, making_sense(self.path):
                return query(db, *given, **named)

        return await asyncio.get_running_loop().run_in_executor(self.readers, work)


CONTEXT: Final = web.AppKey("context", Context)
