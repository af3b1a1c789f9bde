"""Explain why a reward was not offered, a referrer who was stopped, and amounts in other currencies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.nasty import DAY, START, Cli, message
from tests.cli.shop import EACH_PURCHASE, FLAT, HEADER, SHARE, paid, told

OFFERS = f"""{HEADER}referrers = ["customer"]
stops = true
[attributes]
plan = {{ of = "customer", type = "text" }}
[rates]
EUR = 0.5
{EACH_PURCHASE}
[[reward]]
name = "big"
to = "referrer"
on = "any"
value = 5.00
when = "amount > 50"
[[reward]]
name = "gold"
to = "friend"
on = "any"
value = 1.00
when = "friend_plan = 'gold'"
[[reward]]
name = "early"
to = "friend"
on = "any"
value = 1.00
until = 2026-01-01T00:00:00Z
{SHARE}max = 2.00
"""


def known(own: str, day: int, kind: str) -> dict[str, Any]:
    said = {"contact_ref": "c-ann", "contact_kind": "email", "via": "sso", "referrer_kind": kind}
    return message(own, "customer.identified", "ann", START + day * DAY, **said)


def decisions(cli: Cli, folder: Path, *events: dict[str, Any]) -> list[dict[str, Any]]:
    visit = message("v2", "friend.visited", "bob", START + DAY, code="ANN", channel="email")
    path = told(cli, folder, OFFERS, [known("k", 0, "customer"), visit, *events])
    ran = cli("explain", "--db", path, "bob", "--json")
    assert ran.status == 0, ran.err
    assert cli("verify", "--db", path).status == 0
    found: list[dict[str, Any]] = json.loads(ran.out)["decisions"]
    assert cli("explain", "--db", path, "bob").status == 0
    return found


def test_it_says_which_conditions_did_not_hold_and_what_would_have_been_offered(
    cli: Cli, tmp_path: Path
) -> None:
    (one,) = decisions(cli, tmp_path, paid("p", 2, amount_minor=10_000, currency="EUR"))
    assert [(offer["reward"], offer["offered"], offer["values"]) for offer in one["offers"]] == [
        ("big", "no", {"amount": 50.0}),
        ("gold", "missing", {"friend_plan": None}),
    ]
    assert one["no_line"] == [
        "big: no line, since its condition did not hold: the amount is more than 50",
        "big: with an amount of 50.01 GBP instead of 50.00 GBP it would have been offered",
        'gold: no line, since its condition could not be told: the friend\'s "plan" is gold',
        "gold: with friend_plan gold instead of unknown it would have been offered, "
        "but nothing that was sent alone makes it so",
        "early: no line, since the conversion is dated 3 January 2026, 00:00 UTC, outside its dates: "
        "until 1 January 2026, 00:00 UTC",
    ]


def test_a_share_of_an_amount_with_a_rate_is_not_called_foreign(cli: Cli, tmp_path: Path) -> None:
    (one,) = decisions(cli, tmp_path, paid("p", 2, amount_minor=9, currency="EUR"))
    assert one["no_line"][-1] == "share: no line, 10 percent of 0.04 GBP rounds to nothing"


def test_it_says_that_the_referrer_was_stopped_and_as_what_it_would_have_gone_on(
    cli: Cli, tmp_path: Path
) -> None:
    first, second = decisions(
        cli,
        tmp_path,
        paid("p", 2, amount_minor=100),
        known("k2", 3, "partner"),
        paid("q", 4, amount_minor=100),
    )
    assert (first["outcome"], second["outcome"], second["reason"]) == (
        "qualified",
        "refused",
        "referrer-stopped",
    )
    assert second["offers"] == []
    assert second["why_not"] == [
        "its referrer was partner by then, and friends count only while the referrer is customer",
        "had the referrer still been of the kind customer it would have qualified",
    ]


CODES = f"""{HEADER}
[attribution]
codes = "fold"
uses = 1
{EACH_PURCHASE}{FLAT}"""


def test_a_visit_by_a_code_in_other_capitals_is_its_owners_and_one_used_up_is_said_to_be(
    cli: Cli, tmp_path: Path
) -> None:
    events = [
        message("l2", "link.created", "cid", START + 2, code="CID"),
        message("v2", "friend.visited", "bob", START + DAY, code=" cid", channel="email"),
        message("c", "friend.claimed", "dan", START + DAY + 1, code="Cid", contact_ref="c-dan"),
        message("v3", "friend.visited", "bob", START + DAY + 2, code="cid", channel="email"),
        paid("p", 2, amount_minor=100),
    ]
    path = told(cli, tmp_path, CODES, events)
    ran = cli("explain", "--db", path, "bob", "--json")
    assert ran.status == 0, ran.err
    found = [(one["referrer"], one["won"], one["why"]) for one in json.loads(ran.out)["touches"]]
    assert found == [
        ("ann", True, "it won"),
        ("cid", False, "its code had been used up before the friend was matched"),
        ("cid", False, "its code had been used up by then"),
    ]
