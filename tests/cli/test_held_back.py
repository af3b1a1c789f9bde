"""What a rule holds back: one definition, worked out by hand, whatever the batches."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from db.read.rules import by_rule
from db.read.sums import now
from tests.cli.nasty import DAY, START, Cli, message

PROGRAM = """
[program]
name = "Shop"
currency = "GBP"
[[milestone]]
name = "first"
event = "purchase.paid"
occurrence = "any"
[[rule]]
code = "big"
require = "amount >= 10"
[[reward]]
name = "starter"
to = "referrer"
on = "first"
value = 7.00
tier = [1, 2]
[[reward]]
name = "third"
to = "referrer"
on = "first"
value = 0.05
every = 2
"""


@pytest.mark.parametrize("batch", [1, 3, 10_000])
def test_held_back_is_worked_out_as_the_decision_is_made(cli: Cli, tmp_path: Path, batch: int) -> None:
    events = [message("l", "link.created", "ann", START, code="ANN")]
    bought = [("a", 5), ("a", 6), ("b", 50), ("c", 5), ("b2", 50), ("d", 5)]
    for number, (friend, pounds) in enumerate(bought):
        at = START + (number + 1) * DAY
        if not any(one["id"] == f"c-{friend}" for one in events):
            events.append(
                message(f"c-{friend}", "friend.claimed", friend, at, contact_ref=friend, code="ANN")
            )
        paid = message(f"p{number}", "purchase.paid", friend, at + 1, amount_minor=pounds * 100)
        events.append(paid | {"source": "client/shop"})
    (tmp_path / "p.toml").write_text(PROGRAM)
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, events)))
    path = tmp_path / "a.db"
    options = ["--program", tmp_path / "p.toml", "--replay", "--batch", batch]
    assert cli("ingest", "--db", path, *options, tmp_path / "a.jsonl").status == 0
    with closing(sqlite3.connect(path)) as db:
        (row,) = by_rule(now(db))
        withheld = [minor for (minor,) in db.execute("SELECT withheld_minor FROM decision ORDER BY id")]
    # half of 0.05 is 0.02; a is refused once for a milestone that counts once; with b and b2 the tier of two is over
    assert withheld == [702, 0, None, 702, None, 2]
    assert row.held_back == (4, 702 + 702 + 2)
    assert cli("verify", "--db", path).status == 0
