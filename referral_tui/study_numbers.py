"""Format the numbers of a study, each in one way: in sentences, in tables, on the page and on the screen."""

from __future__ import annotations

import math
from typing import Final

from referral_tui import figures

_WHOLE_MONEY: Final = 100
"""Major units from which on money has no decimals."""
_WHOLE_ENDS: Final = 10
"""The end of an interval of counts from which on it has no decimal, if the other end is as large."""


def count(value: float) -> str:
    """Format a mean of counts: with a decimal below 100."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:,.1f}"


def ends(low: float, high: float) -> tuple[str, str]:
    """Format both ends of an interval of counts alike: whole, or with a decimal if one of them is below 10."""
    whole = min(abs(low), abs(high)) >= _WHOLE_ENDS
    first, second = (
        f"{value:,.0f}" if whole else f"{value:,.1f}".removesuffix(".0") for value in (low, high)
    )
    return first, second


def span(low: float, high: float) -> str:
    """Format an interval of counts: `41 to 66`."""
    return _joined(*ends(low, high))


def signed(text: str, value: float) -> str:
    """Return the text of a difference with its sign; none where the text says nothing but zero."""
    bare = text.removeprefix("-")
    nothing = not any(sign in "123456789" for sign in bare)
    return bare if nothing else f"{'-' if value < 0 else '+'}{bare}"


def signed_ends(low: float, high: float) -> tuple[str, str]:
    """Format both ends of an interval of a difference of counts, as `ends` does, with their signs."""
    first, second = ends(low, high)
    return signed(first, low), signed(second, high)


def signed_span(low: float, high: float) -> str:
    """Format an interval of a difference of counts: `+41 to +66`."""
    return _joined(*signed_ends(low, high))


def _joined(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def money(minor: float | None, currency: str, digits: int) -> str:
    """Format money in minor units, without decimals from 100 major units on."""
    if minor is not None and abs(minor) >= _WHOLE_MONEY * 10**digits:
        return figures.money(round(minor / 10**digits), currency, 0)
    return figures.money(minor, currency, digits)


def of_100(chance: float) -> str:
    """Format the upper bound of a chance as so many of 100, rounded up: `26`, or `4.9` where it is below 10."""
    scale = 1 if chance >= 0.1 else 10
    return f"{math.ceil(round(100 * chance * scale, 6)) / scale:g}"
