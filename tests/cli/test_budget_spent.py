"""The budget that a screen shows as spent is what the engine counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.read.rewards import budget
from db.read.sums import PastSums, now
from db.sqlite.readonly import reading
from simulator.domain.spans import MINUTE_MS
from tests.cli.nasty import DAY, HOUR, START, Cli, message
from tests.cli.shop import BASE, FLAT, paid, reversal, told

LIMITED = f"""{BASE}{FLAT}clawback = "30d"
[budget]
total = 100.00
"""


@pytest.mark.parametrize(("terms", "spent", "clawed"), [("", 500, 0), ("returns = false\n", 1000, 500)])
def test_what_was_clawed_back_is_spent_only_where_it_gives_no_room_back(
    cli: Cli, tmp_path: Path, terms: str, spent: int, clawed: int
) -> None:
    path = told(cli, tmp_path, LIMITED + terms, [paid("p", 2), paid("q", 3), reversal("p", 5)])
    with reading(path) as db:
        found = budget(db, PastSums(), now(db), START + 40 * DAY)
    assert (found.spent, found.clawed, found.left) == (spent, clawed, 10_000 - spent)


@pytest.mark.parametrize(
    ("zone", "ends_at"), [("UTC", START + 59 * DAY), ("Pacific/Auckland", START + 59 * DAY - 13 * HOUR)]
)
@pytest.mark.parametrize(("bought", "spent", "ever"), [(["p"], 0, 500), (["p", "q"], 500, 1_000)])
def test_a_budget_for_each_month_is_spent_by_what_was_issued_in_it(
    cli: Cli, tmp_path: Path, zone: str, ends_at: int, bought: list[str], spent: int, ever: int
) -> None:
    """Both are bought in January, which has room for one; the other waits for February, in which the figures are."""
    monthly = BASE.replace('"GBP"', f'"GBP"\ntimezone = "{zone}"') + FLAT
    monthly += '[budget]\ntotal = 5.00\nperiod = "calendar-month"\nshort = "wait"\n'
    path = told(cli, tmp_path, monthly, [paid(one, 2) for one in bought])
    with reading(path) as db:
        found = budget(db, PastSums(), now(db), START + 40 * DAY)
    assert (found.spent, found.left, found.ever) == (spent, 500 - spent, ever)
    assert (found.until, found.waits) == (ends_at, True)


BEGINS = START + 30 * DAY + 18 * HOUR + HOUR // 2
"""When February begins in India."""


@pytest.mark.parametrize(
    ("minutes", "spent", "counted_from"),
    [
        ([-31, 0], 500, None),
        ([-30, -1], 0, None),
        ([0, 29, 31], 1_500, None),
        ([-1, 40], 500, None),
        ([-1, 0], 1_000, BEGINS - HOUR // 2),
    ],
)
def test_a_month_that_begins_at_half_past_is_exact_or_says_from_when_it_is_counted(
    cli: Cli, tmp_path: Path, minutes: list[int], spent: int, counted_from: int | None
) -> None:
    """The purchases are so many minutes before and after the month begins, and rewarded at once."""
    monthly = BASE.replace('"GBP"', '"GBP"\ntimezone = "Asia/Kolkata"') + FLAT
    monthly += '[budget]\ntotal = 50.00\nperiod = "calendar-month"\n'
    events = [
        message(f"p{n}", "purchase.paid", "bob", BEGINS + one * MINUTE_MS) | {"source": "client/shop"}
        for n, one in enumerate(minutes)
    ]
    visited = message("v2", "friend.visited", "bob", BEGINS - HOUR, code="ANN", channel="email")
    path = told(cli, tmp_path, monthly, [visited, *events])
    with reading(path) as db:
        found = budget(db, PastSums(), now(db), START + 40 * DAY)
    assert (found.spent, found.counted_from, found.ever) == (spent, counted_from, 500 * len(minutes))
