"""When a message that was not taken is sent again: the schedule that Standard Webhooks gives, with jitter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
SCHEDULE_S: Final = (
    5,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
"""Seconds from each try in vain to the next one; after the last one the message is given up."""
JITTER: Final = 0.1
"""A pause is longer by up to this share of it, so that subscribers that failed together are not tried together."""


def pause_ms(tries: int, chance: Callable[[], float]) -> int | None:
    """Return the milliseconds from the try with this number, from 1, to the next one; None: there is no next one.

    `chance` gives a number from 0 to 1.
    """
    if tries > len(SCHEDULE_S):
        return None
    return round(SCHEDULE_S[tries - 1] * 1000 * (1 + JITTER * chance()))


def left_ms(tried_at: int, next_at: int, now: int) -> int:
    """Return the milliseconds until the next try; all are of the wall clock.

    Where that was turned back to before the last try, no moment of it can be trusted, and the next try is now.
    """
    return 0 if now < tried_at else max(0, next_at - now)
