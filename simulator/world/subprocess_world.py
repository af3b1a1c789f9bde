"""Make the world's windows in another process, one ahead, while the platform judges the one before.

The process starts on the first window at once. Each window is fetched when it is wanted, and feedback is passed on
for the one after the next; so the events are those of `InProcessWorld`, byte for byte. The process ends with this
one, however that ends.
"""

from __future__ import annotations

import io
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection

import polars as pl

from simulator.domain.errors import ReferralError
from simulator.domain.worker import starting
from simulator.world.feedback import OutcomeFeedback
from simulator.world.windows import InProcessWorld, Window, WorldSetup

_PATIENCE_S = 5.0  # how long to wait for a terminated process


class SubprocessWorld:
    """Windows made by another process; see `Windows`."""

    def __init__(self, setup: WorldSetup) -> None:
        """Start the process. An error in the world is raised by the first `next`."""
        context = get_context("spawn")  # a fork would copy Polars' threads in whatever state they are
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_live, args=(theirs, setup), name="referral-tui people", daemon=True
        )
        with starting():
            self._process.start()
        theirs.close()
        self._last = setup.end_ms

    def next(self, feedback: OutcomeFeedback) -> Window:
        """Return the next window; see `Windows.next`.

        Raises:
            ReferralError: the process is gone, or the world can't be made.

        """
        try:
            found = self._pipe.recv()
            if isinstance(found, ReferralError):
                raise found
            until, events, people = found
            if until < self._last:
                self._pipe.send(feedback)
        except (EOFError, OSError):
            raise self._gone() from None
        return Window(until, unpack_frame(events), unpack_frame(people))

    def close(self) -> None:
        """End the process. Closing twice is fine."""
        self._pipe.close()
        self._process.terminate()
        self._process.join(_PATIENCE_S)

    def _gone(self) -> ReferralError:
        self._process.join(_PATIENCE_S)
        return ReferralError(
            f"the process that simulates the people ended (exit code {self._process.exitcode}); "
            "everything committed is kept: continue with --resume, or use --processes 1 to do without it"
        )


def _live(pipe: Connection, setup: WorldSetup) -> None:
    """Run in the other process: make windows, send them and receive feedback, until the end or until nobody listens."""
    with suppress(EOFError, OSError):
        try:
            here = InProcessWorld(setup)
        except ReferralError as error:
            pipe.send(error)
            return
        until = setup.start_ms
        while until < setup.end_ms:
            window = here.make()
            until = window.until_ms
            pipe.send((until, pack_frame(window.events), pack_frame(window.people)))
            if until < setup.end_ms:
                here.apply_feedback(pipe.recv())


def pack_frame(frame: pl.DataFrame) -> bytes:
    """Return a frame as bytes for a pipe (Arrow IPC)."""
    stream = io.BytesIO()
    frame.write_ipc(stream)
    return stream.getvalue()


def unpack_frame(content: bytes) -> pl.DataFrame:
    """Return the frame that `pack_frame` turned into bytes."""
    return pl.read_ipc(content)
