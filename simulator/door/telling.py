"""Tell those who look at the database that it is served, and who calls, where it has changed."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import Final

from db.door_status import CallerRow, StatusStore
from simulator.domain.errors import DatabaseError
from simulator.domain.wall_clock import wall_ms
from simulator.door.background import OneThread, wait
from simulator.door.metrics import Metrics

_LOG: Final = logging.getLogger(__name__)


class Teller:
    """Writes down what a door counts, for as long as it is open."""

    def __init__(self, path: Path, metrics: Metrics, every_s: float) -> None:
        """Prepare to tell of the door of the database at `path` every so many seconds.

        Raises:
            DatabaseError: the door's database can't be opened.

        """
        self._store, self._metrics, self._every_s = StatusStore(path), metrics, every_s
        self._stored = OneThread("status")
        self._end = asyncio.Event()
        self._run: asyncio.Task[None] | None = None

    def start(self, address: str) -> None:
        """Say that the door is open at this address."""
        self._run = asyncio.create_task(self._tell(address))

    async def close(self) -> None:
        """Say that the door is closed."""
        self._end.set()
        if self._run is not None:
            await self._run
        self._stored.close()
        self._store.close()

    async def _tell(self, address: str) -> None:
        told: list[CallerRow] = []
        with suppress(DatabaseError):
            await self._stored(self._store.opened, address, wall_ms())
        while not self._end.is_set():
            await wait(self._end, self._every_s)
            rows = _rows(self._metrics)
            changed = [one for one in rows if one not in told]
            try:
                if changed:
                    await self._stored(self._store.called, changed)
                    told = rows
            except DatabaseError as error:  # nobody may see it for a moment, and the door goes on
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
