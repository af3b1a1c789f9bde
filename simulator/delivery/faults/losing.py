"""Apply loss and malformation: messages that are never sent, and malformed ones that are corrected and sent again."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.delivery.chances import Chances
from simulator.delivery.faults.flight import Flight
from simulator.delivery.flaws import FLAWS
from simulator.domain.spans import DAY_MS, HOUR_MS

_CORRECTED = 5  # copy number of a corrected message


def lost(flight: Flight, chances: Chances) -> None:
    """Lose messages: they are never sent. Only the reconciliation notices, and has them sent again."""
    rows = flight.struck("lost", chances, flight.there)
    flight.there[rows] = False
    chances.count("lost", flight.kinds[rows], flight.arrival[rows])


def malformed(flight: Flight, chances: Chances) -> None:
    """Malform messages: each is sent in a form that the contract refuses, chosen at random."""
    rows = flight.struck("malformed", chances, flight.there)
    drawn = chances.part("malformed", flight.keys[rows])
    flight.flaw[rows] = 1 + np.minimum((drawn * len(FLAWS)).astype(np.int64), len(FLAWS) - 1)


def corrected(flight: Flight, chances: Chances) -> pl.DataFrame:
    """Return the malformed messages corrected, some hours later and each on its own; their ids are still unused."""
    rows = np.flatnonzero(flight.there & (flight.flaw > 0))
    chances.count("malformed", flight.kinds[rows], flight.arrival[rows])
    span = chances.span("malformed", flight.keys[rows], 5 * HOUR_MS, 1.0, 2 * DAY_MS)
    return flight.again(rows, flight.arrival[rows] + span, _CORRECTED, in_file=False)
