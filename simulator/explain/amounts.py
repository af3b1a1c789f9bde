"""Explain in a sentence why a conversion's amount gives no percentage."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from simulator.domain.currencies import DIGITS
from simulator.engine.money import minor_rates, worth
from simulator.explain.source import Fields
from simulator.program.model import Program, Reward
from simulator.program.words import amount, money


def foreign(event: Fields, program: Program) -> str | None:
    """Return a sentence if the conversion is in a currency that the program neither uses nor converts, else None."""
    currency = event.get("currency")
    if currency is None or currency == program.currency or currency in minor_rates(program):
        return None
    minor = event.get("amount_minor")
    if minor is None:
        return f"{currency} is not the program's {program.currency}"
    paid = amount(minor, currency, DIGITS.get(currency, 2))
    return f"{paid} is not the program's {program.currency}"


def own_amount(event: Fields, program: Program) -> int | None:
    """Return a conversion's amount in minor units of the program's currency, at its fixed rates; None if unknown."""
    minor, currency = event.get("amount_minor"), event.get("currency")
    if minor is None or currency in (None, program.currency):
        return minor
    rate = minor_rates(program).get(currency)
    return None if rate is None else round(minor * rate)


def converted(event: Fields, program: Program) -> str | None:
    """Return a sentence on an amount that a fixed rate of the program converts, else None."""
    minor, currency = event.get("amount_minor"), event.get("currency")
    rate = next((one.rate for one in program.rates if one.currency == currency), None)
    own = own_amount(event, program)
    if minor is None or rate is None or own is None:
        return None
    paid = amount(minor, str(currency), DIGITS[str(currency)])
    return f"{paid} is {money(own, program)} at the program's rate of {rate:f}"


def worth_of(event: Fields, terms: Reward, program: Program) -> int:
    """Return what a line of a reward is worth for a conversion, in minor units; 0 if there is no line."""
    return int(worth(terms, np.array([own_amount(event, program) or 0]))[0])


def bounded(event: Fields, terms: Reward, program: Program) -> str | None:
    """Return a sentence on a share that is cut to a reward's maximum or raised to its minimum, else None."""
    minor = own_amount(event, program)
    if terms.percent is None or minor is None:
        return None
    share = round(minor * Fraction(terms.percent) / 100)
    of = f"{terms.percent:f} percent of {money(minor, program)} is {money(share, program)}"
    if terms.max_minor is not None and share > terms.max_minor:
        return f"{of}, cut to the maximum of {money(terms.max_minor, program)}"
    if share and terms.min_minor is not None and share < terms.min_minor:
        return f"{of}, raised to the minimum of {money(terms.min_minor, program)}"
    return None


def no_share(event: Fields, terms: Reward, program: Program) -> str | None:
    """Return why a percentage of the conversion's amount is nothing; None if it isn't, or if the value is fixed."""
    if terms.percent is None:
        return None
    reason = foreign(event, program)
    if reason is not None:
        return f"{reason}, and a percentage is of the program's currency only"
    minor = own_amount(event, program)
    if minor is None:
        return "no amount to take a percentage of"
    if minor == 0:
        return f"{terms.percent:f} percent of {money(0, program)} is nothing"
    if round(minor * Fraction(terms.percent) / 100) == 0:
        return f"{terms.percent:f} percent of {money(minor, program)} rounds to nothing"
    return None
