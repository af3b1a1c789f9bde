"""Format numbers for people: counts, shares, money, durations, times, paces; in full or to fit a width.

Pure functions; times are in milliseconds UTC, money in integer minor units.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from simulator.domain.money import major

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
NOTHING: Final = "—"
_SIGNS: Final = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥", "INR": "₹"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PACES: Final = ((7 * DAY, "wk"), (DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s"))


def count(number: int) -> str:
    """Format a count with commas: `12,345`."""
    return f"{number:,}"


def counted(number: int, noun: str) -> str:
    """Format a count of something: `1 friend`, `12,345 friends`."""
    plural = noun + ("es" if noun.endswith("o") else "s")  # vetoes; no other noun of ours needs more
    return f"{number:,} {noun if number == 1 else plural}"


def compact(number: float, width: int = 6) -> str:
    """Format a count in about `width` cells at most: `12,345`, `1.23M`."""
    full = f"{number:,.0f}"
    if len(full) <= width:
        return full
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= size:
            return _digits(number / size, width - 1) + letter
    return full


def share(part: float | None) -> str:
    """Format a fraction as a percentage: `32.4 %`, with more digits if it is small."""
    if part is None:
        return NOTHING
    percent = part * 100
    if percent and percent < 0.1:
        return f"{percent:.2f} %" if percent >= 0.01 else "<0.01 %"
    return f"{percent:.0f} %" if percent >= 99.95 else f"{percent:.1f} %"


def money(minor: float | None, currency: str, digits: int, width: int | None = None) -> str:
    """Format money: `£1,234.50`; with `width`, in about so many cells at most: `£1.23M`.

    A code for which there is no room is left out, rather than any digit: `15.080`, of `KWD 15.080` in eight cells.
    """
    if minor is None:
        return NOTHING
    whole = round(minor)
    sign = "-" if whole < 0 else ""
    prefix, exact = sign + currency_sign(currency), major(abs(whole), digits)
    if width is None or len(prefix + exact) <= width:
        return prefix + exact
    units, rest = divmod(abs(whole), 10**digits)
    if not rest and len(prefix + major(units, 0)) <= width:
        return prefix + major(units, 0)
    if currency not in _SIGNS and digits and len(sign + exact) <= width:
        return sign + exact
    text = prefix + compact(abs(whole) / 10**digits, width - len(prefix))
    return text if len(text) <= width else text.replace(" ", "", 1)


def currency_sign(currency: str) -> str:
    """Return the prefix of an amount: `£`, or the currency's code and a space if we know no sign for it."""
    return _SIGNS.get(currency, currency + " ")


def number(value: float | None, unit: str, currency: str, digits: int, width: int | None = None) -> str:
    """Format a number of `simulator.domain.definitions` by its unit: a share, a ratio, a duration, or money."""
    if value is None:
        return NOTHING
    if unit == "share":
        return share(value)
    if unit == "ratio":
        return f"{value:.3f}" if value < 1 else f"{value:.2f}"
    if unit == "duration":
        long = duration(value)
        return long if width is None or len(long) <= width else short_duration(value)
    return money(value, currency, digits, width)


def parts(shares: Sequence[tuple[str, float]], currency: str, digits: int, width: int | None = None) -> str:
    """Format the parts of a sum of money: `£12.10 issued + £8.00 pending`, without the words if they don't fit.

    If not even whole units fit they are rounded, but a part of the sum is never shown as zero.
    """
    exact = [money(minor, currency, digits) for _, minor in shares]
    full = " + ".join(f"{text} {title}" for text, (title, _) in zip(exact, shares, strict=True))
    if width is None:
        return full
    for text in (full, " + ".join(exact), "+".join(exact)):
        if len(text) <= width:
            return text
    room = (width - 3 * (len(shares) - 1)) // max(1, len(shares))
    return " + ".join(_rounded(minor, currency, digits, room) for _, minor in shares)


def _rounded(minor: float, currency: str, digits: int, width: int) -> str:
    """Format a part of a sum in few cells: `£39`, and `<£1` for less than a whole unit."""
    if 0 < minor < 10**digits:
        return f"<{currency_sign(currency)}1"
    return money(minor, currency, digits, width)


def change(before: float | None, after: float | None, unit: str) -> str:
    """Format how a number changed: a share in percentage points, anything else in per cent of the old value."""
    if before is None or after is None:
        return NOTHING
    if before == after:
        return "same"
    if unit == "share":
        return f"{100 * (after - before):+.1f} points"
    return f"{100 * (after / before - 1):+.1f} %" if before else "new"


def duration(ms: float | None) -> str:
    """Format a duration in its largest sensible unit: `14.2 days`, `3.5 hours`, `40 s`."""
    if ms is None:
        return NOTHING
    if ms >= 2 * DAY:
        return f"{ms / DAY:.1f} days"
    if ms >= 2 * HOUR:
        return f"{ms / HOUR:.1f} hours"
    if ms >= 2 * MINUTE:
        return f"{ms / MINUTE:.1f} min"
    return f"{ms / SECOND:.0f} s"


def short_duration(ms: float) -> str:
    """Format a duration in at most six cells: `12 d`, `3 h`, `40 min`, `9 s`."""
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if ms >= 2 * size:
            return f"{ms / size:,.0f} {unit}"
    return f"{max(0.0, ms) / SECOND:.0f} s"


def date(ms: int) -> str:
    """Format a day with its year: `3 Mar 2026`, UTC."""
    at = _at(ms)
    return f"{at.day} {at:%b %Y}" if at else NOTHING


def weekday(ms: int) -> str:
    """Format a day with its weekday: `Tue 3 Mar`, UTC."""
    at = _at(ms)
    return f"{at:%a} {at.day} {at:%b}" if at else NOTHING


def moment(ms: int) -> str:
    """Format a date and time: `Tue 3 Mar 2026 14:25`, UTC."""
    at = _at(ms)
    return f"{at:%a} {at.day} {at:%b %Y %H:%M}" if at else NOTHING


def day(ms: int) -> str:
    """Format a day: `3 Mar`, UTC."""
    at = _at(ms)
    return f"{at.day} {at:%b}" if at else NOTHING


def time_of_day(ms: int) -> str:
    """Format a time of day: `14:25`, UTC."""
    at = _at(ms)
    return f"{at:%H:%M}" if at else NOTHING


def clock_time(ms: int) -> str:
    """Format a time of day with seconds: `14:25:07`, UTC."""
    at = _at(ms)
    return f"{at:%H:%M:%S}" if at else NOTHING


def file_moment(ms: int) -> str:
    """Format a date and time for a file name: `20260303T142507Z`."""
    at = _at(ms)
    return f"{at:%Y%m%dT%H%M%SZ}" if at else "0"


def pace(ratio: float) -> str:
    """Format a pace (simulated ms per wall ms): `6 h/s`, `1 min/s`, `full speed` for 0."""
    if ratio <= 0:
        return "full speed"
    ms = ratio * SECOND
    for size, unit in _PACES:
        if ms >= size:
            return f"{ms / size:.3g} {unit}/s"
    return f"{ms:.3g} ms/s"


def rate(per_second: float) -> str:
    """Format a rate of events: `1,240 events/s`, `0.4 events/s`."""
    return (
        f"{per_second:,.0f} events/s" if per_second >= 10 or not per_second else f"{per_second:.1f} events/s"
    )


def _digits(number: float, width: int) -> str:
    for places in (2, 1, 0):
        text = f"{number:,.{places}f}"
        if len(text) <= width:
            return text
    return f"{number:,.0f}"


def _at(ms: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(milliseconds=ms)
    except OverflowError:
        return None
