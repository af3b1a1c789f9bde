"""The clock of a door: the wall's, one that runs a number of times as fast, or one that stands until it is set."""

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
    """Tells the time of receipt in milliseconds UTC.

    `pace` is simulated milliseconds per millisecond of a clock that runs faster or slower than the wall's, else None.
    """

    def __init__(
        self, kind: str, starts_at: int | None = None, seconds: Callable[[], float] = monotonic
    ) -> None:
        """Make a clock of this kind: `real`, `frozen` or a number of times such as `3600x`.

        A clock that is not real starts at `starts_at` (milliseconds UTC), or where the wall's is. `seconds` is what an
        accelerated one is measured by.

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
        """Whether the clock stands until it is set."""
        return self.kind == FROZEN

    def now_ms(self) -> int:
        """Return the time, milliseconds UTC."""
        if self.kind == REAL:
            return wall_ms()
        if self.pace is None:
            return self._from_ms
        return self._from_ms + int((self._seconds() - self._from_s) * 1000 * self.pace)

    @classmethod
    def going_on(cls, kind: str, reached_ms: int) -> DoorClock:
        """Make a clock of this kind for a platform whose time is `reached_ms` (milliseconds UTC; 0: it is new).

        One that is not real goes on from there.

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
            f"--clock {kind}: no such clock; write real, frozen, or how many times as fast it runs, such as 3600x "
            f"(at most {_MOST_TIMES:.0f}x)"
        )
    return float(found[1])
