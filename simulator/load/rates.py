"""Schedule load: a constant rate or ramps, and when each event is due."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.domain.errors import InputError
from simulator.world.measures import duration_ms

Floats = NDArray[np.float64]

_NUMBER: Final = re.compile(r"(\d+(?:\.\d+)?)([kM]?)")
_TIMES: Final = {"": 1.0, "k": 1e3, "M": 1e6}
_RATE: Final = "events a second such as 20000/s, 20k/s or 1.5M/s"
_STAGES: Final = "DURATION:RATE, several with commas, such as 10s:1k,30s:50k"
FOREVER: Final = 1e9
"""How long a constant rate lasts, seconds."""


@dataclass(frozen=True)
class Stage:
    """A part of a schedule: `seconds` long, with the rate changing evenly from `first` to `last` events a second."""

    seconds: float
    first: float
    last: float

    @property
    def events(self) -> float:
        """The number of events that fall due in it."""
        return self.seconds * (self.first + self.last) / 2


class Schedule:
    """Consecutive stages; the n-th event (from 0) is due when n + 1 events are."""

    def __init__(self, stages: tuple[Stage, ...]) -> None:
        self.stages = stages
        self._starts = np.cumsum([0.0, *(stage.seconds for stage in stages)])
        self._before = np.cumsum([0.0, *(stage.events for stage in stages)])

    @property
    def seconds(self) -> float:
        """The length in seconds."""
        return float(self._starts[-1])

    @property
    def events(self) -> int:
        """The number of events offered in all."""
        return int(self._before[-1] + 1e-6)

    def part(self, count: int) -> Schedule:
        """Return one of `count` equal parts: the same stages at a fraction of the rate."""
        return Schedule(tuple(Stage(one.seconds, one.first / count, one.last / count) for one in self.stages))

    def due(self, seconds: float) -> int:
        """Return how many events are due `seconds` after the start."""
        place = min(int(np.searchsorted(self._starts, seconds, side="right")) - 1, len(self.stages) - 1)
        stage, gone = self.stages[place], min(seconds, self.seconds) - float(self._starts[place])
        slope = (stage.last - stage.first) / stage.seconds
        return int(self._before[place] + gone * (stage.first + slope * gone / 2) + 1e-6)

    def times(self, first: int, count: int) -> Floats:
        """Return when events `first` and on are due, seconds after the start; those beyond the end, at the end."""
        wanted = np.arange(first + 1, first + count + 1, dtype=np.float64)
        places = np.minimum(np.searchsorted(self._before, wanted, side="left"), len(self.stages)) - 1
        begin = np.array([stage.first for stage in self.stages])[places]
        slopes = [(stage.last - stage.first) / stage.seconds for stage in self.stages]
        slope = np.array(slopes)[places]
        left = wanted - self._before[places]
        # begin·t + slope·t²/2 = left, in the form that does not lose digits where the slope is small
        root = np.sqrt(np.maximum(begin * begin + 2 * slope * left, 0.0))
        found: Floats = np.minimum(self._starts[places] + 2 * left / (begin + root), self.seconds)
        return found


def constant(rate: float, seconds: float = FOREVER) -> Schedule:
    """Return a schedule with `rate` events a second throughout."""
    return Schedule((Stage(seconds, rate, rate),))


def parse_rate(text: str, option: str = "--rate") -> float:
    """Parse events a second: `20000/s`, `20k`, `1.5M/s`.

    Raises:
        InputError: the text has another form, or the rate is 0 or above 1e8.

    """
    found = _NUMBER.fullmatch(text.strip().removesuffix("/s"))
    rate = float(found[1]) * _TIMES[found[2]] if found else 0.0
    if not 0 < rate <= 1e8:
        shown = text if text.strip() else f"'{text}'"
        raise InputError(f"{option} {shown}: not a rate; give {_RATE}")
    return rate


def parse_stages(text: str) -> Schedule:
    """Parse ramps as in k6: each goes from the rate before it (at first 0) to its own.

    Raises:
        InputError: a stage has another form, or nothing is offered.

    """
    stages: list[Stage] = []
    before = 0.0
    for part in text.split(","):
        span, colon, rate = part.strip().partition(":")
        try:
            seconds = duration_ms(span) / 1000 if colon else 0.0
        except ValueError:
            seconds = 0.0
        if not 0 < seconds <= 86_400:
            raise InputError(f"--stages '{text}': '{part}' is not a stage; give {_STAGES}")
        last = 0.0 if rate in ("0", "0/s") else parse_rate(rate, f"--stages {span}:")
        stages.append(Stage(seconds, before, last))
        before = last
    if not any(stage.last for stage in stages):
        raise InputError(f"--stages '{text}': offers no events; give {_STAGES}")
    return Schedule(tuple(stages))
