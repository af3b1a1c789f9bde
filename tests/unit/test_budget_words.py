"""One function says how long a budget lasts, and it knows when the program ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db.read.rewards import Budget, program_end
from referral_tui.budget_words import outlook, runs_short, spent_words
from simulator.domain.spans import DAY_MS

NOW = 1_772_323_200_000  # 1 March 2026


def budget(spent: int, a_day: float, ends_in: int | None = None) -> Budget:
    runs_out = NOW + int((10_000 - spent) / a_day * DAY_MS) if a_day else None
    ends_at = None if ends_in is None else NOW + ends_in * DAY_MS
    return Budget(
        total=10_000, spent=spent, pending=0, a_day=a_day, runs_out_at=runs_out, now=NOW, ends_at=ends_at
    )


@pytest.mark.parametrize(
    ("one", "said", "short"),
    [
        (budget(5_000, 100.0), "Runs out 20 Apr 2026, at £7.00 a week.", True),
        (budget(5_000, 100.0, 49), "Lasts to the end, about £1.00 left.", False),
        (budget(5_000, 100.0, 51), "Runs out 20 Apr 2026, at £7.00 a week.", True),
        (budget(5_000, 0.0, 49), "Lasts to the end, about £50.00 left.", False),
        (budget(5_000, 100.0, 0), "The program has ended, with £50.00 left.", False),
        (budget(0, 0.0), "Nothing was spent yet.", False),
        (budget(10_000, 100.0, 49), "It is spent: what falls due now is unfunded.", True),
        (
            Budget(total=None, spent=5, pending=0, a_day=1.0, runs_out_at=None),
            "No budget, so it never runs out.",
            False,
        ),
    ],
)
def test_a_budget_never_runs_out_after_the_program_has_ended(one: Budget, said: str, short: bool) -> None:
    assert outlook(one, "GBP", 2) == said
    assert runs_short(one) is short


def test_a_period_that_is_counted_from_the_hour_before_says_so() -> None:
    one = replace(budget(5_000, 0.0), period="calendar-month", until=NOW + 31 * DAY_MS)
    assert spent_words(one, "GBP", 2) == "£50.00 of £100.00 spent this month, 50.0 %"
    counted = replace(one, counted_from=NOW)
    assert spent_words(counted, "GBP", 2) == "£50.00 of £100.00 spent since 1 Mar 00:00 UTC, 50.0 %"
    nothing = replace(counted, spent=0)
    assert outlook(nothing, "GBP", 2) == "Nothing was spent since 1 Mar 00:00 UTC yet."


def test_the_end_is_read_from_the_program() -> None:
    assert program_end("[program]\nends = 2026-03-01T00:00:00Z") == NOW
    assert program_end("[program]\nends = 2026-03-01T01:00:00+01:00") == NOW
    for text in (
        "[program]",
        "ends = 2026-03-01T00:00:00Z",
        "not toml",
        "program = 1",
        "[program]\nends = 3",
    ):
        assert program_end(text) is None


@pytest.mark.parametrize(
    ("spent", "a_day", "ends_in", "share", "said"),
    [
        (
            4_000,
            100.0,
            None,
            "£40.00 of £100.00 {}, 40.0 %",
            "Lasts to the end of the month, about £30.00 left.",
        ),
        (4_000, 100.0, 10, "£40.00 of £100.00 {}, 40.0 %", "Lasts to the end, about £50.00 left."),
        (4_000, 500.0, None, "£40.00 of £100.00 {}, 40.0 %", "Runs out 13 Mar 2026, at £35.00 a week."),
        (0, 500.0, None, "£0.00 of £100.00 {}, 0.0 %", "Nothing was spent this month yet."),
        (
            10_000,
            9.0,
            None,
            "£100.00 of £100.00 {}, 100 %",
            "It is spent until 31 Mar 2026: what falls due now waits.",
        ),
    ],
)
def test_a_budget_for_each_month_is_told_of_this_month(
    spent: int, a_day: float, ends_in: int | None, share: str, said: str
) -> None:
    monthly = replace(
        budget(spent, a_day, ends_in),
        period="calendar-month",
        until=NOW + 30 * DAY_MS,
        ever=90_000,
        waits=True,
    )
    assert (spent_words(monthly, "GBP", 2), outlook(monthly, "GBP", 2)) == (
        share.format("spent this month"),
        said,
    )
