"""What the budget on the screen says is spent is what the engine counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.read.rewards import budget
from db.read.sums import PastSums, now
from db.sqlite.readonly import reading
from tests.cli.nasty import DAY, START, Cli
from tests.cli.test_explain_limits import reversal
from tests.cli.test_explain_money import paid, told

SHOP = """
[program]
name = "Shop"
currency = "GBP"
[[milestone]]
name = "any"
event = "purchase.paid"
occurrence = "each"
[[reward]]
name = "flat"
to = "referrer"
on = "any"
value = 5.00
clawback = "30d"
[budget]
total = 100.00
"""


@pytest.mark.parametrize(("terms", "spent", "clawed"), [("", 500, 0), ("returns = false\n", 1000, 500)])
def test_what_was_clawed_back_is_spent_only_where_it_gives_no_room_back(
    cli: Cli, tmp_path: Path, terms: str, spent: int, clawed: int
) -> None:
    path = told(cli, tmp_path, SHOP + terms, [paid("p", 2), paid("q", 3), reversal("p", 5)])
    with reading(path) as db:
        found = budget(db, PastSums(), now(db), START + 40 * DAY)
    assert (found.spent, found.clawed, found.left) == (spent, clawed, 10_000 - spent)
