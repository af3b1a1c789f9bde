"""Go back and forth in time: the moment that a key leads to. Pure; moments are milliseconds UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from referral_tui.figures import HOUR

if TYPE_CHECKING:
    from db.read.queries import ClockRow


def travel(at: int | None, hours: int, clock: ClockRow | None) -> int | None:
    """Find the moment `hours` after `at` (before it, if negative); None is now.

    Moments of the past are full hours, as rollups are: the first step back leads to the last full hour, and
    no step goes before the start of the run. At the end it is now again.
    """
    if clock is None:
        return None
    now = clock.sim_at
    if at is None:
        if hours >= 0:
            return None
        start = full_hour(now)
        at = start + HOUR if start < now else start
    wanted = at + hours * HOUR
    if wanted >= now:
        return None
    return max(wanted, full_hour(clock.starts_at) + HOUR) if clock.starts_at else wanted


def full_hour(at: int) -> int:
    """Find the start of a moment's hour."""
    return at - at % HOUR
