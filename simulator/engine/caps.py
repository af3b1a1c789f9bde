"""Caps: what one allows, by what was issued before in its window."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta

from simulator.domain.spans import DAY_MS
from simulator.engine.ledger import History
from simulator.program.model import Cap, CapWindow

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def fits(cap: Cap, history: History, at: int, value: int) -> bool:
    """Whether one more reward of `value` (minor units) at `at` (milliseconds) leaves the cap kept."""
    first = _first_in_window(cap.window, history.times, at)
    count = len(history.times) - first
    money = history.totals[-1] - history.totals[first]
    within_count = cap.count is None or count + 1 <= cap.count
    return within_count and (cap.value_minor is None or money + value <= cap.value_minor)


def _first_in_window(window: CapWindow, times: list[int], at: int) -> int:
    if window.kind == "lifetime":
        return 0
    if window.ms is not None:
        return bisect_right(times, at - window.ms)
    return bisect_left(times, period_start(window.kind, at))


def period_start(kind: str, at: int) -> int:
    """Return the start (milliseconds UTC) of the calendar period that holds `at`; weeks start on Monday."""
    day = _EPOCH + timedelta(days=at // DAY_MS)
    if kind == "calendar-week":
        day -= timedelta(days=day.weekday())
    elif kind == "calendar-month":
        day = day.replace(day=1)
    elif kind == "calendar-year":
        day = day.replace(month=1, day=1)
    return (day - _EPOCH).days * DAY_MS
