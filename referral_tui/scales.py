"""Choose the ticks of charts: round numbers for counts, money and durations, and round dates, with their labels.

Pure functions; times are in milliseconds UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from math import ceil, floor, log10
from typing import Final

from referral_tui import figures
from referral_tui.figures import DAY, HOUR, MINUTE, SECOND

_MONDAY: Final = 4 * DAY  # 1 January 1970 was a Thursday
_CLOCK: Final = (HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY)
_WEEKS: Final = (7 * DAY, 14 * DAY)
_MONTHS: Final = (1, 2, 3, 6, 12, 24, 60, 120)
_SPANS: Final = (
    *(number * SECOND for number in (1, 2, 5, 10, 15, 30)),
    *(number * MINUTE for number in (1, 2, 5, 10, 15, 30)),
    *(number * HOUR for number in (1, 2, 3, 6, 12, 24, 48)),
)
_NOTHING: Final = 1e-9  # below any amount of money or time
Tick = tuple[float, str]
"""A tick: its position on the scale, and its label."""


def round_numbers(top: float, most: int, *, whole: bool = False) -> tuple[float, ...]:
    """Return round numbers from 0 to the first that is not below `top`: 1, 2 or 5 times a power of ten apart.

    There are at most `most` of them (two at least); `whole` keeps to whole numbers.
    """
    if top < _NOTHING:
        return (0.0, 1.0)
    gaps = max(1, most - 1)
    power = floor(log10(top / gaps))
    if whole:
        power = max(0, power)
    steps = (digit * 10.0**exponent for exponent in range(power, power + 3) for digit in (1, 2, 5))
    for step in steps:
        number = ceil(top / step - 1e-9)
        if number <= gaps:
            return tuple(round(place * step, 9) for place in range(max(1, number) + 1))
    return (0.0, 10.0 ** ceil(log10(top)))


def decades(top: float) -> tuple[float, ...]:
    """Return the powers of ten from 1 to `top`, the ticks of a logarithmic scale."""
    return tuple(10.0**power for power in range(floor(log10(top)) + 1)) if top >= 1 else ()


def short_number(number: float) -> str:
    """Format a round number in few cells: `0`, `250`, `2.5k`, `40M`."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= size:
            return f"{number / size:g}{letter}"
    return f"{number:g}"


def count_ticks(top: float, most: int) -> tuple[Tick, ...]:
    """Return the ticks of a scale of counts from 0 to at least `top`."""
    return tuple((number, short_number(number)) for number in round_numbers(top, most, whole=True))


def money_ticks(top: float, most: int, currency: str, digits: int) -> tuple[Tick, ...]:
    """Return the ticks of a scale of money from 0 to at least `top`, in minor units: `£0`, `£500`, `£1k`, `£0.50`."""
    unit = 10**digits
    numbers = round_numbers(top / unit, most)
    sign = figures.currency_sign(currency)
    pence = any(number != int(number) for number in numbers)
    return tuple(
        (number * unit, sign + (f"{number:.2f}" if pence and number else short_number(number)))
        for number in numbers
    )


def latency_ticks(top: float, most: int) -> tuple[Tick, ...]:
    """Return the ticks of a scale of milliseconds from 0 to at least `top`: `0`, `50 ms`, `2 s`."""
    numbers = round_numbers(top, most)
    seconds = numbers[-1] >= SECOND
    size, unit = (SECOND, "s") if seconds else (1, "ms")
    return tuple((number, f"{number / size:g} {unit}" if number else "0") for number in numbers)


def elapsed_ticks(end: float, most: int) -> tuple[Tick, ...]:
    """Return the ticks of a span from 0 to `end` milliseconds: `0`, `30 s`, `5 min`, `2 h`."""
    step = next((span for span in _SPANS if end // span <= max(1, most - 1)), _SPANS[-1])
    size, unit = next(
        ((size, unit) for size, unit in ((HOUR, "h"), (MINUTE, "min")) if step >= size), (SECOND, "s")
    )
    return tuple(
        (place * step, f"{place * step / size:g} {unit}" if place else "0")
        for place in range(floor(end / step) + 1)
    )


def date_ticks(start: int, end: int, most: int) -> tuple[Tick, ...]:
    """Return at most `most` ticks at round times within a span, such as hours, Mondays or firsts of months.

    The labels are as short as possible: `14:00`, `3 Mar`, `Mar`; a month with its year if a year begins.
    """
    for step in _CLOCK:
        if (end - start) / step <= most:
            return tuple(_multiples(start, end, step, 0, _hour_or_day))
    for step in _WEEKS:
        if (end - start) / step <= most:
            return tuple(_multiples(start, end, step, _MONDAY, figures.day))
    found: list[Tick] = []
    for months in _MONTHS:
        found = list(_months(start, end, months))
        if len(found) <= most:
            break
    return tuple(found[: max(0, most)])


def _multiples(start: int, end: int, step: int, origin: int, write: Callable[[int], str]) -> Iterator[Tick]:
    first = -((origin - start) // step) * step + origin
    for at in range(first, end + 1, step):
        yield at, write(at)


def _hour_or_day(at: int) -> str:
    return figures.time_of_day(at) if at % DAY else figures.day(at)


def _months(start: int, end: int, every: int) -> Iterator[Tick]:
    year = datetime.fromtimestamp(start / SECOND, UTC).year
    number, first = 12 * year, True
    while True:
        at = datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
        ms = int(at.timestamp()) * SECOND
        if ms > end:
            return
        if ms >= start:
            named = f"{at:%Y}" if every >= 12 else f"{at:%b %Y}" if first or at.month <= every else f"{at:%b}"
            yield ms, named
            first = False
        number += every
