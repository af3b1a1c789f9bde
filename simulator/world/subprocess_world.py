"""Windows made in a process of their own, one ahead: people live while the platform judges what they did.

The process starts on the first window at once. Each window is fetched when it is wanted, and what is felt is handed
over for the one after the next; so the events are those of `InProcessWorld`, to the byte. It ends with this process,
however that ends.
"""

from __future__ import annotations

import io
import signal
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection

import polars as pl

from simulator.domain.errors import ReferralError
from simulator.world.feedback import OutcomeFeedback
from simulator.world.windows import InProcessWorld, Setting, Window

_PATIENCE_S = 5.0  # for a process to end that was asked to


class SubprocessWorld:
    """Windows from another process; see `Windows`."""

    def __init__(self, setting: Setting) -> None:
        """Start it. Whatever is wrong with the world is told at the first window."""
        context = get_context("spawn")  # a fork would copy Polars' threads in whatever state they are
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_live, args=(theirs, setting), name="referral-tui people", daemon=True
        )
        self._process.start()
        theirs.close()
        self._last = setting.end_ms

    def next(self, felt: OutcomeFeedback) -> Window:
        """The next window; see `Windows`.

        Raises:
            ReferralError: the process is gone, or what is wrong with the world.

        """
        try:
            found = self._pipe.recv()
            if isinstance(found, ReferralError):
                raise found
            until, events, people = found
            if until < self._last:
                self._pipe.send(felt)
        except (EOFError, OSError):
            raise self._gone() from None
        return Window(until, unpacked(events), unpacked(people))

    def close(self) -> None:
        """Have the process end; twice is fine."""
        self._pipe.close()
        self._process.terminate()
        self._process.join(_PATIENCE_S)

    def _gone(self) -> ReferralError:
        self._process.join(_PATIENCE_S)
        return ReferralError(
            f"the process that makes the people ended (exit code {self._process.exitcode}); what was committed stays: "
            "go on with --resume, or with --processes 1 to do without it"
        )


def _live(pipe: Connection, setting: Setting) -> None:
    """The life of the other process: make, hand over, feel, to the end or until nobody listens."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-C is for who started us, and they end us
    with suppress(EOFError, OSError):
        try:
            here = InProcessWorld(setting)
        except ReferralError as error:
            pipe.send(error)
            return
        until = setting.start_ms
        while until < setting.end_ms:
            window = here.make()
            until = window.until_ms
            pipe.send((until, packed(window.events), packed(window.people)))
            if until < setting.end_ms:
                here.feel(pipe.recv())


def packed(frame: pl.DataFrame) -> bytes:
    """A frame as bytes for a pipe (Arrow IPC)."""
    stream = io.BytesIO()
    frame.write_ipc(stream)
    return stream.getvalue()


def unpacked(content: bytes) -> pl.DataFrame:
    """The frame that `packed` made bytes of."""
    return pl.read_ipc(content)
