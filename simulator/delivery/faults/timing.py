"""Apply faults of time: messages delayed, overtaken, held by a paused channel, or stamped by a wrong clock."""

from __future__ import annotations

import numpy as np

from simulator.delivery.chances import Chances
from simulator.delivery.faults.flight import Flight
from simulator.delivery.wire import file_numbers
from simulator.domain.spans import DAY_MS, HOUR_MS, MINUTE_MS
from simulator.world.draws import Ints

_SWAP_MS = 6 * HOUR_MS  # an overtaken message waits no longer than this for the one behind
_BURST = 1000  # after a pause messages go out this many times as fast as they came in


def skewed(flight: Flight, chances: Chances) -> None:
    """Skew clocks: a sender's clock is minutes or hours off, at most 20 hours, so that messages stay well-formed."""
    rows = flight.struck("skew", chances, flight.there)
    keys = flight.keys[rows]
    span = chances.span("skew", keys, 12 * MINUTE_MS, 1.6, 20 * HOUR_MS)
    flight.said[rows] += np.where(chances.part("skew", keys) < 0.5, span, -span)
    chances.count("skew", flight.kinds[rows], flight.arrival[rows])


def swapped(flight: Flight, chances: Chances) -> None:
    """Let messages be overtaken by the next one of their channel: they arrive a millisecond after it."""
    planned = flight.arrival.copy()  # the next message's own faults have no effect here
    for kind in np.unique(flight.kinds[flight.loose]):
        rows = np.flatnonzero(flight.loose & (flight.kinds == kind))[:-1]
        behind = np.flatnonzero(flight.loose & (flight.kinds == kind))[1:]
        hit = chances.strikes("swap", flight.keys[rows], flight.kinds[rows], flight.occurred[rows])
        hit &= (
            flight.there[rows]
            & (planned[behind] >= planned[rows])
            & (planned[behind] - planned[rows] <= _SWAP_MS)
        )
        flight.arrival[rows[hit]] = planned[behind[hit]] + 1
        chances.count("swap", flight.kinds[rows[hit]], flight.arrival[rows[hit]])


def delayed(flight: Flight, chances: Chances) -> None:
    """Delay messages by hours; one that travels in a file misses it, and comes with the next."""
    rows = flight.struck("delay", chances, flight.there)
    span = chances.span("delay", flight.keys[rows], 4 * HOUR_MS, 1.2, 3 * DAY_MS)
    in_file = flight.file[rows] > 0
    flight.arrival[rows] += np.where(in_file, flight.period[rows], span)
    late = rows[in_file]
    flight.file[late] = file_numbers(flight.arrival[late], flight.kinds[late])
    chances.count("delay", flight.kinds[rows], flight.arrival[rows])


def paused(flight: Flight, chances: Chances) -> None:
    """Pause channels from a full hour on, for at most a day; then everything arrives at once, in order."""
    loose = flight.loose & flight.there
    for kind in np.unique(flight.kinds[loose]):
        rows = np.flatnonzero(loose & (flight.kinds == kind))
        sent = flight.occurred[rows]
        starts, ends = _pauses(int(kind), int(sent.min()), int(sent.max()), chances)
        if not len(starts):
            continue
        last = np.searchsorted(starts, sent, side="right") - 1
        end = np.where(last >= 0, ends[np.maximum(last, 0)], 0)
        held = np.flatnonzero((end > sent) & (flight.arrival[rows] < end))
        burst = end[held] + (sent[held] - starts[last[held]]) // _BURST + 1
        flight.arrival[rows[held]] = burst
        chances.count("outage", flight.kinds[rows[held]], burst)


def _pauses(kind: int, from_ms: int, until_ms: int, chances: Chances) -> tuple[Ints, Ints]:
    """Return a channel's pauses that touch a span: their starts, and by when each and all before it are over."""
    hours = np.arange(from_ms // HOUR_MS - DAY_MS // HOUR_MS, until_ms // HOUR_MS + 1, dtype=np.int64)
    keys = chances.hour_keys(hours, kind)
    hit = chances.strikes("outage", keys, np.full(len(hours), kind), hours * HOUR_MS)
    starts = hours[hit] * HOUR_MS
    spans = chances.span("outage", keys[hit], 90 * MINUTE_MS, 0.8, DAY_MS)
    return starts, np.maximum.accumulate(starts + spans) if len(starts) else starts
