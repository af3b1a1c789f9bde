"""The tests' own writer of program files against the project's reader."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from simulator.program.load import load_program
from simulator.program.model import Program
from tests.engine.designs import DAY, WEEK, at, cap, design, milestone, reward, rule
from tests.engine.strategies import programs


@settings(max_examples=200, deadline=None, derandomize=True)
@given(program=programs())
def test_a_drawn_program_reads_back_as_itself(program: Program) -> None:
    assert load_program(program.text, "drawn.toml") == program
    assert load_program(program.text, "drawn.toml", program.currency) == program


def test_a_program_with_everything_reads_back_as_itself() -> None:
    program = design(
        [
            milestone("one", occurrence="any", within=90 * DAY),
            milestone("two", event="bill.paid", occurrence=12),
        ],
        [
            reward("a", on="one", value=123, hold=14 * DAY, every=2, tier=(2, None), clawback=60 * DAY),
            reward(
                "b",
                to="community",
                on="two",
                percent="12.5",
                tier=(1, 4),
                caps=[cap("calendar-week", count=1), cap(WEEK, value=1, count=2), cap("lifetime", value=99)],
            ),
        ],
        [rule("r", "amount > 1.5 AND outcome = 'it''s'"), rule("s", "claimed", "review", ["two"])],
        model="first-touch",
        window=7 * DAY,
        referrers=("customer", "partner"),
        starts=at("2026-01-01"),
        ends=at("2027-01-01"),
        budget=1_000_001,
    )
    assert load_program(program.text, "whole.toml") == program


@pytest.mark.parametrize(("currency", "text"), [("GBP", "12.34"), ("JPY", "1234"), ("KWD", "1.234")])
def test_money_is_written_with_the_digits_of_the_currency(currency: str, text: str) -> None:
    program = design(rewards=[reward(value=1234)], currency=currency)
    assert f"value = {text}\n" in program.text
    assert load_program(program.text, "money.toml").rewards[0].value_minor == 1234
