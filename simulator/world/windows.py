"""Advance the world in windows of three days, and delay feedback so that windows can be made ahead.

A window is made from the people as they were at its start. Feedback from before its start takes effect from its end on,
so that a window can be made while the previous one is still being judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import polars as pl

from simulator.domain.spans import DAY_MS
from simulator.program.model import Program
from simulator.world.counting import Counted
from simulator.world.feedback import OutcomeFeedback
from simulator.world.operator import LOOKAHEAD_MS
from simulator.world.spec import WorldSpec
from simulator.world.spec_buying import Offer
from simulator.world.world import World

START_MS: Final = 1_767_225_600_000
"""2026-01-01T00:00:00Z: the start of a world if neither the user nor the program gives one."""


def start_of(program: Program) -> int:
    """Return the default start of a world under a program, milliseconds UTC: the program's own, if it has one."""
    return program.starts_ms if program.starts_ms is not None else START_MS


@dataclass(frozen=True)
class WorldSetup:
    """Everything that determines a world: the file, the first program, the seed, the size and the time.

    With several seeds it is a world of several markets, each of that size. `offers` say how people respond in each of
    them; without it, everybody responds as the file says. With `counting`, events that change nothing but sums are
    counted instead of being made.
    """

    spec: WorldSpec
    program: Program
    seed: int | Sequence[int]
    referrers: int
    start_ms: int
    days: int
    offers: Sequence[Offer] = ()
    counting: bool = False

    @property
    def end_ms(self) -> int:
        """When the world ends, milliseconds UTC."""
        return self.start_ms + self.days * DAY_MS

    def world(self) -> World:
        """Create the world at its start."""
        return World(
            self.spec,
            self.program,
            seed=self.seed,
            referrers=self.referrers,
            start_ms=self.start_ms,
            days=self.days,
            offers=self.offers,
            counting=self.counting,
        )


@dataclass(frozen=True)
class Window:
    """What people did before `until_ms` and after the last window: events, and who became known (`CRM_SCHEMA`).

    `counted` are those that were counted instead of being made into events, if that was wanted.
    """

    until_ms: int
    events: pl.DataFrame
    people: pl.DataFrame
    counted: Sequence[Counted] = ()


class Windows(Protocol):
    """A source of consecutive windows, made in this process or in another."""

    def next(self, feedback: OutcomeFeedback) -> Window:
        """Return the next window.

        `feedback` is from before the window's start and was not passed yet; it counts from the window's end on.
        """

    def close(self) -> None:
        """Release the source; no more windows are wanted."""


class InProcessWorld:
    """Makes each window in this process, when it is asked for."""

    def __init__(self, setup: WorldSetup) -> None:
        self._world = setup.world()
        self._until = self._world.start_ms

    def next(self, feedback: OutcomeFeedback) -> Window:
        """Return the next window; see `Windows.next`."""
        window = self.make()
        self.apply_feedback(feedback)
        return window

    def make(self) -> Window:
        """Make the next window without applying feedback."""
        self._until = min(self._world.end_ms, self._until + LOOKAHEAD_MS)
        events = self._world.advance(self._until)
        return Window(self._until, events, self._world.take_people(), self._world.take_counted())

    def apply_feedback(self, feedback: OutcomeFeedback) -> None:
        """Apply feedback from before the start of the window made last."""
        self._world.apply_feedback(feedback)

    @property
    def people_count(self) -> int:
        """How many people have been created so far."""
        return self._world.people_count

    def close(self) -> None:
        """Do nothing: no resource is held."""
