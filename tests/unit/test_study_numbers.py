"""The numbers of a study: written one way, wherever they stand."""

from __future__ import annotations

import pytest

from referral_tui.study_numbers import count, ends, money, of_100, signed, signed_span, span


def test_both_ends_of_an_interval_have_as_many_decimals() -> None:
    assert span(8.52, 11.21) == "8.5 to 11.2"
    assert span(41.3, 65.8) == "41 to 66"
    assert span(9.99, 12.34) == "10 to 12.3"
    assert span(1041.3, 1065.8) == "1,041 to 1,066"
    assert span(5, 5) == "5"
    assert ends(3.24, 14.06) == ("3.2", "14.1")


def test_an_interval_of_a_difference_has_the_same_digits_and_signs() -> None:
    assert signed_span(8.52, 11.21) == "+8.5 to +11.2"
    assert signed_span(-41.3, -20.2) == "-41 to -20"
    assert signed_span(-3.24, 14.06) == "-3.2 to +14.1"
    assert signed_span(-0.04, 0.3) == "0 to +0.3"


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert signed("0.0", -0.01) == "0.0"
    assert signed("-0.0", -0.01) == "0.0"
    assert signed("£0.00", 0.001) == "£0.00"
    assert signed("£12.50", -1250) == "-£12.50"


def test_money_has_no_pence_from_a_hundred_pounds_on() -> None:
    assert [money(minor, "GBP", 2) for minor in (9_999, 10_049, -123_456, None)] == [
        "£99.99", "£100", "-£1,235", "—",
    ]  # fmt: skip
    assert money(99, "JPY", 0) == "¥99"


@pytest.mark.parametrize(
    ("chance", "said"),
    [(0.2589, "26"), (0.0487, "4.9"), (0.0295, "3"), (0.0482, "4.9"), (0.1, "10"), (1.0, "100")],
)
def test_an_upper_bound_is_never_rounded_down(chance: float, said: str) -> None:
    assert of_100(chance) == said


def test_a_mean_has_a_decimal_below_a_hundred() -> None:
    assert [count(value) for value in (53.44, 53.0, 431.6)] == ["53.4", "53", "432"]
