"""Tabulate how often each dial has struck, and its rate: rows of the table `fault`."""

from __future__ import annotations

from collections.abc import Mapping

from db.read.deliveries import DIALS, FILE_DIALS
from simulator.delivery.dials import Timeline
from simulator.delivery.models import BatchFiles, Model
from simulator.events.columns import TYPES


def tally(
    models: Mapping[str, Model], timeline: Timeline, counts: Mapping[tuple[str, str], int]
) -> list[tuple[str, str, float, int, bool]]:
    """Return a row for each dial and event type: dial, type, rate last set, count, whether it was ever on.

    Covers the types that have a delivery model or were struck; dials of files only where there are files.
    """
    kinds = {*models, *(kind for _, kind in counts)}
    rates = timeline.latest
    ever = timeline.ever()
    return [
        (
            dial,
            kind,
            rates.get(f"{kind}:{dial}", rates.get(dial, 0.0)),
            counts.get((dial, kind), 0),
            (dial, kind) in ever,
        )
        for dial in DIALS
        for kind in TYPES
        if kind in kinds and (dial not in FILE_DIALS or isinstance(models.get(kind), BatchFiles))
    ]
