"""Read live input: a pipe, a terminal or a FIFO, whose lines are passed on whenever it pauses."""

from __future__ import annotations

import io
import os
import select
import signal
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import BinaryIO, Final

from simulator.files.messages import BYTE_ORDER_MARK, HeldMessage, spans_lines
from simulator.files.reading import blocks

PAUSE_SECONDS: Final = 0.05
"""How long live input may pause before what was read of it is passed on."""
QUIET_SECONDS: Final = 1.0
"""How often a silent input yields an empty list, so that the reader can check the clock."""
_PIECE: Final = 1 << 20  # bytes read at once
_MOST_DRAINED: Final = 64 * 1024 * 1024  # bytes that are still read after the end was asked for


class Interrupt:
    """A request to stop reading, from a signal or another thread; it also ends a wait for input."""

    def __init__(self) -> None:
        self.asked = False
        self._reading, self._writing = os.pipe()

    def ask(self) -> None:
        """Request the stop; safe in a signal handler. Raises KeyboardInterrupt if it was requested before."""
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        os.write(self._writing, b".")

    def wait(self, descriptor: int, seconds: float) -> bool:
        """Wait for input, a stop or the time limit; return whether there is input."""
        watched = [descriptor] if self.asked else [descriptor, self._reading]
        ready, _, _ = select.select(watched, [], [], seconds)
        return descriptor in ready

    def pause(self, seconds: float) -> None:
        """Wait for a stop or the time limit."""
        select.select([self._reading], [], [], seconds)

    def close(self) -> None:
        """Close the descriptors."""
        os.close(self._reading)
        os.close(self._writing)


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Let Ctrl-C (SIGINT) and SIGTERM request that reading stops; a second one stops at once."""
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
    """Return the descriptor of a live stream, which may pause and continue; None for a file or a stream in memory."""
    try:
        descriptor = stream.fileno()
    except (OSError, AttributeError, ValueError):
        return None
    kind = os.fstat(descriptor).st_mode
    return None if stat.S_ISREG(kind) else descriptor


def is_regular(path: Path) -> bool:
    """Return whether a path can be read more than once."""
    return path != Path("-") and path.is_file()


def following(descriptor: int, size: int, interrupt: Interrupt) -> Iterator[list[bytes]]:
    """Yield messages, at most `size` at once, and at the latest when the input has paused for `PAUSE_SECONDS`.

    Yields an empty list after `QUIET_SECONDS` of silence. Ends at the end of the input, including a last line without a
    line feed, or after a stop request once everything readable without waiting was read. An array, or events over
    several lines, are read when the input has ended.
    """
    lines: list[bytes] = []
    cut = HeldMessage()  # of the line that is not whole yet
    begun = False
    for piece in _pieces(descriptor, interrupt, lines):
        if piece is None:
            yield lines.copy()
            lines.clear()
            continue
        lines += _whole(piece, cut)
        if lines and not begun:
            begun = True
            if lines[0].startswith(BYTE_ORDER_MARK):
                lines[0] = lines[0].removeprefix(BYTE_ORDER_MARK)
            if spans_lines(lines[0]):
                yield from _at_the_end(b"".join(lines) + cut.take(), descriptor, size, interrupt)
                return
        while len(lines) >= size:
            yield lines[:size]
            del lines[:size]
    if cut:
        last = cut.take()
        lines.append(
            last.removeprefix(BYTE_ORDER_MARK) if last.startswith(BYTE_ORDER_MARK) and not begun else last
        )
    if not begun and lines and spans_lines(lines[0]):
        yield from blocks(io.BytesIO(lines[0]), size)
    else:
        yield lines


def _pieces(descriptor: int, interrupt: Interrupt, waiting: Sequence[bytes]) -> Iterator[bytes | None]:
    """Yield incoming bytes, or None after a while of silence, which is shorter if there are lines `waiting`."""
    drained = 0
    while drained <= _MOST_DRAINED:
        ending = interrupt.asked  # as of now: asked for later, what is there already is still taken
        if not interrupt.wait(descriptor, 0 if ending else PAUSE_SECONDS if waiting else QUIET_SECONDS):
            if ending:
                return
            yield None
            continue
        piece = os.read(descriptor, _PIECE)
        if not piece:
            return
        drained += len(piece) if ending else 0
        yield piece


def _at_the_end(begun: bytes, descriptor: int, size: int, interrupt: Interrupt) -> Iterator[list[bytes]]:
    """Yield the messages of an input that is not a list of lines; it is kept on disk until it has ended."""
    with tempfile.TemporaryFile() as whole:
        whole.write(begun)
        for piece in _pieces(descriptor, interrupt, ()):
            if piece is None:
                yield []
            else:
                whole.write(piece)
        whole.seek(0)
        yield from blocks(whole, size)


def _whole(piece: bytes, cut: HeldMessage) -> list[bytes]:
    """Return the lines that a piece completes; what follows the last line feed stays in `cut`."""
    first, feed, rest = piece.partition(b"\n")
    cut.add(first + feed)
    if not feed:
        return []
    *whole, last = rest.split(b"\n")
    lines = [cut.take(), *(line + b"\n" for line in whole)]
    cut.add(last)
    return lines
