"""Calendar periods of a time zone: when the day, week, month or year of a moment begins there, and the next one.

A period begins at the first instant of its first date in the zone. That is midnight, but for dates that begin later
because the clocks go forward then. Weeks begin on Monday. Times are milliseconds UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from simulator.domain.spans import DAY_MS
from simulator.domain.zones import UTC_NAME, zone

Period = Literal["lifetime", "calendar-day", "calendar-week", "calendar-month", "calendar-year"]
NO_START = -(2**63)
"""Where a lifetime begins: before every moment."""
NO_END = 2**63 - 1
"""Where a lifetime ends: after every moment."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DATE = _EPOCH.date()
_AROUND = 26 * 60 * 60 * 1000  # ms; no zone is, or was, further from UTC
_CACHED = 65_536  # dates of one process; a century of days has 36,525


def period_start(at: int, period: Period, timezone: str) -> int:
    """Return when the period that holds `at` begins; NO_START for a lifetime."""
    if period == "lifetime":
        return NO_START
    begins = date_start(_first_date(_date_at(at, timezone), period), timezone)
    following = next_period_start(begins, period, timezone)
    # clocks put back over midnight leave a date that has begun
    return following if following <= at else begins


def next_period_start(at: int, period: Period, timezone: str) -> int:
    """Return when the period after the one that holds `at` begins, which is always later; NO_END for a lifetime."""
    if period == "lifetime":
        return NO_END
    first = _first_date(_date_at(at, timezone), period)
    while (begins := date_start(first, timezone)) <= at:
        first = _next_date(first, period)
    return begins


@lru_cache(maxsize=_CACHED)
def date_start(day: date, timezone: str) -> int:
    """Return the first instant of a date in a zone."""
    if timezone == UTC_NAME:
        return (day - _EPOCH_DATE).days * DAY_MS
    # the earlier one where it comes twice
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone(timezone))
    begins = (midnight - _EPOCH) // timedelta(milliseconds=1)
    if _date_at(begins, timezone) == day and _date_at(begins - 1, timezone) < day:
        return begins
    low, high = begins - _AROUND, begins + _AROUND  # it never strikes midnight on that date
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (middle, high) if _date_at(middle, timezone) < day else (low, middle)
    return high


def _date_at(at: int, timezone: str) -> date:
    moment = _EPOCH + timedelta(milliseconds=at)
    return (moment if timezone == UTC_NAME else moment.astimezone(zone(timezone))).date()


def _first_date(day: date, period: Period) -> date:
    """Return the first date of the period that holds a date."""
    if period == "calendar-week":
        return day - timedelta(days=day.weekday())
    if period == "calendar-month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if period == "calendar-year" else day


def _next_date(first: date, period: Period) -> date:
    """Return the first date of the period after the one that begins at a date."""
    days = {"calendar-day": 1, "calendar-week": 7, "calendar-month": 31, "calendar-year": 366}[period]
    return _first_date(first + timedelta(days=days), period)
