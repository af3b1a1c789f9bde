"""Delivery models: when an event that occurred at the client's reaches the platform.

real-time      at once, after a small network delay
every:15m      collected, and sent at the next full 15 minutes (UTC)
batch@02:00    one file a day, at that hour (UTC)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.errors import InputError
from simulator.events.contract import EVENT_TYPES, Sender
from simulator.program.nearest import advice, shown
from simulator.world.draws import Ints, Purpose, lognormal, seed_key
from simulator.world.measures import duration_ms

DAY_MS = 86_400_000
_NETWORK_MS = 120.0  # median; assumed: a call over the internet with its retries
_NETWORK_SPREAD = 0.7
_BATCH = re.compile(r"batch@([01]\d|2[0-3]):([0-5]\d)")
_EVERY = re.compile(r"every:(.+)")
_RIGHT = "real-time, every:15m (m, h or d) or batch@02:00 (UTC)"


@dataclass(frozen=True)
class RealTime:
    """At once; the network takes a log-normal moment."""


@dataclass(frozen=True)
class Every:
    """At the next multiple of `period_ms` since 1970, plus `offset_ms`: near-real-time, and the daily file."""

    period_ms: int
    offset_ms: int = 0


Model = RealTime | Every


def parse_model(text: str) -> Model:
    """A model as it is written in a world file or after `--delivery TYPE=`; raises InputError."""
    if text == "real-time":
        return RealTime()
    if found := _BATCH.fullmatch(text):
        return Every(DAY_MS, (int(found[1]) * 60 + int(found[2])) * 60_000)
    if found := _EVERY.fullmatch(text):
        try:
            period = round(duration_ms(found[1]))
        except ValueError:
            period = 0
        if 1000 <= period <= 7 * DAY_MS:
            return Every(period)
    raise InputError(f"delivery '{text}': no such model; right is {_RIGHT}")


def parse_models(models: Mapping[str, str]) -> dict[str, Model]:
    """Models by event type; raises InputError for one that is no type of the client's, or no model."""
    found = {}
    for name, text in models.items():
        if name not in client_types():
            raise InputError(
                f"delivery of {shown(name)}: no event type that a client sends; {advice(name, client_types())}"
            )
        found[name] = parse_model(text)
    return found


def parse_override(text: str) -> tuple[str, str]:
    """`TYPE=MODEL` of the command line, checked; raises InputError."""
    name, equals, model = text.partition("=")
    if not equals:
        raise InputError(f"--delivery {text}: right is TYPE=MODEL, such as service.activated=batch@02:00")
    parse_models({name: model})
    return name, model


def client_types() -> tuple[str, ...]:
    """The event types that a client may send; only those have a model, the platform's own are immediate."""
    return tuple(name for name, kind in EVENT_TYPES.items() if Sender.CLIENT in kind.senders)


class Delivery:
    """Gives events their time of arrival. A type of the client's without a model goes real-time."""

    def __init__(self, models: Mapping[str, Model], seed: int) -> None:
        self._seed = np.uint64(seed_key(seed))
        real_time = RealTime()
        self._models = [
            models.get(name, real_time) if name in client_types() else None for name in EVENT_TYPES
        ]
        periods = [model.period_ms if isinstance(model, Every) else 0 for model in self._models]
        offsets = [model.offset_ms if isinstance(model, Every) else 0 for model in self._models]
        self._period: Ints = np.array(periods, dtype=np.int64)
        self._offset: Ints = np.array(offsets, dtype=np.int64)
        self._client = np.array([model is not None for model in self._models])

    def arrivals(self, events: pl.DataFrame) -> Ints:
        """When each event arrives, milliseconds UTC; never before it occurred, later than it if it was collected."""
        occurred = events["occurred_at"].to_numpy()
        kind = events["type"].to_physical().to_numpy()
        arrival = occurred.copy()
        sent = np.flatnonzero(self._client[kind])
        if not len(sent):
            return arrival
        sent = sent[(events["source"] != "platform").to_numpy()[sent]]
        at, kind = occurred[sent], kind[sent]
        period = self._period[kind]
        key = at.astype(np.uint64) ^ self._seed
        network = lognormal(key, Purpose.NETWORK, _NETWORK_MS, _NETWORK_SPREAD, kind.astype(np.int64))
        often = np.maximum(period, 1)
        collected = at + often - (at - self._offset[kind]) % often
        arrival[sent] = np.where(period > 0, collected, at + np.maximum(network, 1.0).astype(np.int64))
        return arrival
