"""The moments that a cap's window holds."""

from __future__ import annotations

from simulator.domain.calendars import period_start
from simulator.program.model import CapWindow


def window_start(window: CapWindow, at: int, timezone: str) -> int:
    """Return the first moment of a cap's window that ends at `at` (milliseconds UTC); NO_START for a lifetime."""
    if window.kind == "rolling":
        return at - (window.ms or 0) + 1
    return period_start(at, window.kind, timezone)
