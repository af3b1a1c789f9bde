"""Compute what an amount is worth to a program, exactly: rates of other currencies, and shares with their bounds."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from simulator.domain.currencies import DIGITS
from simulator.engine.arrays import NONE, Ints
from simulator.program.model import MAX_LINE_MINOR, Program, Reward


def at_rates(program: Program, currencies: Sequence[str | None], amounts: Ints) -> Ints:
    """Return amounts in other currencies (minor units) in minor units of the program's, NONE if it has no rate.

    They are converted exactly and rounded half to even.
    """
    factors = minor_rates(program)
    given = zip(currencies, amounts.tolist(), strict=True)
    return np.array(
        [round(amount * factors[code]) if code in factors else NONE for code, amount in given], np.int64
    )


def converted(program: Program, currency: str | None, amount: int) -> int:
    """Return one amount in minor units of the program's currency, as `at_rates` does; NONE if there is none."""
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
    """Return what a line of the reward is worth for each amount, in minor units; 0 if there is no line.

    A share is rounded half to even, as `round` does, then cut or raised to the reward's bounds; one that rounds to
    0 stays 0.
    """
    if reward.value_minor is not None:
        return np.full(len(amounts), reward.value_minor, np.int64)
    part = Fraction(reward.percent or 0) / 100
    least = reward.min_minor or 0
    most = MAX_LINE_MINOR if reward.max_minor is None else min(reward.max_minor, MAX_LINE_MINOR)
    shares = [0 if amount == NONE else round(amount * part) for amount in amounts.tolist()]
    return np.array([min(max(share, least), most) if share else 0 for share in shares], np.int64)
