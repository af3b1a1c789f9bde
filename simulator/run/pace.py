"""The pace of a run: how much simulated time passes in a second of wall-clock time."""

from __future__ import annotations

from simulator.domain.errors import InputError
from simulator.platform.session import AS_FAST_AS_POSSIBLE
from simulator.world.measures import duration_ms

MAX = AS_FAST_AS_POSSIBLE
_RIGHT = "max, or simulated time per second such as 1d/s, 6h/s or 30m/s"


def parse_pace(text: str) -> float:
    """Parse a pace into simulated milliseconds per wall-clock millisecond; 0 means as fast as possible.

    Raises:
        InputError: the text is not a pace.

    """
    if text == "max":
        return MAX
    span, slash, unit = text.partition("/")
    try:
        if not slash or unit != "s":
            raise ValueError(text)
        pace = duration_ms(span) / 1000
    except ValueError:
        raise InputError(f"--pace {text}: not a pace; use {_RIGHT}") from None
    if pace <= 0:
        raise InputError(f"--pace {text}: must be more than zero; use {_RIGHT}")
    return pace
