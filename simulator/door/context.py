"""Hold what the handlers of a door share: its writer, its readers, its limits and its metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from aiohttp import web

from db.sqlite.readonly import Database
from simulator.door.bodies import Bodies
from simulator.door.deliveries import Dispatcher
from simulator.door.errands import Settling
from simulator.door.inlets import Inlet
from simulator.door.keys import Keys
from simulator.door.metrics import Metrics
from simulator.door.reading import Reading
from simulator.door.vetoes import Asker
from simulator.door.writer import Intake

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


@dataclass
class Context:
    """The objects and settings that handlers share.

    `settling` settles the futures that requests wait for. `host` is the address listened on; without `keys` none are
    required. `streams` limits how many streamed bodies hand lines to the writer at the same time. `landing` is the page
    that friends who follow a link are redirected to, `public_url` is the one under which others reach this server,
    without a slash at the end (None: as they call it). `inlets` are the mappings served, by name. A door that
    `passes_on` events has no engine. While it is `ending`, no more lines of streamed bodies are accepted.
    """

    path: Path
    reading: Reading
    host: str
    writer: Intake
    settling: Settling
    bodies: Bodies
    streams: asyncio.Semaphore
    metrics: Metrics
    hooks: Dispatcher
    asker: Asker | None = None
    keys: Keys | None = None
    landing: str | None = None
    public_url: str | None = None
    inlets: Mapping[str, Inlet] = field(default_factory=dict)
    passes_on: bool = False
    ending: bool = False

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
        return await self.reading.read(query, *given, **named)


CONTEXT: Final = web.AppKey("context", Context)
