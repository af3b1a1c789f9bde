"""The clock on the wall of a run, and the wish that it end: from a person, a signal or a test."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic, time_ns
from types import FrameType
from typing import Protocol


class Wall(Protocol):
    """The clock on the wall."""

    def now(self) -> float:
        """Seconds, from any start, never going back."""

    def wait(self, seconds: float) -> None:
        """Let time go by; may come back early."""


def wall_ms() -> int:
    """The time of day, milliseconds UTC."""
    return time_ns() // 1_000_000


class Stopper:
    """The wall clock of a process that may be asked to end: `wait` comes back at once when it is."""

    def __init__(self) -> None:
        self._event = Event()

    def now(self) -> float:
        """Seconds of the monotonic clock."""
        return monotonic()

    def wait(self, seconds: float) -> None:
        """Sleep, unless somebody wants us to stop."""
        self._event.wait(seconds)

    def stop(self) -> None:
        """Ask for the end; safe in a signal handler and from another thread."""
        self._event.set()

    def asked(self) -> bool:
        """Whether the end was asked for."""
        return self._event.is_set()


@contextmanager
def signals(stopper: Stopper) -> Iterator[None]:
    """SIGINT and SIGTERM ask the stopper to stop, inside the context."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        stopper.stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
