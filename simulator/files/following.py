"""Standing input: a pipe, a terminal or a FIFO, whose lines are handed on whenever it pauses."""

from __future__ import annotations

import os
import select
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import BinaryIO, Final

PAUSE_SECONDS: Final = 0.05
"""How long a standing input may be silent before what was read of it is handed on."""
QUIET_SECONDS: Final = 1.0
"""How often a silent input hands on nothing, so that the reader can look at the clock."""
_PIECE: Final = 1 << 20  # bytes read at once
_MOST_DRAINED: Final = 64 * 1024 * 1024  # bytes that are still read after the end was asked for


class Interrupt:
    """The wish that reading ends, from a signal or another thread; a wait for input ends with it."""

    def __init__(self) -> None:
        self.asked = False
        self._reading, self._writing = os.pipe()

    def ask(self) -> None:
        """Ask for the end; safe in a signal handler. Raises KeyboardInterrupt where it was asked for before."""
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        os.write(self._writing, b".")

    def wait(self, descriptor: int, seconds: float) -> bool:
        """Wait until there is something to read, the end is asked for, or time is up; return whether there is."""
        watched = [descriptor] if self.asked else [descriptor, self._reading]
        ready, _, _ = select.select(watched, [], [], seconds)
        return descriptor in ready

    def close(self) -> None:
        """Give the descriptors back."""
        os.close(self._reading)
        os.close(self._writing)


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Let ctrl-C (SIGINT) and SIGTERM ask for the end of reading; a second one ends at once."""
    interrupt = Interrupt()

    def handle(_number: int, _frame: FrameType | None) -> None:
        interrupt.ask()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        interrupt.close()


def stands(stream: BinaryIO) -> int | None:
    """Return the descriptor of a stream that may pause and go on; None for a regular file and one in memory."""
    try:
        descriptor = stream.fileno()
    except (OSError, AttributeError, ValueError):
        return None
    kind = os.fstat(descriptor).st_mode
    return None if stat.S_ISREG(kind) else descriptor


def is_regular(path: Path) -> bool:
    """Whether a path can be read more than once."""
    return path != Path("-") and path.is_file()


def following(descriptor: int, size: int, interrupt: Interrupt) -> Iterator[list[bytes]]:
    """Yield whole lines, at most `size` at once: at the latest when the input has paused for `PAUSE_SECONDS`.

    Yields an empty list where it is silent for `QUIET_SECONDS`. Ends at the end of the input, with a last line
    without a line feed, or when the end is asked for, after what can be read without waiting.
    """
    lines: list[bytes] = []
    cut: list[bytes] = []  # the pieces of the line that is not whole yet
    drained = 0
    while True:
        ending = (
            interrupt.asked
        )  # as of now: when it is asked for later, what is there already is still taken
        if not interrupt.wait(descriptor, 0 if ending else PAUSE_SECONDS if lines else QUIET_SECONDS):
            yield lines
            lines = []
            if ending:
                return
            continue
        piece = os.read(descriptor, _PIECE)
        drained += len(piece) if ending else 0
        lines += _whole(piece, cut)
        if not piece and cut:
            lines.append(b"".join(cut))
        while len(lines) >= size:
            yield lines[:size]
            del lines[:size]
        if not piece or drained > _MOST_DRAINED:
            yield lines
            return


def _whole(piece: bytes, cut: list[bytes]) -> list[bytes]:
    """Return the lines that a piece completes; what follows the last line feed stays in `cut`."""
    first, feed, rest = piece.partition(b"\n")
    cut.append(first)
    if not feed:
        return []
    lines = [b"".join(cut) + feed]
    cut.clear()
    *whole, last = rest.split(b"\n")
    if last:
        cut.append(last)
    return lines + [line + b"\n" for line in whole]
