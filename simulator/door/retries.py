"""Decide when a message that was not acknowledged is sent again: the schedule of Standard Webhooks, with jitter.

An overloaded receiver can postpone the retry with `Retry-After`.
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
"""Seconds from each failed attempt to the next; after the last one the message is given up."""
_OVERLOADED: Final = frozenset({429, 503})
JITTER: Final = 0.1
"""Each pause is lengthened by up to this share, so that subscribers that failed together are not retried together."""


def pause_ms(tries: int, chance: Callable[[], float]) -> int | None:
    """Return the milliseconds from attempt number `tries`, from 1, to the next one, or None after the last.

    `chance` gives a number from 0 to 1.
    """
    if tries > len(SCHEDULE_S):
        return None
    return round(SCHEDULE_S[tries - 1] * 1000 * (1 + JITTER * chance()))


def put_off_ms(posted: Posted, now: int) -> int:
    """Return for how many milliseconds an answer of 429 or 503 asks not to be retried, 24 hours at most.

    It asks with `Retry-After`, in seconds or as a date; `now` is the wall clock's time in milliseconds UTC.
    """
    header = posted.retry_after
    if posted.status not in _OVERLOADED or header is None:
        return 0
    if re.fullmatch(r"[0-9]{1,9}", header.strip()):
        asked = int(header) * 1000
    else:
        try:
            moment = parsedate_to_datetime(header)
        except (ValueError, OverflowError):  # the latter for an offset of many digits
            return 0
        asked = round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000) - now
    return min(max(0, asked), SCHEDULE_S[-1] * 1000)


def next_try(posted: Posted, tries: int, now: int, chance: Callable[[], float]) -> int | None:
    """Return when to send a message again whose attempt number `tries`, from 1, failed, or None for never.

    That follows the schedule, or is later if the receiver asks for it, but never sooner: a receiver could use up all
    attempts within seconds. Both `now` and the result are wall-clock times, milliseconds UTC.
    """
    pause = pause_ms(tries, chance)
    return None if pause is None else now + max(pause, put_off_ms(posted, now))


def left_ms(tried_at: int, next_at: int, now: int) -> int:
    """Return the milliseconds until the next attempt; all times are by the wall clock.

    If that was set back to before the last attempt, the stored times can't be trusted, and the next attempt is now.
    """
    return 0 if now < tried_at else max(0, next_at - now)
