"""The scales of charts: round numbers, money, durations and dates, whatever is drawn on them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_tui import scales
from referral_tui.figures import DAY, HOUR, MINUTE, SECOND

SUNDAY = 1_772_323_200_000  # Sun 1 Mar 2026 00:00 UTC


@pytest.mark.parametrize(
    ("top", "most", "numbers"),
    [
        (0, 5, [0, 1]),
        (3, 5, [0, 1, 2, 3]),
        (7, 5, [0, 2, 4, 6, 8]),
        (113, 4, [0, 50, 100, 150]),
        (5000, 3, [0, 5000]),
        (0.7, 5, [0, 0.2, 0.4, 0.6, 0.8]),
    ],
)
def test_round_numbers_reach_over_the_greatest(top: float, most: int, numbers: list[float]) -> None:
    assert list(scales.round_numbers(top, most)) == numbers


@given(st.floats(1e-6, 1e15), st.integers(2, 12), st.booleans())
def test_however_large_a_number_its_scale_is_even_short_and_reaches_over_it(
    top: float, most: int, whole: bool
) -> None:
    numbers = scales.round_numbers(top, most, whole=whole)
    assert numbers[0] == 0
    assert numbers[-1] >= top * (1 - 1e-6)
    assert 2 <= len(numbers) <= most
    step = numbers[1]
    assert all(abs(number - place * step) <= 1e-6 * numbers[-1] for place, number in enumerate(numbers))
    assert not whole or all(number == int(number) for number in numbers)


def test_counts_have_no_halves() -> None:
    assert [text for _, text in scales.count_ticks(1, 6)] == ["0", "1"]
    assert [text for _, text in scales.count_ticks(2400, 4)] == ["0", "1k", "2k", "3k"]


def test_money_is_round_in_pounds_and_stands_in_pence() -> None:
    assert scales.money_ticks(371_430, 5, "GBP", 2) == (
        (0, "£0"),
        (100_000, "£1k"),
        (200_000, "£2k"),
        (300_000, "£3k"),
        (400_000, "£4k"),
    )
    assert [text for _, text in scales.money_ticks(90, 3, "GBP", 2)] == ["£0", "£0.50", "£1.00"]
    assert [text for _, text in scales.money_ticks(900, 4, "CHF", 0)] == ["CHF 0", "CHF 500", "CHF 1k"]


def test_latencies_change_from_milliseconds_to_seconds() -> None:
    assert [text for _, text in scales.latency_ticks(440, 4)] == ["0", "200 ms", "400 ms", "600 ms"]
    assert [text for _, text in scales.latency_ticks(1410, 4)] == ["0", "0.5 s", "1 s", "1.5 s"]


def test_a_load_test_is_marked_by_seconds_then_minutes_then_hours() -> None:
    assert [text for _, text in scales.elapsed_ticks(60 * SECOND, 5)] == ["0", "15 s", "30 s", "45 s", "60 s"]
    assert [text for _, text in scales.elapsed_ticks(9 * MINUTE, 6)] == [
        "0",
        "2 min",
        "4 min",
        "6 min",
        "8 min",
    ]
    assert [text for _, text in scales.elapsed_ticks(4.4 * SECOND, 3)] == ["0", "2 s", "4 s"]
    assert [text for _, text in scales.elapsed_ticks(5 * HOUR, 4)] == ["0", "2 h", "4 h"]


@pytest.mark.parametrize(
    ("span", "most", "words"),
    [
        (12 * HOUR, 5, ["1 Mar", "03:00", "06:00", "09:00", "12:00"]),
        (9 * DAY, 5, ["2 Mar", "4 Mar", "6 Mar", "8 Mar", "10 Mar"]),
        (28 * DAY, 5, ["2 Mar", "9 Mar", "16 Mar", "23 Mar"]),
        (120 * DAY, 6, ["Mar 2026", "Apr", "May", "Jun"]),
        (400 * DAY, 6, ["Apr 2026", "Jul", "Oct", "Jan 2027", "Apr"]),
        (5 * 365 * DAY, 6, ["2027", "2028", "2029", "2030", "2031"]),
    ],
)
def test_dates_along_a_chart_are_round(span: int, most: int, words: list[str]) -> None:
    assert [text for _, text in scales.date_ticks(SUNDAY, SUNDAY + span, most)] == words


@given(st.integers(0, 4_000_000_000_000), st.integers(1, 40 * 365 * DAY), st.integers(2, 20))
def test_however_long_a_span_its_dates_are_few_within_it_and_in_order(
    start: int, span: int, most: int
) -> None:
    at = [where for where, _ in scales.date_ticks(start, start + span, most)]
    assert len(at) <= most + 1
    assert at == sorted(set(at))
    assert all(start <= where <= start + span for where in at)


def test_a_logarithmic_scale_is_marked_by_powers_of_ten() -> None:
    assert scales.decades(79_456) == (1, 10, 100, 1000, 10_000)
    assert scales.decades(0) == ()
