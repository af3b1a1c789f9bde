"""Count how late the events of a batch arrived, by day and type, in the buckets of `simulator.domain.lateness`."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.domain.lateness import EDGES
from simulator.domain.spans import DAY_MS
from simulator.engine.arrays import grouped
from simulator.engine.batch import Batch
from simulator.engine.frames import frame_of
from simulator.events.columns import TYPES

_EDGES = np.array(EDGES, np.int64)
_BUCKETS = len(EDGES) + 1


def histogram(batch: Batch) -> pl.DataFrame:
    """Count the events of each day of receipt and type in each bucket, with the greatest lateness (milliseconds)."""
    late = np.maximum(batch.received - batch.occurred, 0)
    bucket = np.zeros(len(late), np.int64)
    slow = np.flatnonzero(late >= EDGES[0])
    bucket[slow] = np.searchsorted(_EDGES, late[slow], side="right")
    day = batch.received // DAY_MS
    first = int(day[0])
    kept, places = grouped(((day - first) * len(TYPES) + batch.type) * _BUCKETS + bucket)
    worst = np.zeros(len(kept), np.int64)
    np.maximum.at(worst, places, late)
    return frame_of(
        "lateness",
        {
            "day": kept // (_BUCKETS * len(TYPES)) + first,
            "type": [TYPES[code] for code in (kept // _BUCKETS % len(TYPES)).tolist()],
            "bucket": kept % _BUCKETS,
            "count": np.bincount(places),
            "worst": worst,
        },
    )
