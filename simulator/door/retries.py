"""When a message that was not taken is sent again: the schedule that Standard Webhooks gives, with jitter.

A receiver that is overloaded may put that off with `Retry-After`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from simulator.door.posting import Posted

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
_OVERLOADED: Final = frozenset({429, 503})
JITTER: Final = 0.1
"""A pause is longer by up to this share of it, so that subscribers that failed together are not tried together."""


def pause_ms(tries: int, chance: Callable[[], float]) -> int | None:
    """Return the milliseconds from the try with this number, from 1, to the next one; None: there is no next one.

    `chance` gives a number from 0 to 1.
    """
    if tries > len(SCHEDULE_S):
        return None
    return round(SCHEDULE_S[tries - 1] * 1000 * (1 + JITTER * chance()))


def put_off_ms(posted: Posted, now: int) -> int:
    """Return the milliseconds for which an answer of 429 or 503 asks not to be tried again, 24 hours at most.

    It asks with `Retry-After`, in seconds or with a date; `now` is the wall clock's time in milliseconds UTC.
    """
    said = posted.retry_after
    if posted.status not in _OVERLOADED or said is None:
        return 0
    if re.fullmatch(r"[0-9]{1,9}", said.strip()):
        asked = int(said) * 1000
    else:
        try:
            moment = parsedate_to_datetime(said)
        except ValueError:
            return 0
        asked = round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000) - now
    return min(max(0, asked), SCHEDULE_S[-1] * 1000)


def next_try(posted: Posted, tries: int, now: int, chance: Callable[[], float]) -> int | None:
    """Return when a message is sent again whose try with this number, from 1, came to nothing; None: never.

    That is by the schedule, or later where the receiver asks for it: one that asked to be tried sooner would have used
    up all tries in seconds. Both `now` and what is returned are of the wall clock, milliseconds UTC.
    """
    pause = pause_ms(tries, chance)
    return None if pause is None else now + max(pause, put_off_ms(posted, now))


def left_ms(tried_at: int, next_at: int, now: int) -> int:
    """Return the milliseconds until the next try; all are of the wall clock.

    Where that was turned back to before the last try, no moment of it can be trusted, and the next try is now.
    """
    return 0 if now < tried_at else max(0, next_at - now)
