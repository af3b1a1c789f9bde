"""Explain says of what came late, twice, for somebody else or in vain what it did, and never promises what can't be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.nasty import DAY, START, Cli, message
from tests.cli.shop import BASE, about, paid

SHOP = f"""{BASE}
[[rule]]
code = "small"
require = "amount < 50"
because = "It is a large one."
on_fail = "review"
[[reward]]
name = "gift"
to = "referrer"
on = "any"
value = 5.00
hold = "2d"
choices = ["gift-card", "points"]
choose_within = "90d"
"""


def steered(own: str, kind: str, day: int, who: str = "ann", **data: Any) -> dict[str, Any]:
    named = {"source": "client/shop", "id": "p", "milestone": "any", "reward": "gift"}
    return message(own, kind, who, START + day * DAY, reward=named, **data)


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    verdict = {"decision": {"source": "client/shop", "id": "large", "milestone": "any"}, "verdict": "approve"}
    return [
        message("l", "link.created", "ann", START, code="ANN"),
        message("v", "friend.visited", "bob", START + 1, code="ANN", channel="email"),
        paid("p", 2, amount_minor=1_000),
        paid("gone", 2, amount_minor=9_000),
        paid("large", 2, amount_minor=9_000),
        paid("back", 2, amount_minor=9_000),
        message("lb", "link.created", "bob", START + 3 * DAY, code="BOB"),
        message("sh", "referral.shared", "bob", START + 3 * DAY, code="BOB", channel="email"),
        message("r1", "conversion.reversed", "eve", START + 3 * DAY, reverses="p")
        | {"source": "client/shop"},
        steered("c1", "reward.chosen", 3, choice="points"),
        about("r2", "conversion.reversed", 3, reverses="gone"),
        about("r3", "conversion.reversed", 3, reverses="back"),
        about("w3", "conversion.reinstated", 4, reverses=None, reinstates="back"),
        message("ok", "review.decided", "op", START + 5 * DAY, by="op", **verdict),
        steered("veto", "reward.vetoed", 6, reason="a farm of accounts"),
        steered("c2", "reward.chosen", 7, choice="points"),
        message("m", "customer.merged", "bobby", START + 8 * DAY, into="bob") | {"source": "client/crm"},
        message("m2", "customer.merged", "bobby", START + 9 * DAY, into="bob") | {"source": "client/crm"},
    ]


@pytest.fixture
def db(cli: Cli, tmp_path: Path, events: list[dict[str, Any]]) -> Path:
    for event in events:
        event["data"] = {name: value for name, value in event["data"].items() if value is not None}
    (tmp_path / "p.toml").write_text(SHOP)
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, events)))
    path = tmp_path / "a.db"
    options = ["--program", tmp_path / "p.toml", "--replay", "--now", START + 40 * DAY]
    ran = cli("ingest", "--db", path, *options, tmp_path / "a.jsonl")
    assert (ran.status, ran.err) == (0, "")
    return path


def test_a_reversal_in_anothers_name_has_no_effect_in_their_account_either(cli: Cli, db: Path) -> None:
    (one,) = cli("explain", "eve", "--db", db, "--json").json["reversals"]
    assert (one["reason"], one["why"]) == (
        "other-subject",
        "it came in another person's name than the conversion",
    )


def test_a_reversed_conversion_in_review_promises_nothing_for_an_approval(cli: Cli, db: Path) -> None:
    (decision,) = cli("explain", "gone", "--db", db, "--json").json["decisions"]
    assert (decision["outcome"], decision["if_approved"]) == ("review", [])
    assert decision["why_not"][0] == (
        "the conversion was reversed on 4 January 2026, 00:00 UTC, so nothing is paid for it, whatever the verdict"
    )
    after = cli("review", "approve", decision["id"], "--by", "op", "--db", db, "--now", START + 41 * DAY)
    assert after.status == 0, after.err
    assert [line["state"] for line in cli("explain", "gone", "--db", db, "--json").json["rewards"]] == [
        "voided"
    ]


def test_one_that_was_reinstated_promises_its_rewards_again(cli: Cli, db: Path) -> None:
    (decision,) = cli("explain", "back", "--db", db, "--json").json["decisions"]
    assert [line["reward"] for line in decision["if_approved"]] == ["gift"]


def test_a_conversion_that_qualified_against_its_rules_says_that_it_was_approved(cli: Cli, db: Path) -> None:
    said = cli("explain", "large", "--db", db).out
    assert "it waited for a review, and an operator approved it on 6 January 2026, 00:00 UTC" in said
    assert "approved" not in cli("explain", "p", "--db", db).out


def test_a_vetoed_reward_says_the_reason_that_was_given(cli: Cli, db: Path) -> None:
    (line,) = cli("explain", "p", "--db", db, "--json").json["rewards"]
    assert line["why"] == (
        "it was forfeited on 7 January 2026, 00:00 UTC: an operator stopped it (a farm of accounts)"
    )


def test_a_choice_in_vain_is_told_where_the_reward_is(cli: Cli, db: Path) -> None:
    told = cli("explain", "p", "--db", db, "--json").json["amended"]
    assert [one["says"] for one in told] == [
        "the choice of points for gift had no effect, the reward was not open for a choice"
    ] * 2


def test_a_merge_says_into_whom_and_that_a_second_one_changed_nothing(cli: Cli, db: Path) -> None:
    merged = [
        line for line in cli("explain", "bobby", "--db", db).out.splitlines() if "customer.merged" in line
    ]
    assert len(merged) == 2
    assert all("(into " in line for line in merged)
    assert ["no effect, the two references were one person's already" in line for line in merged] == [
        False,
        True,
    ]


def test_a_friend_who_shares_a_link_of_their_own_has_lost_no_referrer_by_it(cli: Cli, db: Path) -> None:
    assert cli("explain", "bob", "--db", db, "--json").json["late_codes"] == []
