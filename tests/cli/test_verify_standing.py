"""Verify that limits and milestones hold as of each issue: clawed-back rewards give room back, unless told not to."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.program.load import load_program
from tests.cli.nasty import Cli
from tests.cli.shop import FLAT, HEADER, broken, paid, reversal, told

SHOP = f"""{HEADER}
[[milestone]]
name = "any"
event = "purchase.paid"
occurrence = "any"
{FLAT}clawback = "30d"
caps = [{{ count = 1, window = "lifetime" }}, {{ value = 5.00, window = "calendar-month", per = "program" }}]
[budget]
total = 5.00
"""


@pytest.fixture
def again(cli: Cli, tmp_path: Path) -> Path:
    """Bob bought, returned it, and bought again: the returned purchase made room for the second."""
    return told(cli, tmp_path, SHOP, [paid("p", 2), reversal("p", 3), paid("q", 4)])


def test_what_was_taken_back_makes_room_and_the_milestone_is_free_again(cli: Cli, again: Path) -> None:
    states = [line["state"] for line in cli("explain", "bob", "--db", again, "--json").json["rewards"]]
    assert states == ["revoked", "issued"]
    ran = cli("verify", "--db", again)
    assert ran.status == 0, ran.err
    assert (
        "no friend qualifies for a milestone again while an earlier conversion stands or is paid" in ran.out
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('count = 1, window = "lifetime"', "", "reward 2: its recipient is over a cap of flat"),
        ('value = 5.00, window = "calendar-month"', "", "reward 2: everybody together is over a cap of flat"),
        ("total = 5.00", "\nreturns = false", "reward 2: 1000 minor units issued by then, the budget is 500"),
        ("total = 5.00", '\nperiod = "calendar-day"', None),
        ("total = 5.00", '\nreturns = false\nperiod = "calendar-day"', None),
        (
            "total = 5.00",
            '\nreturns = false\nperiod = "calendar-month"',
            "reward 2: 1000 minor units issued by then",
        ),
    ],
)
def test_what_still_counts_by_the_program_is_counted(
    again: Path, before: str, after: str, said: str | None
) -> None:
    text = SHOP.replace(before, before + (after or ", returns = false"))
    found = broken(again, [load_program(text, "p.toml")])
    assert (found or "").startswith(said or "")
    assert (found is None) == (said is None)


def test_a_second_qualified_decision_is_a_difference_while_the_first_stands(cli: Cli, tmp_path: Path) -> None:
    each = SHOP.replace('occurrence = "any"', 'occurrence = "each"')
    path = told(cli, tmp_path, each, [paid("p", 2), paid("q", 4)])
    assert broken(path, [load_program(SHOP, "p.toml")]) == (
        "decision 2: its friend has qualified before for the same milestone, and that stood or was paid then"
    )
