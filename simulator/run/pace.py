"""The pace of a run: how much simulated time goes by in a second of the wall clock."""

from __future__ import annotations

from simulator.domain.errors import InputError
from simulator.world.measures import duration_ms

MAX = 0.0  # as fast as it goes
_RIGHT = "max, or simulated time a second such as 1d/s, 6h/s, 30m/s"


def parse_pace(text: str) -> float:
    """Simulated milliseconds per wall millisecond; 0 is as fast as it goes. Raises InputError."""
    if text == "max":
        return MAX
    span, slash, unit = text.partition("/")
    try:
        if not slash or unit != "s":
            raise ValueError(text)
        pace = duration_ms(span) / 1000
    except ValueError:
        raise InputError(f"--pace {text}: no pace; right is {_RIGHT}") from None
    if pace <= 0:
        raise InputError(f"--pace {text}: time must go on; right is {_RIGHT}")
    return pace
