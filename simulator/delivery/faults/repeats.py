"""Repeat messages: unchanged, with different content, or under another id."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.delivery.chances import Chances
from simulator.delivery.faults.flight import Flight
from simulator.domain.spans import DAY_MS, HOUR_MS
from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.events.columns import TYPES
from simulator.world.draws import Ints

_DUPLICATE, _ACK, _CONFLICT, _REBOOKED = 1, 2, 3, 4  # copy numbers of messages
_CONVERSIONS = np.isin(TYPES, CONVERSION_TYPES)
_MORE_MINOR = 100  # added to the amount of a conflicting message, minor units


def duplicates(flight: Flight, chances: Chances) -> pl.DataFrame:
    """Return duplicates: the same message again some hours later; in a file, the same line twice."""
    return _again("duplicate", flight, chances, flight.whole, (2 * HOUR_MS, 1.2), _DUPLICATE)


def lost_answers(flight: Flight, chances: Chances) -> pl.DataFrame:
    """Return retries: the platform's answer was lost, so the sender sends again within a minute or two."""
    return _again("lost-ack", flight, chances, flight.whole & flight.loose, (45_000, 0.8), _ACK)


def conflicts(flight: Flight, chances: Chances) -> pl.DataFrame:
    """Return conflicts: the same id later with another amount, or with another second if there is no amount."""
    found = _again("conflict", flight, chances, flight.whole, (3 * HOUR_MS, 1.0), _CONFLICT)
    return with_other_content(found)


def rebooked(flight: Flight, chances: Chances) -> pl.DataFrame:
    """Return purchases entered again under a new id.

    To the platform each is a new purchase; to the reconciliation it is one too many.
    """
    among = flight.whole & _CONVERSIONS[flight.kinds]
    found = _again("rebooked", flight, chances, among, (5 * HOUR_MS, 1.0), _REBOOKED)
    return found.with_columns(id=pl.lit("again-") + pl.col("id"))


def with_other_content(rows: pl.DataFrame) -> pl.DataFrame:
    """Change the content of messages under their id: the amount, or the second if there is no amount."""
    priced = pl.col("amount_minor").is_not_null()
    return rows.with_columns(
        amount_minor=pl.col("amount_minor") + _MORE_MINOR,
        occurred_at=pl.when(priced).then("occurred_at").otherwise(pl.col("occurred_at") + 1000),
    )


def _again(
    dial: str, flight: Flight, chances: Chances, among: np.ndarray, span: tuple[float, float], nth: int
) -> pl.DataFrame:
    """Return copies of the messages that a dial strikes.

    `span` is the median (milliseconds) and spread of how much later they arrive; `nth` is their copy number.
    """
    rows: Ints = flight.struck(dial, chances, among)
    later = flight.arrival[rows] + chances.span(dial, flight.keys[rows], *span, 2 * DAY_MS)
    found = flight.again(rows, later, nth)
    chances.count(dial, flight.kinds[rows], found["received_at"].to_numpy())
    return found
