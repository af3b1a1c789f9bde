"""Explain in a sentence why a conversion's amount gives no percentage."""

from __future__ import annotations

from fractions import Fraction

from simulator.engine.money import minor_rates
from simulator.explain.source import Fields
from simulator.program.currencies import DIGITS
from simulator.program.model import Program, Reward
from simulator.program.words import amount, money


def foreign(event: Fields, program: Program) -> str | None:
    """Return a sentence if the conversion is in a currency that the program neither uses nor converts, else None."""
    currency = event.get("currency")
    if currency is None or currency in (program.currency, *(one.currency for one in program.rates)):
        return None
    minor = event.get("amount_minor")
    if minor is None:
        return f"{currency} is not the program's {program.currency}"
    paid = amount(minor, currency, DIGITS.get(currency, 2))
    return f"{paid} is not the program's {program.currency}"


def no_share(event: Fields, terms: Reward, program: Program) -> str | None:
    """Return why a percentage of the conversion's amount is nothing; None if it isn't, or if the value is fixed."""
    if terms.percent is None:
        return None
    said = foreign(event, program)
    if said is not None:
        return f"{said}, and a percentage is of the program's currency only"
    minor = event.get("amount_minor")
    if minor is None:
        return "no amount to take a percentage of"
    if event.get("currency") not in (None, program.currency):
        minor = round(minor * minor_rates(program)[event["currency"]])
    if minor == 0:
        return f"{terms.percent:f} percent of {money(0, program)} is nothing"
    if round(minor * Fraction(terms.percent) / 100) == 0:
        return f"{terms.percent:f} percent of {money(minor, program)} rounds to nothing"
    return None
