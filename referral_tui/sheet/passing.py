"""Determine how the events of a program travel: from which systems, by which delivery models, and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from simulator.delivery.models import BatchFiles, Every, RealTime, parse_model
from simulator.domain.owners import usual_system
from simulator.domain.spans import DAY_MS, HOUR_MS, MINUTE_MS
from simulator.events.contract import EVENT_TYPES, Sender
from simulator.program.words import duration

if TYPE_CHECKING:
    from simulator.world.spec import WorldSpec

Way = Literal["real-time", "near-real-time", "batch"]
_DAYS: Final = ("Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday")
AT_ONCE: Final = "at once"
_UNDOING: Final = ("conversion.reversed", "conversion.reinstated", "conversion.adjusted")


@dataclass(frozen=True)
class Passing:
    """From which systems, and by which models, the client's types are sent; `known_from` names the source of that.

    A type that is in neither is sent at once, from the system that usually knows it.
    """

    models: Mapping[str, str] = field(default_factory=dict)
    systems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    known_from: str = ""

    def systems_of(self, event_type: str) -> tuple[str, ...]:
        """Return the sources that send a type, the client's first."""
        senders = EVENT_TYPES[event_type].senders
        clients = self.systems.get(event_type, ())
        if not clients and Sender.CLIENT in senders and usual_system(event_type) != "platform":
            clients = (usual_system(event_type),)
        return (
            *clients,
            *(("platform",) if Sender.PLATFORM in senders and "platform" not in clients else ()),
        )

    def way_of(self, event_type: str) -> Way:
        """Return which of the three ways of delivery a type has."""
        match self._model(event_type):
            case BatchFiles():
                return "batch"
            case Every():
                return "near-real-time"
            case _:
                return "real-time"

    def delivery_of(self, event_type: str) -> str:
        """Say how a type is delivered: `at once`, `every 15 minutes`, `in a file every day at 02:00 UTC`."""
        match self._model(event_type):
            case BatchFiles(period, offset, form):
                kind = "CSV file" if form == "csv" else "file"
                clock = f"{offset % DAY_MS // HOUR_MS:02}:{offset % HOUR_MS // MINUTE_MS:02} UTC"
                day = "day" if period == DAY_MS else _DAYS[offset // DAY_MS]
                return f"in a {kind} every {day} at {clock}"
            case Every(period):
                return f"every {duration(period).removeprefix('1 ')}"
            case _:
                return AT_ONCE

    def _model(self, event_type: str) -> RealTime | Every | BatchFiles:
        text = self.models.get(event_type)
        return (
            RealTime()
            if text is None or Sender.CLIENT not in EVENT_TYPES[event_type].senders
            else parse_model(text)
        )


def passing_of_world(spec: WorldSpec, models: Mapping[str, str], known_from: str) -> Passing:
    """Return how the events of a preset's world travel, with these models by event type."""
    bought = spec.conversion
    systems: dict[str, dict[str, None]] = {bought.event: {bought.source: None}}
    for later in spec.later:
        systems.setdefault(later.event, {})[later.source] = None
    for kind in _UNDOING:
        systems[kind] = {bought.source: None}
    systems["conversion.reversed"] |= {later.source: None for later in spec.later if later.taken_back}
    if spec.redemption is not None and spec.redemption.source != "platform":
        systems["reward.redeemed"] = {spec.redemption.source: None}
    return Passing(models, {kind: tuple(found) for kind, found in systems.items()}, known_from)
