"""Check caps: how much one allows, given what was issued in its window so far."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from simulator.domain.calendars import period_start
from simulator.engine.history import History
from simulator.program.model import Cap, CapWindow


def fits(cap: Cap, timezone: str, history: History, at: int, value: int) -> bool:
    """Return whether one more reward of `value` (minor units) at `at` (milliseconds) respects the cap.

    Calendar windows are of `timezone`, that of the version that judged the conversion.
    """
    if _leaves(cap, len(history.times), history.totals[-1], value):
        return True  # for any window: finding its start takes longer than everything else
    first = _first_in_window(cap.window, timezone, history.times, at)
    count = len(history.times) - first
    money = history.totals[-1] - history.totals[first]
    return _leaves(cap, count, money, value)


def room_left(cap: Cap, timezone: str, history: History, at: int) -> int:
    """Return how much money (minor units) a cap leaves at `at` (milliseconds), negative if it is exceeded.

    The cap is one of money only.
    """
    first = _first_in_window(cap.window, timezone, history.times, at)
    return (cap.value_minor or 0) - (history.totals[-1] - history.totals[first])


def _leaves(cap: Cap, count: int, money: int, value: int) -> bool:
    """Return whether a cap has room for one more of a value, given how many and how much (minor units) it counts."""
    within_count = cap.count is None or count + 1 <= cap.count
    return within_count and (cap.value_minor is None or money + value <= cap.value_minor)


def _first_in_window(window: CapWindow, timezone: str, times: list[int], at: int) -> int:
    if window.kind == "rolling":
        return bisect_right(times, at - (window.ms or 0))
    return bisect_left(times, period_start(at, window.kind, timezone))
