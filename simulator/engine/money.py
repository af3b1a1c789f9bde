"""What an amount is worth to a program: rates of other currencies, and shares with their bounds, exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Ints
from simulator.program.currencies import DIGITS
from simulator.program.model import MAX_LINE_MINOR, Program, Reward


def with_rates(amounts: Ints, events: pl.DataFrame, program: Program) -> Ints:
    """Return the amounts of events with those in other currencies converted by the program's rates.

    They are converted exactly and rounded half to even; NONE stays where there is no rate.
    """
    if not program.rates:
        return amounts
    foreign = events["currency"].is_in([rate.currency for rate in program.rates])
    rows = np.flatnonzero((foreign & events["amount_minor"].is_not_null()).fill_null(value=False).to_numpy())
    if not len(rows):
        return amounts
    factors = minor_rates(program)
    given = zip(events["currency"][rows].to_list(), events["amount_minor"][rows].to_list(), strict=True)
    amounts = amounts.copy()
    amounts[rows] = [round(minor * factors[code]) for code, minor in given]
    return amounts


def converted(program: Program, currency: str | None, amount: int) -> int:
    """Return one amount in minor units of the program's currency, as `amounts_of` does; NONE where there is none."""
    if currency in (None, program.currency):
        return amount
    rates = minor_rates(program)
    return round(amount * rates[currency]) if currency in rates else NONE


def minor_rates(program: Program) -> dict[str, Fraction]:
    """Return what one minor unit of each currency with a rate is worth, in minor units of the program's."""
    return {
        one.currency: Fraction(one.rate) * Fraction(10) ** (program.digits - DIGITS[one.currency])
        for one in program.rates
    }


def worth(reward: Reward, amounts: Ints) -> Ints:
    """Return what a line of the reward is worth for each amount, in minor units; 0 where there is no line.

    A share is rounded half to even, as `round` does, then cut or raised to the reward's bounds; one that rounds to
    nothing stays nothing.
    """
    if reward.value_minor is not None:
        return np.full(len(amounts), reward.value_minor, np.int64)
    part = Fraction(reward.percent or 0) / 100
    least = reward.min_minor or 0
    most = MAX_LINE_MINOR if reward.max_minor is None else min(reward.max_minor, MAX_LINE_MINOR)
    shares = [0 if amount == NONE else round(amount * part) for amount in amounts.tolist()]
    return np.array([min(max(share, least), most) if share else 0 for share in shares], np.int64)
