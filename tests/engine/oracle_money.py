"""What a reward is worth: rates, shares and their bounds, in exact fractions."""

from __future__ import annotations

from fractions import Fraction

from simulator.domain.currencies import DIGITS
from simulator.program.model import Program, Reward

MOST = 9_000_000_000  # of one line, in minor units


def in_currency(amount: int, currency: str | None, program: Program) -> int | None:
    """An amount in minor units of the program's currency; None for a currency it has no rate of."""
    if currency is None or currency == program.currency:
        return amount
    for rate in program.rates:
        if rate.currency == currency:
            major = Fraction(amount, 10 ** DIGITS[currency]) * Fraction(rate.rate)
            converted: int = round(major * 10**program.digits)  # round() of a Fraction is half-even
            return converted
    return None


def worth(reward: Reward, amount: int | None) -> int | None:
    """What a line of this reward is worth for an amount, in minor units; None if there is no line."""
    if reward.percent is None:
        return reward.value_minor
    if amount is None:
        return None
    share = round(amount * Fraction(reward.percent) / 100)
    if share == 0:
        return None
    if reward.max_minor is not None:
        share = min(share, reward.max_minor)
    if reward.min_minor is not None:
        share = max(share, reward.min_minor)
    return min(share, MOST)
