"""Map time to lived time: hours of the day, days of the week and seasons as a time-warp of an intensity.

Lived time runs at the intensity's pace: fast on a Sunday evening, nearly still at four in the morning. Delays are
drawn in lived time and mapped back, so that a delay of a night's length from midnight ends at breakfast.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.domain.spans import DAY_MS, HOUR_MS
from simulator.world.draws import Floats, Ints, Keys, Purpose, lognormal

if TYPE_CHECKING:  # pydantic and the world's file: who only receives events loads neither
    from simulator.world.measures import Delay
    from simulator.world.spec_people import Rhythm as RhythmSpec

YEAR_MS = 365.25 * DAY_MS
_FLOOR = 0.02  # pace never drops to 0: lived time must be invertible


class Rhythm:
    """Maps milliseconds UTC to lived milliseconds and back, over the days of a run.

    A lived millisecond is a millisecond on average over a year. Moments after the run's end are only known to be after
    it.
    """

    def __init__(self, spec: RhythmSpec, start_ms: int, days: int) -> None:
        self._origin = start_ms - start_ms % HOUR_MS
        hours = self._origin // HOUR_MS + np.arange(days * 24 + 25)
        by_hour = np.asarray(spec.hours) / np.mean(spec.hours)
        by_weekday = np.asarray(spec.weekdays) / np.mean(spec.weekdays)
        by_month = np.asarray(spec.months) / np.mean(spec.months)
        day = hours // 24
        weekday = (day + 3) % 7  # 1 January 1970 was a Thursday
        first = int(day[0])
        month = np.array(
            [
                datetime.fromtimestamp(int(d) * 86_400, tz=UTC).month - 1
                for d in range(first, int(day[-1]) + 1)
            ]
        )
        self._pace: Floats = np.maximum(
            by_hour[hours % 24] * by_weekday[weekday] * by_month[month[day - first]], _FLOOR
        )
        self._lived: Floats = np.concatenate(([0.0], np.cumsum(self._pace * HOUR_MS)))

    def lived(self, at_ms: Ints) -> Floats:
        """Return the lived time of moments in milliseconds UTC."""
        hour, rest = np.divmod(at_ms - self._origin, HOUR_MS)
        hour = np.clip(hour, 0, len(self._pace) - 1)
        return np.asarray(self._lived[hour] + rest * self._pace[hour], dtype=np.float64)

    def moment(self, lived: Floats) -> Ints:
        """Return the milliseconds UTC of lived times; one past the table comes out past the run's end."""
        hour = np.searchsorted(self._lived, lived, side="right") - 1
        hour = np.clip(hour, 0, len(self._pace) - 1)
        past = np.minimum((lived - self._lived[hour]) / self._pace[hour], 1e15)
        return (self._origin + hour * HOUR_MS + past).astype(np.int64)

    def later(self, at_ms: Ints, delay_ms: Floats) -> Ints:
        """Return the moments after delays in lived milliseconds, at least a millisecond later."""
        if not len(at_ms):
            return at_ms
        return np.maximum(self.moment(self.lived(at_ms) + delay_ms), at_ms + 1)

    def after(
        self, at_ms: Ints, keys: Keys, purpose: Purpose, delay: Delay, index: NDArray[np.integer] | int = 0
    ) -> Ints:
        """Return the moments after delays in lived time, one drawn for each."""
        if not len(at_ms):
            return at_ms
        return self.later(at_ms, lognormal(keys, purpose, delay.median, delay.spread, index))
