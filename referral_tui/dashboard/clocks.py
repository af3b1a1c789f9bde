"""The clocks of the dashboard's process, passed in so that a test can stop them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _steady_ms() -> float:
    return time.monotonic() * 1000


@dataclass(frozen=True)
class Clocks:
    """The two clocks of this process in milliseconds: the wall's, UTC, and a steady one."""

    wall_ms: Callable[[], int] = _wall_ms
    steady_ms: Callable[[], float] = _steady_ms
