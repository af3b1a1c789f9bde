"""Parse and apply delivery models: when a client's event reaches the platform, and whether in a file.

real-time             at once, after a small network delay
every:15m             collected, and sent at the next full 15 minutes (UTC)
batch@02:00           one file a day, at that time (UTC), JSON Lines
batch@mon-02:00       one file a week
batch@02:00/csv       the same as CSV
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, assert_never

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.delivery.wire import file_numbers
from simulator.domain.errors import InputError
from simulator.domain.spans import DAY_MS, MINUTE_MS, WEEK_MS
from simulator.events.contract import EVENT_TYPES, Sender
from simulator.program.nearest import advice, shown
from simulator.world.draws import Ints, Purpose, lognormal, seed_key
from simulator.world.measures import duration_ms

Form = Literal["jsonl", "csv"]

_WEEKDAYS: Final = ("thu", "fri", "sat", "sun", "mon", "tue", "wed")  # 1970 began on a Thursday
_NETWORK_MS = 120.0  # median; assumed: a call over the internet with its retries
_NETWORK_SPREAD = 0.7
_BATCH = re.compile(r"batch@(?:([a-z]{3})-)?([01]\d|2[0-3]):([0-5]\d)(?:/([a-z]+))?")
_EVERY = re.compile(r"every:(.+)")
_RIGHT = "real-time, every:15m (m, h or d), batch@02:00 or batch@mon-02:00 (UTC; with /csv for a CSV file)"


@dataclass(frozen=True)
class RealTime:
    """Sent at once; the network takes a log-normal time."""


@dataclass(frozen=True)
class Every:
    """Near-real-time: sent at the next multiple of `period_ms` since 1970."""

    period_ms: int


@dataclass(frozen=True)
class BatchFiles:
    """Sent in a file every `period_ms`, at `offset_ms` after its multiples since 1970."""

    period_ms: int
    offset_ms: int
    form: Form = "jsonl"


Model = RealTime | Every | BatchFiles


def parse_model(text: str) -> Model:
    """Parse a model as written in a world file or after `--delivery TYPE=`.

    Raises:
        InputError: there is no such model.

    """
    if text == "real-time":
        return RealTime()
    if found := _BATCH.fullmatch(text):
        weekday, hour, minute, form = found.groups()
        at = (int(hour) * 60 + int(minute)) * MINUTE_MS
        if form in (None, "jsonl", "csv"):
            made: Form = "csv" if form == "csv" else "jsonl"
            if weekday is None:
                return BatchFiles(DAY_MS, at, made)
            if weekday in _WEEKDAYS:
                return BatchFiles(WEEK_MS, _WEEKDAYS.index(weekday) * DAY_MS + at, made)
    if found := _EVERY.fullmatch(text):
        try:
            period = round(duration_ms(found[1]))
        except ValueError:
            period = 0
        if 1000 <= period <= WEEK_MS:
            return Every(period)
    raise InputError(f"delivery '{text}': no such model; use {_RIGHT}")


def parse_models(models: Mapping[str, str]) -> dict[str, Model]:
    """Parse models by event type.

    Raises:
        InputError: a client does not send the type, or there is no such model.

    """
    found = {}
    for name, text in models.items():
        if name not in client_types():
            raise InputError(
                f"delivery of {shown(name)}: not an event type that a client sends; "
                f"{advice(name, client_types())}"
            )
        found[name] = parse_model(text)
    return found


def parse_override(text: str) -> tuple[str, str]:
    """Return event type and model of a `TYPE=MODEL` option, checked.

    Raises:
        InputError: the text has another form, or names an unknown type or model.

    """
    name, equals, model = text.partition("=")
    if not equals:
        raise InputError(f"--delivery {text}: use TYPE=MODEL, such as service.activated=batch@02:00")
    parse_models({name: model})
    return name, model


@cache
def client_types() -> tuple[str, ...]:
    """Return the event types that a client may send; only those have a model, the platform's own are immediate."""
    return tuple(name for name, kind in EVENT_TYPES.items() if Sender.CLIENT in kind.senders)


def _timetable(model: Model) -> tuple[int, int, bool]:
    """Return a model's period and offset (milliseconds; 0 and 0: at once), and whether it travels in files."""
    match model:
        case RealTime():
            return 0, 0, False
        case Every():
            return model.period_ms, 0, False
        case BatchFiles():
            return model.period_ms, model.offset_ms, True
        case _:
            assert_never(model)


class Channels:
    """Plans when each of the client's events arrives, and in which file. A type without a model goes real-time."""

    def __init__(self, models: Mapping[str, Model], seed: int | Sequence[int]) -> None:
        """Take the `models` by event type; `seed` seeds the network's delays, with one for each of several markets."""
        seeds = (seed,) if isinstance(seed, int) else seed
        self._seeds = np.array([seed_key(one) for one in seeds], dtype=np.uint64)
        periods, offsets, filed = zip(
            *(_timetable(models.get(name, RealTime())) for name in EVENT_TYPES), strict=True
        )
        self.period: Ints = np.array(periods, dtype=np.int64)
        """Milliseconds between two collections or files, by type code; 0 for real-time."""
        self.filed = np.array(filed)
        """Whether a type travels in files, by type code."""
        self._offset: Ints = np.array(offsets, dtype=np.int64)
        self._forms = {name: one.form for name, one in models.items() if isinstance(one, BatchFiles)}

    def form(self, kind: str) -> Form:
        """Return the format of a type's files."""
        return self._forms[kind]

    def of(self, events: pl.DataFrame) -> tuple[Ints, Ints, Ints]:
        """Return when events arrive, in which file (0: none), and which rows a client sends, if nothing goes wrong.

        The platform's own events are immediate.
        """
        ours = np.flatnonzero(events["source"].str.starts_with("client/").to_numpy())
        arrival = events["occurred_at"].to_numpy().copy()
        file = np.zeros(len(arrival), dtype=np.int64)
        kinds = events["type"].to_physical().to_numpy()[ours].astype(np.int64)
        market = events["market"].to_numpy()[ours] if "market" in events.columns else 0
        arrival[ours], file[ours] = self.plan(arrival[ours], kinds, market)
        return arrival, file, ours

    def plan(self, occurred: Ints, kinds: Ints, market: NDArray[np.integer] | int = 0) -> tuple[Ints, Ints]:
        """Return when the client's events arrive (milliseconds UTC) and in which file (0: none), if nothing goes wrong.

        Arrival is always later than occurrence. `kinds` are type codes, `market` is the place of the market's seed.
        """
        period = self.period[kinds]
        network = lognormal(
            occurred.astype(np.uint64) ^ self._seeds[market],
            Purpose.NETWORK,
            _NETWORK_MS,
            _NETWORK_SPREAD,
            kinds,
        )
        often = np.maximum(period, 1)
        collected = occurred + often - (occurred - self._offset[kinds]) % often
        at = np.where(period > 0, collected, occurred + np.maximum(network, 1.0).astype(np.int64))
        return at, np.where(self.filed[kinds], file_numbers(at, kinds), 0)
