"""Fold messages that never repeat one another, for the benchmarks that measure the rules alone."""

from __future__ import annotations

import polars as pl

from simulator.domain.write_set import WriteSet
from simulator.engine import Engine
from simulator.engine.frames import NO_EVENTS


def fold(engine: Engine, messages: pl.DataFrame) -> WriteSet:
    """Ingest messages and judge them.

    Raises:
        ValueError: one repeats a message of an earlier batch, so that there would have to be a database.

    """
    lookup = engine.look_up(messages)
    if len(lookup.repeated):
        raise ValueError("the traffic repeats an event of an earlier batch")
    return engine.judge(engine.receive(messages, lookup, NO_EVENTS).events)
