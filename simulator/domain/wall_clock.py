"""Provide a run's wall clock, and the request to stop it: from a person, a signal or a test."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic, time_ns
from types import FrameType
from typing import Protocol


class Clock(Protocol):
    """A wall clock."""

    def now(self) -> float:
        """Return seconds since any fixed start; never goes back."""

    def wait(self, seconds: float) -> None:
        """Wait; may return early."""


def wall_ms() -> int:
    """Return the current time, milliseconds UTC."""
    return time_ns() // 1_000_000


class Stopper:
    """The wall clock of a process that may be asked to stop; then `wait` returns at once."""

    def __init__(self) -> None:
        self._event = Event()

    def now(self) -> float:
        """Return seconds of the monotonic clock."""
        return monotonic()

    def wait(self, seconds: float) -> None:
        """Sleep until the time is over or a stop is requested."""
        self._event.wait(seconds)

    def stop(self) -> None:
        """Request the stop; safe in a signal handler and from another thread."""
        self._event.set()

    def asked(self) -> bool:
        """Return whether a stop was requested."""
        return self._event.is_set()


@contextmanager
def signals(stopper: Stopper) -> Iterator[None]:
    """Make SIGINT and SIGTERM stop the stopper inside the context."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        stopper.stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
