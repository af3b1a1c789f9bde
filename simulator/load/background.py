"""Make traffic in another process, a few batches ahead, so that it costs the rules no time if there are spare cores.

The number of batches ahead is bounded; the process waits while nobody takes any, and ends with this one, however that
ends.
"""

from __future__ import annotations

from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import Queue
from threading import Thread

import polars as pl

from simulator.domain.errors import ReferralError
from simulator.domain.worker import starting
from simulator.load.traffic import WorldTraffic, gather, span_of
from simulator.program.model import Program
from simulator.run.plan import Plan
from simulator.world.subprocess_world import pack_frame, unpack_frame

PARCEL = 20_000  # messages per transfer
_QUEUED = 5  # parcels that wait at most
_PATIENCE_S = 5.0


class BackgroundTraffic:
    """`WorldTraffic` from another process: the same messages in the same order."""

    def __init__(self, plan: Plan, program: Program, *, hurried: bool = False) -> None:
        """Start the process; `hurried` as in `WorldTraffic`.

        Raises:
            WorldError, InputError: the plan can't be carried out.

        """
        plan.models(plan.world())  # raise errors here rather than in the other process
        context = get_context("spawn")  # a fork would copy Polars' threads in whatever state they are
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_make, args=(theirs, plan, program, hurried), name="referral-tui traffic", daemon=True
        )
        with starting():
            self._process.start()
        theirs.close()
        self._parcels: Queue[tuple[int, pl.DataFrame] | None] = Queue(_QUEUED)
        self._rest = pl.DataFrame()
        self.loops, self.left_out = 1, 0
        self.span = span_of(plan)
        self._over = False
        self._reader = Thread(target=self._read, name="traffic", daemon=True)
        self._reader.start()

    def take(self, count: int) -> pl.DataFrame:
        """Return the next messages, at most `count`.

        Raises:
            ReferralError: the process is gone.

        """
        if not self._rest.height:
            parcel = self._parcels.get()
            if parcel is None:
                raise ReferralError(
                    "the process that makes the traffic ended; use --processes 1 or --prepare to do without it"
                )
            self.loops, self._rest = parcel
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken

    def close(self) -> None:
        """End the process. Closing twice is fine."""
        self._over = True
        self._process.terminate()
        self._process.join(_PATIENCE_S)
        while self._reader.is_alive():
            with suppress(Exception):
                self._parcels.get_nowait()  # the reader may be waiting for room
            self._reader.join(0.01)
        self._pipe.close()

    def _read(self) -> None:
        with suppress(EOFError, OSError):
            while not self._over:
                loops, parcel = self._pipe.recv()
                self._parcels.put((loops, unpack_frame(parcel)))
        if not self._over:
            self._parcels.put(None)


def _make(pipe: Connection, plan: Plan, program: Program, hurried: bool) -> None:
    """Run in the other process: make parcels and send them until nobody listens."""
    with suppress(EOFError, OSError):
        traffic = WorldTraffic(plan, program, hurried=hurried)
        while True:
            parcel = gather(traffic, PARCEL)
            pipe.send((traffic.loops, pack_frame(parcel)))
