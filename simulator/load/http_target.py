"""Drive load into a server over HTTP: events as CloudEvents, one or several a request, some requests at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from threading import BoundedSemaphore, Thread
from typing import Any, Final

import aiohttp
import orjson
import polars as pl

from simulator.domain.definitions import RECEIPTS
from simulator.domain.errors import InputError, system_words
from simulator.domain.stopwatch import Stopwatch
from simulator.domain.wall_clock import wall_ms
from simulator.events.encode import encode_events
from simulator.load.target import Server
from simulator.load.traffic import Span
from simulator.platform.receipts import Counts

Lines = Sequence[bytes]
PATIENCE_S: Final = 60.0
"""How long an answer may take."""
FAILED: Final = "failed"
"""In place of a status: there was no answer."""
_BY_STATUS: Final = {
    201: Counts(accepted=1),
    200: Counts(duplicate=1),
    409: Counts(conflict=1),
    422: Counts(malformed=1),
}
"""What became of an event that came alone."""


class HttpTarget:
    """A server over HTTP. A batch is a request: of one event structured, of several as lines.

    A batch waits for a connection that is free. Events that happen later than the server's clock would be refused: each
    pass of the traffic is moved so that it ends when the run began.
    """

    def __init__(self, server: Server, span: Span) -> None:
        """Connect to a server.

        Raises:
            InputError: nothing answers at its address, or what answers is no such server.

        """
        self.judging, self.writing = Stopwatch(), Stopwatch()  # of a server nothing is known of these
        self.statuses: Counter[str] = Counter()
        self.refused = 0  # events of requests that were not taken, or not answered
        self._server, self._span = server, span
        self._slots = BoundedSemaphore(server.connections)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="http", daemon=True)
        self._thread.start()
        self._session = self._run(self._opened())
        try:
            self._now = self._run(self._clock())
        except BaseException:
            self.close()
            raise

    def take(self, messages: pl.DataFrame, done: Callable[[Counts], None]) -> None:
        """Send messages; `done` is called, on another thread, with their receipts, once they are answered."""
        lines = encode_events(moved(messages, self._span, self._now), stamps=False)
        self._slots.acquire()
        asyncio.run_coroutine_threadsafe(self._send(lines, done), self._loop)

    def flush(self) -> None:
        """Wait for all answers."""
        for _ in range(self._server.connections):
            self._slots.acquire()
        for _ in range(self._server.connections):
            self._slots.release()

    def settle(self) -> None:
        """Do nothing: the server goes on by itself."""

    def bytes(self) -> int:
        """Return 0: nothing is stored here."""
        return 0

    def results(self) -> dict[str, Any]:
        """Return the requests by status, and how many events were not taken; what they led to, the server knows."""
        return {
            "attributions": 0,
            "decisions": {},
            "rewards": {},
            "reasons": [],
            "rows": {},
            "requests": sum(self.statuses.values()),
            "statuses": dict(sorted(self.statuses.items())),
            "refused": self.refused,
        }

    def close(self) -> None:
        """Close the connections."""
        if not self._loop.is_running():
            return
        self._run(self._session.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _opened(self) -> aiohttp.ClientSession:
        headers = {} if self._server.key is None else {"Authorization": f"Bearer {self._server.key}"}
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._server.connections),
            timeout=aiohttp.ClientTimeout(total=PATIENCE_S),
            headers=headers,
        )

    async def _clock(self) -> int:
        """Return the server's time, milliseconds UTC; the wall's, where the key may not ask."""
        url = self._server.url
        try:
            async with self._session.get(f"{url}/healthz") as answer:
                healthy = answer.status == 200 and "seq" in await answer.json(content_type=None)
            if not healthy:
                raise InputError(f"--url {url}: what answers there is no `referral-tui serve`")
            async with self._session.get(f"{url}/v1/clock") as answer:
                return int((await answer.json())["now"]) if answer.status == 200 else wall_ms()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise InputError(
                f"--url {url}: no answer ({system_words(error)}); start a server with `referral-tui serve`"
            ) from error

    async def _send(self, lines: Lines, done: Callable[[Counts], None]) -> None:
        alone = len(lines) == 1
        media = "application/cloudevents+json" if alone else "application/x-ndjson"
        counts = Counts()
        status = FAILED
        try:
            async with self._session.post(
                f"{self._server.url}/v1/events", data=b"\n".join(lines), headers={"Content-Type": media}
            ) as answer:
                body = await answer.read()
                status = str(answer.status)
                counts = _BY_STATUS.get(answer.status, Counts()) if alone else _counted(answer.status, body)
        except (aiohttp.ClientError, TimeoutError):
            pass  # it is counted as failed
        finally:
            self.statuses[status] += 1
            self.refused += len(lines) - counts.received
            self._slots.release()
            done(counts)


def _counted(status: int, body: bytes) -> Counts:
    """Return how many of each receipt an answer to several events has."""
    if status != 200:
        return Counts()
    found = Counter(orjson.loads(line)["receipt"] for line in body.splitlines())
    return Counts(**{name: found[name] for name in RECEIPTS})


def moved(messages: pl.DataFrame, span: Span, now_ms: int) -> pl.DataFrame:
    """Return messages of some pass of the traffic as if that pass ended at `now_ms`."""
    passes = (pl.col("received_at") - span.start_ms) // span.length_ms + 1
    later = now_ms - span.start_ms - passes * span.length_ms
    return messages.with_columns(
        pl.min_horizontal(pl.col("occurred_at") + later, now_ms).alias("occurred_at")
    )
