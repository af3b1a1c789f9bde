"""Queue batches on their way into the store, which may share a transaction, and write them on a thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from db.write.store import Store
from simulator.domain.stopwatch import OFF, Meter
from simulator.domain.write_set import WriteSet

HELD_EVENTS = 50_000
"""Events per transaction of a run at full speed; a heartbeat writes what is queued every second."""

Done = Callable[[], object]
"""Called when a batch is committed, on the writer's thread if there is one."""


class Outbox:
    """Writes batches in order: each at once, or (after `hold`) several together on a thread of their own.

    The queue is bounded: a caller who puts more than `hold` events waits until those sent before are written. That
    time is recorded on the meter as `wait`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.meter: Meter = OFF
        self._done: list[Done] = []
        self._hold = 0
        self._waiting: list[WriteSet] = []
        self._events = 0
        self._writer: ThreadPoolExecutor | None = None
        self._writing: Future[None] | None = None

    def hold(self, events: int) -> None:
        """Queue batches from now on until they hold `events` events, and write them on a thread of their own."""
        self._hold = events
        self._writer = self._writer or ThreadPoolExecutor(1, "writer")

    def put(self, batch: WriteSet, done: Done | None = None) -> None:
        """Write a batch, now or when enough are queued; `done` is called when it is committed.

        Raises:
            DatabaseError: this batch or an earlier one could not be written; no later one will be.

        """
        self._waiting.append(batch)
        if done is not None:
            self._done.append(done)
        self._events += batch.events.height
        if self._events >= self._hold:
            self.send()

    def send(self) -> None:
        """Start writing what is queued.

        Raises:
            DatabaseError: as `put` does.

        """
        self._send(wait=self._writer is None)

    def flush(self) -> None:
        """Write everything that is queued, and wait for it.

        Raises:
            DatabaseError: as `put` does.

        """
        self._send(wait=True)

    def close(self) -> None:
        """Write everything that is queued, and stop the thread."""
        try:
            self.flush()
        finally:
            if self._writer is not None:
                self._writer.shutdown()

    def _send(self, *, wait: bool) -> None:
        waiting, self._waiting, self._events = self._waiting, [], 0
        done, self._done = self._done, []
        writing, self._writing = self._writing, None
        self.meter.start()
        if writing is not None:
            writing.result()  # if this raises, nothing is written after the batch that failed
        if waiting and self._writer is not None and not wait:
            self._writing = self._writer.submit(self._write, waiting, done)
        elif waiting:
            self._write(waiting, done)
        self.meter.record("wait")

    def _write(self, batches: Sequence[WriteSet], done: Sequence[Done]) -> None:
        self._store.write(WriteSet.joined(batches))
        for call in done:
            call()
