"""Offer traffic by a schedule or as fast as it goes, and record what the figures are made of.

Open load (a schedule): an event is due at its intended time, whether or not those before it are done; its latency
counts from there, so that a stall counts for every event that fell due in it (no coordinated omission). Closed load:
a batch is offered when the one before was taken, and its latency counts from when it was ready.

An open load drains: what was due by the end of its time is still sent, for `Limits.drain` seconds at most.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from simulator.domain.wall_clock import Clock
from simulator.load.rates import Floats, Schedule
from simulator.load.target import Target
from simulator.load.traffic import Traffic, gather
from simulator.measuring.tally import Tally, late_arrivals
from simulator.platform.receipts import Counts

_NAP_S = 0.05  # longest sleep of a paced run, so that it notices an interruption
# batches this large are timed rule by rule; of smaller ones, which that would slow down, only one in so many
_DETAILED_EVENTS, _DETAILED_EVERY = 1000, 8


@dataclass(frozen=True)
class Limits:
    """When a run ends: after so many events or seconds, or at the end of the schedule, whichever comes first.

    What an open load should have sent by then is still sent, within at most `drain` more seconds.
    """

    events: int | None = None
    seconds: float | None = None
    drain: float = 30.0


class Drive:
    """One load run; call `go` once."""

    def __init__(
        self,
        traffic: Traffic,
        target: Target,
        *,
        wall: Clock,
        schedule: Schedule | None,
        limits: Limits,
        batch: int,
        stopped: Callable[[], bool] = lambda: False,
        tick: Callable[[Tally], None] = lambda _tally: None,
    ) -> None:
        """Prepare a run. `tick` is called often, between batches and while nothing is due."""
        self.tally = Tally()
        self._traffic, self._target, self._wall = traffic, target, wall
        self._schedule, self._limits, self._batch = schedule, limits, batch
        self._stopped, self._tick = stopped, tick
        # when each batch was done, its intended times and receipts; other threads append
        self._finished: deque[tuple[float, Floats, Counts]] = deque()
        self._start, self._last = 0.0, 0
        self._end, self._wanted = _asked_for(schedule, limits)

    def go(self) -> bool:
        """Drive to the end; return whether it was reached without being stopped."""
        self._start = self._wall.now()
        ended = self._loop()
        tally = self.tally
        if self._schedule is None:
            tally.offered = tally.sent
        else:
            self._ask(self._now())
        if self._schedule is not None and tally.offered > tally.sent:  # events that have no latency
            tally.fell_behind(self._now() - float(self._schedule.times(tally.sent, 1)[0]))
        self._target.flush()
        tally.elapsed = self._now()
        self._target.settle()
        tally.settling = self._now() - tally.elapsed
        self._collect()
        self._tick(tally)
        return ended

    def _loop(self) -> bool:
        tally = self.tally
        while not self._stopped():
            now = tally.elapsed = self._now()
            self._ask(now)
            if self._over(now):
                return True
            wanted = min(tally.offered - tally.sent, self._batch)
            if wanted > 0:
                self._send(now, wanted)
            else:
                self._nap(now)
            self._collect()
            self._tick(tally)
        return False

    def _over(self, now: float) -> bool:
        events, seconds = self._limits.events, self._limits.seconds
        if events is not None and self.tally.sent >= events:
            return True
        if self._schedule is None:
            return seconds is not None and now >= seconds
        return now >= self._end and (self.tally.sent >= self._wanted or now >= self._end + self._limits.drain)

    def _ask(self, now: float) -> None:
        """Count the events offered by now, and the part of the schedule's own time that has passed."""
        tally = self.tally
        if self._schedule is not None:
            if tally.asked < self._end:
                tally.backlog = max(0, self._due(now) - tally.sent - self._last)
            tally.asked = min(now, self._end)
        tally.offered = self._due(now)

    def _due(self, now: float) -> int:
        """Return how many events are offered by now; without a schedule the next batch always is."""
        events, seconds = self._limits.events, self._limits.seconds
        if self._schedule is None:
            due = self.tally.sent + (0 if seconds is not None and now >= seconds else self._batch)
        else:
            due = self._schedule.due(now if seconds is None else min(now, seconds))
        return due if events is None else min(due, events)

    def _send(self, now: float, wanted: int) -> None:
        tally = self.tally
        messages = gather(self._traffic, wanted)
        ready = self._now()
        tally.generating += ready - now
        if self._schedule is None:
            intended = np.full(messages.height, ready)
        else:
            intended = self._schedule.times(tally.sent, messages.height)
            tally.fell_behind(ready - float(intended[0]))
        detailed = messages.height >= _DETAILED_EVENTS or tally.batches % _DETAILED_EVERY == 0
        self._target.judging.detailed = detailed
        tally.detailed_events += messages.height if detailed else 0
        tally.sent += messages.height
        self._last = messages.height
        tally.batches += 1
        tally.late += late_arrivals(messages)
        self._target.take(messages, partial(self._done, intended))

    def _nap(self, now: float) -> None:
        if self._schedule is None:
            return
        tally = self.tally
        tally.behind = 0.0
        until = float(self._schedule.times(tally.sent, 1)[0])
        self._wall.wait(max(0.0005, min(until - now, _NAP_S)))
        tally.waiting += self._now() - now

    def _done(self, intended: Floats, counts: Counts) -> None:
        self._finished.append((self._now(), intended, counts))

    def _collect(self) -> None:
        while self._finished:
            at, intended, counts = self._finished.popleft()
            self.tally.done += len(intended)
            self.tally.counts += counts
            self.tally.latency.add(at - intended)

    def _now(self) -> float:
        return self._wall.now() - self._start


def _asked_for(schedule: Schedule | None, limits: Limits) -> tuple[float, int]:
    """Return when a schedule under limits ends (seconds after the start), and how many events it offers until then."""
    if schedule is None:
        return 0.0, 0
    end = schedule.seconds if limits.seconds is None else min(schedule.seconds, limits.seconds)
    wanted = schedule.due(end)
    if limits.events is not None and limits.events <= wanted:
        return float(schedule.times(limits.events - 1, 1)[0]), limits.events
    return end, wanted
