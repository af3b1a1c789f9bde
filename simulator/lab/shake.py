"""Move each assumed number of a world file to the ends of its range, one at a time, and see how the answer changes.

A study's intervals reflect luck alone. How people respond to an offer, for example, is assumed; if the answer depends
on that, no number of markets makes it more certain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from simulator.lab.measures import Measure
from simulator.lab.statistics import Interval, mean_interval
from simulator.program.revise import revise
from simulator.world.spec import WorldSpec, load_world
from simulator.world.spec_assumed import Assumption

Turn = Literal["holds", "open", "turned"]


@dataclass(frozen=True)
class Shaken:
    """What an assumption does to the answer at both ends of its range.

    The answer is the mean of a figure, or of its difference between two designs.
    """

    assumption: Assumption
    low: Interval
    high: Interval
    turn: Turn

    @property
    def spread(self) -> float:
        """Return how far apart the answers at both ends are."""
        return abs((self.high.value or 0.0) - (self.low.value or 0.0))


def shaken_worlds(text: str, file: str) -> Iterator[tuple[Assumption, WorldSpec, WorldSpec]]:
    """Yield for each assumption of a world file the worlds at the ends of its range; `file` names it in messages.

    Raises:
        WorldError: the file is not valid, or is not with a number moved to an end.

    """
    for one in load_world(text, file).assumptions:
        low, high = (
            load_world(revise(text, {one.path: repr(end)}), f"{file} with {one.name} = {end:g}")
            for end in (one.low, one.high)
        )
        yield one, low, high


def answer(markets: pl.DataFrame, measure: Measure, names: Sequence[str]) -> Interval:
    """Return the mean of a figure under one design, or of its difference between the second and the first."""
    values = [measure.of(markets.filter(design=name).sort("seed")) for name in names[:2]]
    return mean_interval(values[0] if len(values) == 1 else values[1] - values[0])


def shake(
    worlds: Sequence[tuple[Assumption, WorldSpec, WorldSpec]],
    run: Callable[[WorldSpec], pl.DataFrame],
    measure: Measure,
    names: Sequence[str],
    base: Interval,
) -> list[Shaken]:
    """Return what each assumption does to the answer `base`, the one that moves it most first.

    `run` returns the frame `markets` of one design, or of two that are compared, in a world. With two, an assumption
    turns the decision if at one end the whole interval is on the other side of 0, and leaves it open if that
    interval contains 0.
    """
    found = []
    for one, low, high in worlds:
        ends = answer(run(low), measure, names), answer(run(high), measure, names)
        found.append(Shaken(one, *ends, _turn(base, ends) if len(names) > 1 else "holds"))
    return sorted(found, key=lambda one: -one.spread)


def _turn(base: Interval, ends: Sequence[Interval]) -> Turn:
    signs = {end.sign for end in ends}
    if base.sign == 0:
        return "turned" if signs - {0} else "open"
    if -base.sign in signs:
        return "turned"
    return "open" if 0 in signs else "holds"
