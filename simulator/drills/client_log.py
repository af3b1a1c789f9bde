"""Generate what a client's systems and customers would send: all events of a small world, as they should arrive.

No platform is involved and nobody gets feedback, so the events depend only on the seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from simulator.delivery.models import Channels, parse_models
from simulator.delivery.wire import due_of, on_wire
from simulator.drills.designs import Design
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.world.windows import InProcessWorld, WorldSetup, start_of


@dataclass(frozen=True)
class ClientLog:
    """The events before `now` (milliseconds UTC): those that have arrived by then, and those in files yet to come.

    Both are in order of arrival (MESSAGE_SCHEMA); a column `file_due` is when the event's file is due, 0 for none.
    """

    now: int
    arrived: pl.DataFrame
    to_come: pl.DataFrame


def client_log(design: Design, seed: int) -> ClientLog:
    """Run the world of a design from a seed, and return what its client sends."""
    start = start_of(design.program)
    setup = WorldSetup(design.spec, design.program, seed, design.referrers, start, design.days)
    world, parts = InProcessWorld(setup), []
    until = start
    while until < setup.end_ms:
        window = world.make()
        parts.append(window.events)
        until = window.until_ms
    events = pl.concat(parts)
    arrivals, file, _ours = Channels(parse_models(design.spec.delivery), seed).of(events)
    rows = on_wire(events, arrivals, file).sort("received_at", "file", "occurred_at", "id")
    rows = rows.select(*MESSAGE_SCHEMA, pl.Series("file_due", due_of(rows["file"].to_numpy())))
    here = rows["received_at"] < setup.end_ms
    return ClientLog(setup.end_ms, rows.filter(here), rows.filter(~here))
