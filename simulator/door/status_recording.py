"""Record who calls a door, so that whoever looks at the database can see it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from db.door_status import CallerRow, StatusStore, WayRow
from simulator.domain.errors import DatabaseError
from simulator.domain.wall_clock import wall_ms
from simulator.door.background import OneThread, wait
from simulator.door.metrics import Metrics

_LOG: Final = logging.getLogger(__name__)


class StatusRecorder:
    """Store what a door counts for as long as it is open."""

    def __init__(
        self, path: Path, metrics: Metrics, every_s: float, accepted: Callable[[], Awaitable[dict[str, int]]]
    ) -> None:
        """Prepare to store the counts of the door on the database at `path`, every `every_s` seconds.

        `accepted` returns how many events of each source exist before the door opens.

        Raises:
            DatabaseError: the door's database can't be opened.

        """
        self._store, self._metrics, self._every_s = StatusStore(path), metrics, every_s
        self._accepted = accepted
        self._stored = OneThread("status")
        self._end = asyncio.Event()
        self._run: asyncio.Task[None] | None = None

    async def start(self, address: str) -> None:
        """Record that the door is open at this address; to be called before the first request."""
        with suppress(DatabaseError):
            await self._stored(self._store.opened, address, wall_ms(), await self._accepted())
        self._run = asyncio.create_task(self._tell())

    async def close(self) -> None:
        """Record that the door is closed."""
        self._end.set()
        if self._run is not None:
            await self._run
        self._stored.close()
        self._store.close()

    async def _tell(self) -> None:
        stored: list[CallerRow] = []
        counted: Counter[tuple[str, str]] = Counter()
        while not self._end.is_set():
            await wait(self._end, self._every_s)
            rows, came = _rows(self._metrics), self._metrics.came.copy()
            changed = [one for one in rows if one not in stored]
            more = [WayRow(source, client, n) for (source, client), n in (came - counted).items()]
            try:
                if changed or more:
                    await self._stored(self._store.called, changed, more)
                    stored, counted = rows, came
            except DatabaseError as error:  # the counts may be stale for a moment; the door carries on
                _LOG.warning("status: %s", error)
        with suppress(DatabaseError):
            await self._stored(self._store.closed)


def _rows(metrics: Metrics) -> list[CallerRow]:
    return [
        CallerRow(
            name,
            calls.requests,
            calls.counts.accepted,
            calls.counts.duplicate,
            calls.counts.conflict,
            calls.counts.malformed,
        )
        for name, calls in metrics.callers.items()
    ]
