"""The people's side in windows of three days, and when what people feel begins to count.

A window is made of the people as they were at its start. What was felt before its start counts from its end on: so
a window can be made while the one before is still being judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import polars as pl

from simulator.domain.spans import DAY_MS
from simulator.program.model import Program
from simulator.world.feedback import OutcomeFeedback
from simulator.world.operator import LOOKAHEAD_MS
from simulator.world.spec import WorldSpec
from simulator.world.world import World


@dataclass(frozen=True)
class Setting:
    """Everything that decides a world: the file, the program at the start, the seed, the size, the time."""

    spec: WorldSpec
    program: Program
    seed: int
    referrers: int
    start_ms: int
    days: int

    @property
    def end_ms(self) -> int:
        """When it ends, milliseconds UTC."""
        return self.start_ms + self.days * DAY_MS

    def world(self) -> World:
        """Set out."""
        return World(
            self.spec,
            self.program,
            seed=self.seed,
            referrers=self.referrers,
            start_ms=self.start_ms,
            days=self.days,
        )


@dataclass(frozen=True)
class Window:
    """What people did before `until_ms`, since the last window: events, and who became known (`CRM_SCHEMA`)."""

    until_ms: int
    events: pl.DataFrame
    people: pl.DataFrame


class Windows(Protocol):
    """Windows one after another, made here or elsewhere."""

    def next(self, felt: OutcomeFeedback) -> Window:
        """The next window; `felt` is what was felt before its start and not given yet: it counts from its end on."""

    def close(self) -> None:
        """No more windows are wanted."""


class InProcessWorld:
    """Windows made in this process, each as it is asked for."""

    def __init__(self, setting: Setting) -> None:
        self._world = setting.world()
        self._until = self._world.start_ms

    def next(self, felt: OutcomeFeedback) -> Window:
        """The next window; see `Windows`."""
        window = self.make()
        self.feel(felt)
        return window

    def make(self) -> Window:
        """The next window."""
        self._until = min(self._world.end_ms, self._until + LOOKAHEAD_MS)
        return Window(self._until, self._world.advance(self._until), self._world.take_people())

    def feel(self, felt: OutcomeFeedback) -> None:
        """What was felt before the start of the window made last."""
        self._world.feel(felt)

    @property
    def noticed(self) -> int:
        """How many people have come to anyone's notice so far."""
        return self._world.noticed

    def close(self) -> None:
        """Nothing is held."""
