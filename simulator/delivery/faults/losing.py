"""Messages that never leave, or not as they should: lost ones, and malformed ones that are corrected and sent again."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.delivery.chances import Chances
from simulator.delivery.faults.flight import Flight
from simulator.delivery.flaws import FLAWS
from simulator.domain.spans import DAY_MS, HOUR_MS

_CORRECTED = 5  # which copy of a message a corrected one is


def lost(flight: Flight, chances: Chances) -> None:
    """A message is never sent. Only the reconciliation misses it, and has it sent again."""
    rows = flight.struck("lost", chances, flight.there)
    flight.there[rows] = False
    chances.count("lost", flight.kinds[rows], flight.arrival[rows])


def malformed(flight: Flight, chances: Chances) -> None:
    """A message is sent in a form that the contract refuses; of which of all kinds is drawn, too."""
    rows = flight.struck("malformed", chances, flight.there)
    drawn = chances.part("malformed", flight.keys[rows])
    flight.flaw[rows] = 1 + np.minimum((drawn * len(FLAWS)).astype(np.int64), len(FLAWS) - 1)


def corrected(flight: Flight, chances: Chances) -> pl.DataFrame:
    """The malformed messages once more as they should be, some hours after, each on its own: its id was left free."""
    rows = np.flatnonzero(flight.there & (flight.flaw > 0))
    chances.count("malformed", flight.kinds[rows], flight.arrival[rows])
    span = chances.span("malformed", flight.keys[rows], 5 * HOUR_MS, 1.0, 2 * DAY_MS)
    return flight.again(rows, flight.arrival[rows] + span, _CORRECTED, in_file=False)
