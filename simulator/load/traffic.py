"""Make endless traffic: messages as columns in order of receipt, from a preset's world or a recording.

When the world or the recording ends it starts again, at a later time and with other people, codes and ids, so that a
repeat is new load rather than duplicates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from simulator.delivery.models import Channels
from simulator.delivery.queue import ArrivalQueue
from simulator.delivery.wire import on_wire
from simulator.domain.errors import InputError
from simulator.domain.spans import DAY_MS
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.load.dense import dense
from simulator.program.model import Program
from simulator.run.plan import Plan
from simulator.world.world import World

_RENEWED = ("id", "subject", "code", "contact_ref", "device_ref", "reverses", "decision_id")
"""Columns that identify a person, a thing or a message; a repeat renames them."""
_MOST_DAYS = 30  # made at once: keeps a small market small in memory, whatever is asked for


@dataclass(frozen=True)
class Span:
    """When traffic happens: from `start_ms`, each pass `length_ms` long (milliseconds UTC)."""

    start_ms: int
    length_ms: int


class Traffic(Protocol):
    """A source of messages."""

    @property
    def loops(self) -> int:
        """How often the traffic has started, from 1."""

    @property
    def span(self) -> Span:
        """When the first pass happens, and how long each is."""

    @property
    def left_out(self) -> int:
        """Messages of a recorded log that can't be played: malformed ones, and repeats where nothing is stored."""

    def take(self, count: int) -> pl.DataFrame:
        """Return the next messages (MESSAGE_SCHEMA, `received_at` rising): at least one, at most `count`."""

    def close(self) -> None:
        """Release the source; no more messages are wanted."""


def span_of(plan: Plan) -> Span:
    """Return when a plan's market happens."""
    return Span(plan.start_ms, plan.days * DAY_MS)


def renewed(messages: pl.DataFrame, loop: int, later_ms: int) -> pl.DataFrame:
    """Return the `loop`-th pass (from 1) over messages: `later_ms` later, with everybody and everything renamed."""
    if loop == 1:
        return messages
    tail = pl.lit(f".{loop}")
    return messages.with_columns(
        pl.col("received_at", "occurred_at") + later_ms,
        *(pl.col(name) + tail for name in _RENEWED),
    ).filter(pl.col("program").is_null())  # a program that came into force stays in force


class WorldTraffic:
    """A preset's people, as delivered; each loop is another such market, following the previous one."""

    def __init__(self, plan: Plan, program: Program, *, hurried: bool = False) -> None:
        """Start the first market; `hurried` people make dense traffic.

        Raises:
            WorldError, InputError: the plan can't be carried out.

        """
        self.left_out = 0
        self._plan, self._program = plan, program
        self._spec = dense(plan.world()) if hurried else plan.world()
        self._models = plan.models(self._spec)
        self.span = span_of(plan)
        self.loops = 0
        self._begin()

    def take(self, count: int) -> pl.DataFrame:
        """Return the next messages, at most `count`."""
        while True:
            taken = self._queue.take(self._ready_until, count)
            if taken.height:
                return renewed(taken.select(list(MESSAGE_SCHEMA)), self.loops, 0)
            if self._ready_until >= self._world.end_ms:
                self._begin()
            else:
                self._make(count)

    def close(self) -> None:
        """Do nothing: no resource is held."""

    def _begin(self) -> None:
        """Start the next market, with other people, when the previous one is over."""
        plan = self._plan
        start_ms = plan.start_ms + self.loops * plan.days * DAY_MS
        self._world = World(
            self._spec,
            self._program,
            seed=plan.seed + self.loops,
            referrers=plan.referrers,
            start_ms=start_ms,
            days=plan.days,
        )
        self._channels = Channels(self._models, plan.seed + self.loops)
        self._queue = ArrivalQueue()
        self._ready_until = start_ms
        self._a_day = float(plan.referrers)  # events per day, overestimated: begin with one day
        self.loops += 1

    def _make(self, count: int) -> None:
        """Simulate as many days as should give `count` messages, as a call costs as much as 1,000 events."""
        days = min(max(round(count / max(self._a_day, 1.0)), 1), _MOST_DAYS)
        until = min(self._ready_until + days * DAY_MS, self._world.end_ms)
        events = self._world.advance(until)
        self._world.take_people()  # names are not needed here
        arrivals, _, _ = self._channels.of(events)  # no files are written here
        self._queue.put(on_wire(events, arrivals))
        self._a_day = events.height * DAY_MS / (until - self._ready_until)
        self._ready_until = until


class Recording:
    """Messages in memory, played again and again."""

    def __init__(self, messages: pl.DataFrame, name: str, malformed: int = 0, repeats: int = 0) -> None:
        """Take `messages` in order of receipt; `malformed` lines and `repeats` were left out of them.

        Raises:
            InputError: there is none that can be played again and again; changes of program are played once.

        """
        if not messages["program"].is_null().any():
            lines = f" (malformed lines: {malformed:,}; `ingest` gives the reasons)" if malformed else ""
            raise InputError(f"{name}: contains no event{lines}; a load test needs events to play")
        self._messages = messages
        first, last = messages["received_at"][0], messages["received_at"][-1]
        self._span = int(last) - int(first) + 1
        self.span = Span(int(first), self._span)
        self._place = 0
        self.loops = 1
        self.left_out = malformed + repeats

    def close(self) -> None:
        """Do nothing: no resource is held."""

    def again(self) -> Recording:
        """Return the same recording from its start."""
        return Recording(self._messages, "recording")

    def take(self, count: int) -> pl.DataFrame:
        """Return the next messages, at most `count`."""
        while True:
            if self._place == self._messages.height:
                self._place, self.loops = 0, self.loops + 1
            part = self._messages[self._place : self._place + count]
            self._place += part.height
            messages = renewed(part, self.loops, (self.loops - 1) * self._span)
            if messages.height:
                return messages


def gather(traffic: Traffic, count: int) -> pl.DataFrame:
    """Return exactly the next `count` messages."""
    parts = [traffic.take(count)]
    found = parts[0].height
    while found < count:
        parts.append(traffic.take(count - found))
        found += parts[-1].height
    return parts[0] if len(parts) == 1 else pl.concat(parts)


_PIECE = 50_000
PREPARED = 4_000_000
"""Most messages made before the clock starts, and then played again: about 1 GB of columns."""


def prepared(
    traffic: Traffic, events: int | None, name: str, progress: Callable[[int, int], None]
) -> Recording:
    """Make traffic before the clock starts, so that making it is not part of what is measured."""
    wanted = min(events or PREPARED, PREPARED)
    parts: list[pl.DataFrame] = []
    for made in range(0, wanted, _PIECE):
        parts.append(gather(traffic, min(_PIECE, wanted - made)))
        progress(made, wanted)
    return Recording(pl.concat(parts, rechunk=True), name)
