"""Tell a door the time: by the wall clock, an accelerated clock, or one that stands still until it is set."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import monotonic
from typing import Final

from simulator.domain.errors import InputError
from simulator.domain.wall_clock import wall_ms

REAL: Final = "real"
FROZEN: Final = "frozen"
_TIMES: Final = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,3})?)x")
_MOST_TIMES: Final = 1_000_000.0  # a year in half a minute


class DoorClock:
    """The clock by which events are received, in milliseconds UTC; it never goes back.

    `pace` is how many milliseconds pass per real millisecond on an accelerated clock, else None.
    """

    def __init__(
        self, kind: str, starts_at: int | None = None, seconds: Callable[[], float] = monotonic
    ) -> None:
        """Make a clock of this kind: `real`, `frozen`, or a multiple such as `3600x`.

        It starts at `starts_at` (milliseconds UTC), by default now; a real one stands there until the wall clock has
        reached that time. `seconds` is what drives an accelerated clock.

        Raises:
            InputError: there is no such kind.

        """
        self.kind = kind
        self.pace: float | None = None
        self._seconds = seconds
        if kind not in (REAL, FROZEN):
            self.pace = _times(kind)
        self._from_ms = wall_ms() if starts_at is None else starts_at
        self._from_s = seconds()

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still until it is set."""
        return self.kind == FROZEN

    def now_ms(self) -> int:
        """Return the time in milliseconds UTC."""
        if self.kind == REAL:
            self._from_ms = max(self._from_ms, wall_ms())  # the wall clock may be set back
            return self._from_ms
        if self.pace is None:
            return self._from_ms
        return self._from_ms + int((self._seconds() - self._from_s) * 1000 * self.pace)

    @property
    def stands_until(self) -> int | None:
        """The time at which a real clock stands while the wall clock is behind it, milliseconds UTC, else None."""
        return self._from_ms if self.kind == REAL and wall_ms() < self._from_ms else None

    @classmethod
    def going_on(cls, kind: str, reached_ms: int) -> DoorClock:
        """Make a clock of this kind for a platform whose time is `reached_ms` (milliseconds UTC; 0 for a new one).

        It continues from there, a real one as soon as the wall clock has reached that time.

        Raises:
            InputError: there is no such kind.

        """
        return cls(kind, reached_ms or None)

    def set(self, now_ms: int) -> None:
        """Set a frozen clock to `now_ms` (milliseconds UTC)."""
        self._from_ms = now_ms


def _times(kind: str) -> float:
    found = _TIMES.fullmatch(kind)
    if found is None or not 0 < float(found[1]) <= _MOST_TIMES:
        raise InputError(
            f"--clock {kind}: no such clock; write real, frozen, or how many times as fast to run, such as 3600x "
            f"(at most {_MOST_TIMES:.0f}x)"
        )
    return float(found[1])
