"""What the oracle asks of a reward's limits: its numbers, its caps' windows, and what a reversal can still undo."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from simulator.program.model import CapWindow, Reward

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def why_in_vain(lines: list[Any]) -> str:
    """Why a reversal changed none of the lines that its conversion has."""
    if not lines:
        return "no-reward"
    issued = [line for line in lines if line.state == "issued"]
    if not issued:
        return "not-issued"
    kept_for = [line.reward.clawback_ms for line in issued]
    return "no-clawback" if all(span is None for span in kept_for) else "clawback-over"


def numbered(reward: Reward, number: int) -> bool:
    if reward.every is not None and number % reward.every != 0:
        return False
    if reward.tier is None:
        return True
    first, last = reward.tier
    return first <= number and (last is None or number <= last)


def _day(at: int) -> date:
    return (EPOCH + timedelta(milliseconds=at)).date()


def same_window(window: CapWindow, issued_at: int, due_at: int) -> bool:
    """Whether what was issued then counts in the window up to `due_at`."""
    if window.kind == "lifetime":
        return True
    if window.kind == "rolling":
        assert window.ms is not None
        return due_at - window.ms < issued_at <= due_at
    then, now = _day(issued_at), _day(due_at)
    match window.kind:
        case "calendar-day":
            return then == now
        case "calendar-week":  # ISO weeks start on Monday
            return then.isocalendar()[:2] == now.isocalendar()[:2]
        case "calendar-month":
            return (then.year, then.month) == (now.year, now.month)
        case "calendar-year":
            return then.year == now.year
