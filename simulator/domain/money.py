"""Format an amount of money: the one place where minor units become digits."""

from __future__ import annotations


def major(minor: int, digits: int) -> str:
    """Format minor units of a currency with that many minor digits, exactly: `1,250.00`, `-0.50`."""
    whole, part = divmod(abs(minor), 10**digits)
    fraction = f".{part:0{digits}d}" if digits else ""
    return f"{'-' if minor < 0 else ''}{whole:,}{fraction}"
